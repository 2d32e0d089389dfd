import type { Api } from '../../client/api.ts'
import type { FetchHistory } from '../history-api.ts'

/** What the page of a market asks of the server beside what the board is told. */
export type Asking = { history: FetchHistory; ticks: Api['ticks'] }
