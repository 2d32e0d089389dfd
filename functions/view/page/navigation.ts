import { type ReadonlySignal, signal } from '@preact/signals'

import { pathOf, type Route, routeOf } from './route.ts'

/**
 * Which route is shown, in step with the browser's history. How far the board was scrolled is kept here and not left to the browser: it
 * puts that back before the board is high enough.
 */
export class Navigation {
  readonly #route = signal<Route>(routeOf(location.pathname))
  #boardY = 0
  /** Whether the entry before this one is the board: then going back is what brings the reader there. */
  #cameFromBoard = false

  get route(): ReadonlySignal<Route> {
    return this.#route
  }

  /** Where the board was left. */
  get boardY(): number {
    return this.#boardY
  }

  go(route: Route) {
    if (pathOf(route) === location.pathname) return
    this.#cameFromBoard = this.#route.peek().at === 'board'
    history.pushState(null, '', pathOf(route))
    this.#show(route)
  }

  /** To the board, as it was left if the reader comes from there. */
  back() {
    if (this.#route.peek().at === 'board') return
    if (this.#cameFromBoard) history.back()
    else this.go({ at: 'board' })
  }

  /** Links within the page are followed without loading it again; those opened in another tab are the browser's. */
  heed() {
    history.scrollRestoration = 'manual'
    addEventListener('popstate', () => {
      this.#cameFromBoard = false
      this.#show(routeOf(location.pathname))
    })
    addEventListener('click', (event) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href]') : null
      if (link === null || event.defaultPrevented || event.button !== 0) return
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
      const elsewhere = link.origin !== location.origin || link.target !== '' || link.hasAttribute('download')
      const inPage = link.hash !== '' && link.pathname === location.pathname
      if (elsewhere || inPage || (link.pathname !== '/' && !link.pathname.startsWith('/markets/'))) return
      event.preventDefault()
      this.go(routeOf(link.pathname))
    })
  }

  #show(route: Route) {
    if (this.#route.peek().at === 'board') this.#boardY = scrollY
    this.#route.value = route
    if (route.at === 'market') scrollTo(0, 0)
  }
}
