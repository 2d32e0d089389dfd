import { polledFeeds } from '../../functions/collect/feeds.ts'
import { streamedFeeds } from '../../functions/collect/streams.ts'
import type { FeedDefaults } from '../../functions/settings.ts'

export const knownFeeds: Readonly<Record<string, FeedDefaults>> = { ...polledFeeds, ...streamedFeeds }

/** Each feed, and the settings that it knows, with what they are unless set. */
export function feedsHelp(env: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(knownFeeds)
    .map(([name, { url, schedule, needsKey, options = {} }]) => {
      const prefix = name.toUpperCase().replaceAll('-', '_')
      const settings = [
        `${prefix}_URL=${url}`,
        schedule === undefined ? 'always connected' : `${prefix}_SCHEDULE='${schedule}'`,
        ...(needsKey === undefined
          ? []
          : [`${prefix}_KEY${env[`${prefix}_KEY`] ? '' : ', which is not set, so it stays off'}. ${needsKey}`]),
        ...Object.entries(options).map(([option, usual]) => `${prefix}_${option}=${usual}`),
      ]
      return settings.map((setting, i) => `  ${(i === 0 ? name : '').padEnd(16)} ${setting}`).join('\n')
    })
    .join('\n')
}
