import type { StoreOutcome } from '../../certs/trust/apply.ts';
import type { TrustProof } from '../../certs/trust/prove.ts';
import type { Context } from '../context.ts';
import { renderFields } from './fields.ts';
import { oneLine } from './one-line.ts';

/** A command as it would be typed in a POSIX shell; a path may hold spaces and Chinese. */
export function renderCommand(command: readonly string[]): string {
  return command.map(shellWord).join(' ');
}

/** Each store, and why where it failed. */
export function renderOutcomes(
  outcomes: readonly StoreOutcome[],
  doneText: string,
  { messages, out }: Context,
): string[] {
  return outcomes.flatMap(({ store, path, done, problem }) => [
    `  ${done ? out.tone('good', doneText) : out.tone('bad', messages.certUse.failed)} ${store}  ${out.tone('dim', path)}`,
    ...(done ? [] : problem.split('\n').map((line) => `    ${oneLine(line)}`)),
  ]);
}

/** What each program said to a server with a certificate of the authority. */
export function renderProofs(proofs: readonly TrustProof[], { messages, out }: Context): string[] {
  const tones = { trusted: 'good', refused: 'bad', absent: 'dim' } as const;
  const rows = proofs.map(({ client, result }): [string, string] => [
    client,
    out.tone(tones[result], messages.certUse.proofs[result]),
  ]);
  return rows.length === 0
    ? []
    : ['', `  ${messages.certUse.proofTitle}`, ...renderFields(rows, 4)];
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
