import { describe, expect, it } from 'vitest'

import { chooseFeed } from '../../scripts/dev/choose-feed.ts'
import { feedsHelp, knownFeeds } from '../../scripts/dev/known-feeds.ts'
import { type Options, optionsOf } from '../../scripts/dev/options.ts'

function options(...args: string[]): Options {
  const read = optionsOf(args)
  if ('help' in read) throw new Error('help was not asked for')
  return read
}

describe('the options of npm start', () => {
  it('are the usual port and folder, and whatever feed can be had, unless told otherwise', () => {
    expect(options()).toEqual({
      port: 7071,
      dataDir: '.oddscast',
      feed: undefined,
      replay: undefined,
      verbose: false,
      func: false,
    })
  })

  it('take any feeds that are known', () => {
    expect(options('--feed', 'Kalshi, odds-api').feed).toBe('kalshi,odds-api')
    expect(() => options('--feed', 'kalshi,tea-leaves')).toThrow('--feed takes predictit')
  })

  it('keep a replay in a folder of its own', () => {
    expect(options('--replay')).toMatchObject({ dataDir: '.oddscast/replay', replay: { speed: 60 } })
    expect(options('--replay', '--speed', '1', '--data-dir', 'x')).toMatchObject({ dataDir: 'x', replay: { speed: 1 } })
    expect(() => options('--speed', '5')).toThrow('--speed is that of --replay')
    expect(() => options('--replay', '--speed', '0')).toThrow('a number above 0')
  })
})

describe('the help of npm start', () => {
  it('lists every feed that the tables have, with its settings, and says what is off for want of a key', () => {
    const help = feedsHelp({})
    for (const name of Object.keys(knownFeeds)) expect(help).toContain(`  ${name} `)
    expect(help).toContain("PREDICTIT_SCHEDULE='*/30 * * * * *'")
    expect(help).toContain('ODDS_API_REGIONS=us')
    expect(help).toContain('ODDS_API_KEY, which is not set, so it stays off.')
    expect(feedsHelp({ ODDS_API_KEY: 'x' })).not.toContain('ODDS_API_KEY, which is not set')
  })
})

describe('what feeds npm start reads', () => {
  it('is what was asked for, before what the environment says', async () => {
    expect(await chooseFeed('kalshi,predictit', { FEEDS: 'simulated' })).toEqual({
      feeds: 'kalshi,predictit',
      why: 'Feeds: kalshi, predictit, as asked for.',
    })
    expect(await chooseFeed(undefined, { FEEDS: 'simulated', PREDICTIT_URL: 'http://x' })).toMatchObject({ feeds: 'simulated' })
    expect(await chooseFeed(undefined, { PREDICTIT_URL: 'http://x' })).toMatchObject({ feeds: 'predictit' })
  })
})
