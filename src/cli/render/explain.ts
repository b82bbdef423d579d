import type { Guide } from '../../core/guides.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { cellsOf, wrap } from './wrap.ts';

/** One code in the list of all. */
export interface ListedCode {
  readonly code: string;
  readonly title: string;
}

/** The long form of one error; without a guide only its meaning. */
export interface Explanation extends Partial<Guide['en']> {
  readonly code: string;
  readonly meaning: string;
  readonly source: string | undefined;
  readonly exitCode: ExitCode;
}

type View = Pick<Context, 'out' | 'messages'>;

/** Lines longer than this are hard to read, also where the terminal is wider. */
const MAX_COLUMNS = 80;

/** All codes, grouped by what they are about. */
export function renderCodes(codes: readonly ListedCode[], { out, messages }: View): string[] {
  const { explain } = messages;
  const lines = codes.flatMap(({ code, title }, index) => {
    const range = code.slice(3, 4);
    const isFirst = codes[index - 1]?.code.slice(3, 4) !== range;
    const heading = isFirst
      ? ['', out.tone('dim', `${range}xxx  ${explain.ranges[range] ?? ''}`)]
      : [];
    return [...heading, ...hang(`  ${code}  `, title, columnsOf(out))];
  });
  return [...lines.slice(1), '', explain.more];
}

/** One error at length: what it means, how to see it, why, what helps, and where it is written. */
export function renderExplanation(explanation: Explanation, { out, messages }: View): string[] {
  const { explain } = messages;
  const { code, meaning, title = meaning, about, see, causes, fix, source, exitCode } = explanation;
  const width = columnsOf(out);
  const section = (heading: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ['', out.tone('link', heading), ...lines];
  const paragraph = (text: string | undefined): string[] =>
    text === undefined ? [] : hang('  ', text, width);
  const list = (items: readonly string[] = []): string[] =>
    items.flatMap((item, index) => hang(`  ${index + 1}. `, item, width));
  return [
    ...hang(`${code}  `, title, width),
    ...section(explain.about, paragraph(about)),
    ...section(explain.see, paragraph(see)),
    ...section(explain.causes, list(causes)),
    ...section(explain.fix, list(fix)),
    ...section(explain.source, paragraph(source)),
    '',
    out.tone('dim', explain.exit(exitCode)),
  ];
}

function columnsOf({ columns }: View['out']): number {
  return Math.min(columns, MAX_COLUMNS);
}

/** `text` after `lead`, its further lines below its first word. */
function hang(lead: string, text: string, width: number): string[] {
  const indent = cellsOf(lead);
  return wrap(text, Math.max(width - indent, 20)).map(
    (line, index) => (index === 0 ? lead : ' '.repeat(indent)) + line,
  );
}
