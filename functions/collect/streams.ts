import type { FeedDefaults } from '../settings.ts'

/**
 * Every feed that keeps a socket open instead of being asked. A Function cannot hold one: `scripts/stream.ts` runs them, and publishes to
 * the same event hubs.
 */
export const streamedFeeds: Readonly<Record<string, FeedDefaults>> = {}
