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

/** Names tell markets apart; the words of a question do not. */
const asking = new Set([
  'Will',
  'Which',
  'Who',
  'Whom',
  'What',
  'When',
  'Where',
  'How',
  'Is',
  'Does',
  'Do',
  'Did',
  'The',
  'A',
  'An',
])

function monogram(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? []
  const names = words.filter((word) => /^\p{Lu}/u.test(word) && !asking.has(word))
  return (names.length > 0 ? names : words)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('')
}

function hueOf(name: string): number {
  let hash = 0
  for (const char of name) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 360
  return hash
}
