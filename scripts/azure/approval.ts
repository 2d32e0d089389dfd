import { createInterface } from 'node:readline/promises'

/** What lacks where something must be approved, and nobody could be asked. */
export function approvalLacks(yes: boolean, isTerminal: boolean): string[] {
  return yes || isTerminal ? [] : ['Somebody who approves: this is no terminal, so say --yes']
}

/** Whether `word` was typed. */
export async function typed(question: string, word: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return (await terminal.question(question)).trim() === word
  } finally {
    terminal.close()
  }
}
