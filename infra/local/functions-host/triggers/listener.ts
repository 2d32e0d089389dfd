/** A trigger at work. `stop` gives up what waits and lets a running invocation end; nothing is acknowledged after it. */
export type Listener = {
  status(): object
  stop(): Promise<void>
}
