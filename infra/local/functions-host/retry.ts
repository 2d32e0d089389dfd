/** A function's retry policy. The host runs the same input again in memory; `maxRetryCount` −1 means without end. */
export type RetryPolicy =
  | { kind: 'fixedDelay'; maxRetryCount: number; delayMs: number }
  | { kind: 'exponentialBackoff'; maxRetryCount: number; minimumMs: number; maximumMs: number }

/** How long to wait before retry number `retry` (1 is the first), or `undefined` when the policy is exhausted. */
export function retryDelayMs(policy: RetryPolicy, retry: number, random: () => number): number | undefined {
  if (policy.maxRetryCount !== -1 && retry > policy.maxRetryCount) return undefined
  if (policy.kind === 'fixedDelay') return policy.delayMs
  // The WebJobs SDK's backoff: the minimum, plus the minimum doubled each time and spread by a fifth to both sides.
  const spread = 0.8 + 0.4 * random()
  return Math.min(policy.minimumMs * (1 + spread * 2 ** Math.min(retry - 1, 40)), policy.maximumMs)
}
