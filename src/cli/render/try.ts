import type { SendOutcome } from '../../simulator/outcome.ts';
import type { Context } from '../context.ts';
import { fit } from './columns.ts';
import { oneLine } from './one-line.ts';

/** One step of `wx-dev try`. */
export interface TryStep {
  readonly name: 'built' | 'started' | 'verified' | 'plain' | 'encrypted';
  /** What was run or sent. */
  readonly what: string;
  readonly ms: number;
  readonly outcome?: SendOutcome | undefined;
  /** Plain text was refused, as an app in safe mode should. */
  readonly refused?: boolean | undefined;
}

/** Cells of the columns: what was done, and how long it took. */
const NAME_CELLS = 14;
const TIME_CELLS = 10;

/** The steps with their times, and how long it took from the start to the last of them. */
export function renderTry(
  steps: readonly TryStep[],
  totalMs: number,
  { messages, out }: Pick<Context, 'messages' | 'out'>,
): string[] {
  const texts = messages.try;
  const row = (name: string, ms: number, text: string): string =>
    `  ${fit(name, NAME_CELLS)}${`${Math.round(ms)} ms`.padStart(TIME_CELLS)}  ${text}`.trimEnd();
  const lines = steps.map((step) =>
    row(texts[step.name], step.ms, describe(step, texts.refusedPlain)),
  );
  const isSealed = steps.some(({ name }) => name === 'encrypted');
  const total = isSealed ? texts.total : texts.totalPlain;
  return [
    ...lines,
    '',
    `  ${total}: ${(totalMs / 1000).toFixed(2)} s`,
    '',
    `  ${texts.next}`,
  ].concat(`    ${out.tone('link', out.typed('wx-dev dev'))}`);
}

function describe({ what, outcome, refused }: TryStep, refusedPlain: string): string {
  if (refused === true) return refusedPlain;
  if (outcome === undefined) return oneLine(what);
  const reply = outcome.reply?.type === 'text' ? `"${outcome.reply.content}"` : outcome.summary;
  return oneLine(`"${what}" -> ${reply}`);
}
