/** For tests, which reach the CDK as the sources do. */
export { Testing, TerraformOutput, TerraformResource } from '#cdk'
