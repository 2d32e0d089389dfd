import { json, type Reply } from '../../http/reply.ts'

/** Gives out addresses at which a browser may join the groups of the board for a while, and send nothing. */
export type Doorkeeper = { clientUrl(userId: string): Promise<string> }

/** `POST /api/negotiate` */
export async function postNegotiate(doorkeeper: Doorkeeper, newId: () => string): Promise<Reply> {
  return json({ url: await doorkeeper.clientUrl(`anonymous-${newId()}`) })
}
