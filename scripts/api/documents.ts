import type { ApiDocuments } from '../../functions/view/api/api-documents.ts'
import { asyncApi } from './async-api.ts'
import { openApi } from './open-api.ts'

/** What the app is built with. */
export const apiDocuments = (): ApiDocuments => ({
  openApi: JSON.stringify(openApi()),
  asyncApi: JSON.stringify(asyncApi()),
})
