import type { Verdict } from '../../core/exchange.ts';
import type { Messages } from '../messages/en.ts';
import type { Output, Tone } from '../terminal.ts';
import { clock, timestamp } from './clock.ts';
import { fit, truncate } from './columns.ts';
import { oneLine } from './one-line.ts';

/** One line of the log, before it is fitted into the columns. Texts may be anything that a stranger sent. */
export interface Row {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly id: number;
  /** A MsgType, Event name or one of our own words. */
  readonly type: string;
  /** Who wrote, or which retry this is. */
  readonly who: string;
  readonly content: string;
  readonly reply: string;
  readonly ms: number;
  /** HTTP status; 0 when nothing was answered. */
  readonly status: number;
  readonly verdict: Verdict;
}

const TONES: Readonly<Record<Verdict, Tone>> = {
  ok: 'good',
  slow: 'warn',
  late: 'bad',
  rejected: 'bad',
  failed: 'bad',
};

/** Cells of the columns that do not stretch; content and reply share what is left of the line. */
const WIDTH = { time: 8, id: 4, type: 9, who: 10, ms: 8, verdict: 7 };
const GAPS = 7;
const FIXED = Object.values(WIDTH).reduce((sum, width) => sum + width, GAPS);

/** Below this content and reply say nothing in columns: they get a line of their own. */
const MIN_STRETCH = 10;

/** What belongs to a line of the log stands below it, indented by so many cells. */
export const INDENT = 4;

/** How much of a text a line of a file shows, in cells. */
const SHOWN_IN_FILE = 200;

/** One line, or two in a narrow terminal, never wider than it; in a file or pipe one line with the whole time, without columns. */
export function renderRow(row: Row, output: Output, { exchange: words }: Messages): string[] {
  const { columns } = output;
  if (!output.isTTY) return [plainRow(row, output)];
  const time = output.tone('dim', clock(row.startedAt));
  // Numbers go on from run to run; a long one takes its cells from the content.
  const idText = `#${row.id}`;
  const idWidth = Math.max(WIDTH.id, idText.length);
  const id = output.tone('dim', fit(idText, idWidth));
  const type = fit(typeName(row.type, words.types), WIDTH.type);
  const ms = fit(`${Math.round(row.ms)} ms`, WIDTH.ms, 'right');
  const verdict = output.tone(TONES[row.verdict], words.verdicts[row.verdict]);
  const stretch = Math.floor((columns - FIXED) / 2);
  const content = oneLine(row.content);
  const reply = oneLine(row.reply);
  if (stretch >= MIN_STRETCH) {
    const contentWidth = Math.max(0, stretch - idWidth + WIDTH.id);
    const cells = [
      fit(oneLine(row.who), WIDTH.who),
      fit(content, contentWidth),
      fit(reply, stretch),
    ];
    return [[time, id, type, ...cells, ms, verdict].join(' ')];
  }
  const head = narrowHead({ time, id, type, ms, verdict }, columns - idWidth + WIDTH.id);
  const said = [oneLine(row.who), content, ...(reply === '' ? [] : ['->', reply])];
  const below = said.filter((part) => part !== '').join(' ');
  return [head, `${' '.repeat(INDENT)}${truncate(below, columns - INDENT)}`];
}

/** For programs and for reading later: the same words in every language, and nothing cut that could be looked for. */
function plainRow(row: Row, output: Output): string {
  const { startedAt, id, type, who, content, reply, ms, status, verdict } = row;
  const said = content === '' ? '' : ` ${JSON.stringify(shown(content))}`;
  const name = [shown(type), shown(who)].filter((part) => part !== '').join(' ');
  const result = output.tone(TONES[verdict], verdict);
  return `${timestamp(startedAt)} #${id} ${name}${said} -> ${shown(reply)} ${Math.round(ms)}ms ${status} ${result}`;
}

function shown(text: string): string {
  return truncate(oneLine(text), SHOWN_IN_FILE);
}

/** The columns that always fit, and of the others as many as `columns` has room for, the most telling first. */
function narrowHead(
  {
    time,
    id,
    type,
    ms,
    verdict,
  }: Readonly<Record<'time' | 'id' | 'type' | 'ms' | 'verdict', string>>,
  columns: number,
): string {
  const withMs = WIDTH.id + WIDTH.ms + WIDTH.verdict + 2;
  const withType = withMs + WIDTH.type + 1;
  const withTime = withType + WIDTH.time + 1;
  if (columns >= withTime) return [time, id, type, ms, verdict].join(' ');
  if (columns >= withType) return [id, type, ms, verdict].join(' ');
  return columns >= withMs ? [id, ms, verdict].join(' ') : [id, verdict].join(' ');
}

/** A MsgType can be anything that a follower's forgery says, also `__proto__`. */
function typeName(type: string, names: Readonly<Record<string, string>>): string {
  return (Object.hasOwn(names, type) ? names[type] : undefined) ?? oneLine(type);
}

/** An OpenID by its ends: the log may be shown to others. */
export function maskPerson(openid = ''): string {
  const text = oneLine(openid);
  return text.length <= WIDTH.who ? text : `${text.slice(0, 4)}..${text.slice(-4)}`;
}
