import { cpus } from 'node:os'

import { measure } from './feeds/measure.ts'
import { polledReadings } from './feeds/polled.ts'
import { streamedReadings } from './feeds/streamed.ts'

/** How fast each feed's own reader is, from the text to snapshots, beside JSON.parse of the same text in the same run. */
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}`)
console.log('\n  feed             KB each   JSON.parse   parsed and mapped          ratio')

for (const reading of [...(await polledReadings()), ...(await streamedReadings())]) {
  const snapshots = reading.read(reading.texts)
  const { parseS, readS, bytes } = measure(reading)
  const { length } = reading.texts
  console.log(
    [
      `  ${reading.feed.padEnd(16)}`,
      (bytes / length / 1024).toFixed(1).padStart(8),
      `${(bytes / parseS / 1e6).toFixed(0)} MB/s`.padStart(13),
      `${(bytes / readS / 1e6).toFixed(0)} MB/s`.padStart(11),
      `${(length / readS).toFixed(0)} ${reading.unit}/s`.padStart(19),
      `${(readS / parseS).toFixed(2)} ×`.padStart(8),
      `   ${reading.what}: ${(snapshots / length).toFixed(1)} snapshots each`,
      reading.recorded ? '' : ', invented since nothing was recorded',
    ].join(''),
  )
}
