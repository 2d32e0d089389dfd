import { describe, expect, it } from 'vitest'

import { webAddress } from '../../../functions/view/page/web-address.ts'

describe('a feed’s link', () => {
  it('is an address of the web', () => {
    expect(webAddress('https://example.com/a b')).toBe('https://example.com/a%20b')
    expect(webAddress('http://example.com')).toBe('http://example.com/')
  })

  it('is none when it is a script, a file, a fragment or nothing', () => {
    for (const url of [
      'javascript:alert(1)',
      ' JavaScript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      '/relative',
      '',
      null,
    ]) {
      expect(webAddress(url)).toBeUndefined()
    }
  })
})
