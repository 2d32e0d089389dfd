import rhea, { type Message } from 'rhea'

import { type Broker, findEntity } from './broker.ts'
import type { Hub } from './hub.ts'
import type { PartitionLog } from './log.ts'
import { noSuchPartition, notImplemented } from './refusal.ts'
import { type Answer, propertyOf } from './requests.ts'
import { judgeSas } from './sas.ts'

const { types } = rhea
const stringCode = 0xa1

/** What can be read of a hub and of a partition. */
export function answerManagement(broker: Broker, request: Message): Answer {
  const operation = propertyOf(request, 'operation')
  if (operation !== 'READ') return { refused: notImplemented(`the $management operation '${operation}'`) }

  const name = propertyOf(request, 'name')
  const verdict = judgeSas(propertyOf(request, 'security_token'), `sb://localhost/${name}`, Date.now())
  if ('refused' in verdict) return verdict
  const found = findEntity(broker, { node: 'hub', hub: name })
  if ('refused' in found) return found

  const type = propertyOf(request, 'type')
  if (type === 'com.microsoft:eventhub') return ok(describeHub(found.hub))
  if (type !== 'com.microsoft:partition') return { refused: notImplemented(`READ of type '${type}'`) }

  const id = propertyOf(request, 'partition')
  const log = found.hub.partition(id)
  if (log === undefined) return { refused: noSuchPartition(id, found.hub.partitions.length) }
  return ok(describePartition(found.hub, id, log))
}

function describeHub(hub: Hub): object {
  const ids = hub.partitions.map((_, id) => String(id))
  return {
    name: hub.name,
    type: 'com.microsoft:eventhub',
    created_at: types.wrap_timestamp(hub.createdMs),
    partition_count: types.wrap_int(ids.length),
    partition_ids: types.wrap_array(ids, stringCode, undefined),
    georeplication_factor: types.wrap_int(1),
  }
}

function describePartition(hub: Hub, id: string, log: PartitionLog): object {
  const state = log.state()
  return {
    name: hub.name,
    type: 'com.microsoft:partition',
    partition: id,
    begin_sequence_number: types.wrap_long(state.beginSequence),
    last_enqueued_sequence_number: types.wrap_long(state.lastSequence),
    last_enqueued_offset: String(state.lastOffset),
    last_enqueued_time_utc: types.wrap_timestamp(state.lastEnqueuedMs),
    is_partition_empty: state.isEmpty,
  }
}

function ok(body: object): Answer {
  return { status: 200, description: 'OK', body }
}
