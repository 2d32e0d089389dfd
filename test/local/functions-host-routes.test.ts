import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { parseRoute } from '../../infra/local/functions-host/routes.ts'

const match = (template: string, path: string) => parseRoute(template).match(path)

describe('a route template', () => {
  it('matches literals whatever their case, and ignores a slash at the end', () => {
    expect(match('api/Markets', '/API/markets/')).toEqual({})
    expect(match('api/markets', '/api/markets/1')).toBeUndefined()
    expect(match('', '/')).toEqual({})
    expect(match('', '/index.html')).toBeUndefined()
  })

  it('takes parameters, decoded, with an escaped slash kept as it is', () => {
    expect(match('markets/{id}/ticks', '/markets/predictit%3A7053/ticks')).toEqual({ id: 'predictit:7053' })
    expect(match('markets/{id}', '/markets/a%2Fb%20c')).toEqual({ id: 'a%2Fb c' })
    expect(match('markets/{id}', '/markets/a%E2%80%A8b')).toEqual({ id: 'a\u2028b' })
    expect(match('markets/{id}', '/markets')).toBeUndefined()
    expect(match('markets/{id}', '/markets/1/2')).toBeUndefined()
  })

  it('leaves out an optional parameter that is not given', () => {
    expect(match('items/{id?}', '/items')).toEqual({})
    expect(match('items/{id?}', '/items/7')).toEqual({ id: '7' })
  })

  it('gives all that is left to a catch-all', () => {
    expect(match('{*path}', '/')).toEqual({})
    expect(match('assets/{*path}', '/assets/js/main.js')).toEqual({ path: 'js/main.js' })
    expect(match('assets/{*path}', '/other/js')).toBeUndefined()
  })

  it('asks constraints', () => {
    expect(match('items/{id:int}', '/items/12')).toEqual({ id: '12' })
    expect(match('items/{id:int}', '/items/99999999999')).toBeUndefined()
    expect(match('items/{id:int:range(1,5)?}', '/items/6')).toBeUndefined()
    expect(match('items/{id:int?}', '/items')).toEqual({})
    expect(match('files/{name:alpha:maxlength(3)}', '/files/abcd')).toBeUndefined()
    expect(match('{home:maxlength(0)?}', '/')).toEqual({})
  })

  it('takes several parameters out of one segment', () => {
    expect(match('files/{name}.{extension}', '/files/a.tar.gz')).toEqual({ name: 'a.tar', extension: 'gz' })
  })

  it.each(['items/{id:regex(^a$)}', 'items/{id=5}', '{a?}/b', '{*a}/b', 'a/{b', 'a/{b:pretty}'])(
    'refuses %s at the start',
    (template) => {
      expect(() => parseRoute(template)).toThrow(template)
    },
  )

  it('gives back every value that was put into a path', () => {
    const value = fc
      .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
      .filter((text) => !/[/\\]/.test(text) && !/^\.+$/.test(text))
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(match('x/{a}/y/{b}', `/x/${encodeURIComponent(a)}/y/${encodeURIComponent(b)}`)).toEqual({ a, b })
      }),
    )
  })
})
