export type ApiRequest = { params: Readonly<Record<string, string>>; query: URLSearchParams; ifNoneMatch: string | null }
