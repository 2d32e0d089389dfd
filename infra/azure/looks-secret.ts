/** Connection strings with keys, and whatever calls itself a key without being a reference to one. */
export function looksSecret(name: string, value: string): boolean {
  if (value === '' || value.startsWith('@Microsoft.KeyVault(')) return false
  return /(AccountKey|SharedAccessKey|AccessKey)=[^;]/i.test(value) || /(^|_)(KEY|SECRET|PASSWORD|SESSION|TOKEN)$/.test(name)
}
