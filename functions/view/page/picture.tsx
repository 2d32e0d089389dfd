import { useSignal } from '@preact/signals'

import { webAddress } from './web-address.ts'

/** A feed's image, in a box of fixed size; where there is none, or it does not load, the first letters in a colour of their own. */
export function Picture({ url, name, size }: { url: string | null; name: string; size: number }) {
  const broken = useSignal<string | null>(null)
  const address = webAddress(url)
  const box = { width: `${size / 16}rem`, height: `${size / 16}rem`, '--hue': hueOf(name) }
  return (
    <span class="picture" style={box} aria-hidden="true">
      {monogram(name)}
      {address !== undefined && broken.value !== address && (
        <img
          src={address}
          alt=""
          width={size}
          height={size}
          loading="lazy"
          decoding="async"
          referrerpolicy="no-referrer"
          onError={() => {
            broken.value = address
          }}
        />
      )}
    </span>
  )
}

/** Words that say what is asked, not of whom. */
const fillers = new Set(
  'a an and any as at be before by do does for from how if in is it many more most much next of on or than that the to vs what when where which who whose will with win wins'.split(
    ' ',
  ),
)

function monogram(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? []
  const telling = words.filter((word) => !fillers.has(word.toLowerCase()))
  return [...(telling.length > 0 ? telling : words)]
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('')
}

function hueOf(name: string): number {
  let hash = 0
  for (const char of name) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 360
  return hash
}
