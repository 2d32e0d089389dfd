import { problem } from '../../http/reply.ts'

export const noSuchMarket = (id: string) => problem(404, 'No such market', `There is no market ${id}. GET /api/markets lists all`)
