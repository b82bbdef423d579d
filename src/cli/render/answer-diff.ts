import type { RecordedExchange } from '../../inspector/record.ts';
import type { SendOutcome } from '../../simulator/outcome.ts';
import type { Context } from '../context.ts';
import { diffLines, type DiffLine } from './line-diff.ts';
import { oneLine } from './one-line.ts';
import { prettyLines } from './pretty.ts';

/** The recorded answer against the new one, line by line and decrypted. The time of a reply, new in each, is left out. */
export function diffAnswers(
  recorded: RecordedExchange,
  { text, response, accepted }: SendOutcome,
): DiffLine[] {
  // The echostr is another one each time: what was right then and is right now is alike.
  const isEcho = recorded.type === 'verify';
  return diffLines(
    answerLines(recorded.response, isEcho ? recorded.reply : recorded.answerText),
    answerLines(response, isEcho && accepted ? 'echostr' : text),
  );
}

/** The differences as lines of the terminal. */
export function renderDiff(
  lines: readonly DiffLine[],
  { out, messages }: Pick<Context, 'out' | 'messages'>,
): string[] {
  const { logs } = messages;
  if (lines.every(({ type }) => type === 'same')) return [`  ${out.tone('good', logs.sameAnswer)}`];
  return [
    `  ${out.tone('bad', `- ${logs.oldAnswer}`)}  ${out.tone('good', `+ ${logs.newAnswer}`)}`,
    ...lines.map(({ type, line }) => {
      const text = oneLine(line);
      if (type === 'old') return out.tone('bad', `  - ${text}`);
      return type === 'new' ? out.tone('good', `  + ${text}`) : `    ${text}`;
    }),
  ];
}

function answerLines(
  response: { readonly status: number; readonly body: Uint8Array } | undefined,
  text: string | undefined,
): string[] {
  if (!response) return ['-'];
  const shown = text ?? Buffer.from(response.body).toString('utf8');
  const timeless = shown.replace(/(<CreateTime>|"CreateTime"\s*:\s*"?)\d+/g, '$1*');
  return [`HTTP ${response.status}`, ...prettyLines(timeless)];
}
