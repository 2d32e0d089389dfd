import { schemaId } from '../../book/schema-ids.ts'
import { json } from '../../http/reply.ts'
import { endpoint } from './endpoint.ts'

export const postNegotiate = endpoint({
  name: 'apiNegotiate',
  method: 'POST',
  route: 'api/negotiate',
  says: 'The address of a socket whose token may join the groups of the board for a while, and send nothing.',
  answers: { 200: { says: 'The address.', schema: 'negotiate-answer' } },
  async answer(_asked, { doorkeeper, newId }) {
    const url = await (await doorkeeper()).clientUrl(`anonymous-${newId()}`)
    return json({ url }, { schema: schemaId('negotiate-answer'), cache: 'no-store' })
  },
})
