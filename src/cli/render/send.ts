import { formatError, type ErrorReport } from '../../core/errors.ts';
import { followerSees, followerSeesZh } from '../../core/errors/answers.ts';
import { quoteForShell } from '../../core/errors/define.ts';
import { unmet, type CheckedExpectation } from '../../simulator/expectation.ts';
import type { FollowedStream, SendOutcome } from '../../simulator/outcome.ts';
import type { Mode } from '../../wechat/account.ts';
import type { Context } from '../context.ts';
import { answerLine } from './answer-line.ts';
import { truncate, widthOf } from './columns.ts';
import { renderError } from './error.ts';
import { oneLine } from './one-line.ts';

/** Who is at the other end, and would see that an answer is wrong. */
export type Audience = 'follower' | 'member' | 'payment' | 'notice';

/** What was sent, in the user's words. */
export interface SendSubject {
  /** @default follower */
  readonly audience?: Audience | undefined;
  readonly what: string;
  readonly content?: string | undefined;
  readonly mode: Mode | undefined;
  readonly msgId?: string | undefined;
  /** The account that was chosen by name. */
  readonly account?: string | undefined;
  /** What was made wrong on purpose; `probe` is WeChat Pay's own doing. */
  readonly tamper?: string | undefined;
}

/** What rendering needs of the surroundings. */
export type SendContext = Pick<Context, 'out' | 'messages' | 'language'>;

/** Longer replies fill the screen without telling more; the verdict stands behind it. */
const SUMMARY_CELLS = 44;

/** Where the verdict ends, in cells. */
const LINE_CELLS = 80;

/** The request, each attempt, and the judgement with what the follower sees. */
export function renderSend(
  outcome: SendOutcome,
  subject: SendSubject,
  context: SendContext,
): string[] {
  const { out, messages, language } = context;
  const { send } = messages;
  const { request, attempts, faults, warnings } = outcome;
  const mode = subject.mode === undefined ? '' : `  ${messages.modes[subject.mode]}`;
  const id = subject.msgId === undefined ? '' : `  MsgId ${oneLine(subject.msgId)}`;
  const { tamper } = subject;
  const broken = tamper === undefined || tamper === 'probe' ? '' : `  --tamper ${tamper}`;
  const target = `  -> ${request.method} ${request.url.replace(/\?.*$/, '')}`;
  const lines = fitted(target, [mode, id, broken]);
  for (const attempt of attempts) {
    const number = attempts.length > 1 ? `${send.attempt(attempt.number)}  ` : '';
    const last = attempt === attempts.at(-1);
    const answer = last
      ? truncate(answerOf(outcome, context), SUMMARY_CELLS)
      : messages.exchange.verdicts[attempt.verdict];
    const line = `  <- ${number}${attempt.status || '---'}  ${Math.round(attempt.ms)} ms  ${answer}`;
    lines.push(last ? withVerdict(line, outcome, subject, context) : line);
  }
  if (outcome.stream !== undefined) lines.push(`  <- ${streamOf(outcome.stream, context)}`);
  const visible = seen(outcome, subject, context);
  if (visible !== '') lines.push(`  ${visible}`);
  for (const error of [...faults, ...warnings]) {
    lines.push(...renderError(forSubject(formatError(error, language), subject), out, 2));
  }
  return lines;
}

/** What is said of any push, said of this one: who sees it, and the command that sends it again. */
function forSubject(report: ErrorReport, subject: SendSubject): ErrorReport {
  const { audience = 'follower' } = subject;
  const isSeen = audience === 'follower';
  return {
    ...report,
    body: report.body.filter((line) => isSeen || !followerSentences.has(line)),
    run: sendAgain(report.run, subject),
  };
}

/** Only followers of an Official Account see this line of WeChat's. */
const followerSentences: ReadonlySet<string> = new Set([followerSees, followerSeesZh]);

/** Longer contents are not worth typing again. */
const AGAIN_CONTENT = 40;

/** `wx-dev send text`, the example of the catalogue, as what was really sent; with the account, where one was chosen. */
function sendAgain(run: string, { what, content = '', account }: SendSubject): string {
  if (!run.startsWith('wx-dev send ')) return run;
  const words =
    content !== '' && content.length <= AGAIN_CONTENT ? ` ${quoteForShell(content)}` : '';
  const own = run.replace(
    /^wx-dev send text(?= --|$)/,
    `wx-dev send ${quoteForShell(what)}${words}`,
  );
  return account === undefined || own.includes(' --account ')
    ? own
    : `${own} --account ${quoteForShell(account)}`;
}

/** The words behind `start`, on a line of their own from where they would be too wide. */
function fitted(start: string, words: readonly string[]): string[] {
  const lines = [start];
  for (const word of words) {
    const last = lines.at(-1) ?? '';
    if (widthOf(last + word) <= LINE_CELLS || word === '') lines.splice(-1, 1, last + word);
    else lines.push(`   ${word}`);
  }
  return lines;
}

/** How the expectations fared: those that were missed with what there was, else how many were met. */
export function renderExpectations(
  checked: readonly CheckedExpectation[],
  { out, messages, language }: SendContext,
): string[] {
  if (checked.length === 0) return [];
  const missed = unmet(checked);
  if (missed.length === 0) return [`  ${out.tone('good', messages.send.met(checked.length))}`];
  return missed.flatMap((error) => renderError(formatError(error, language), out, 2));
}

/** The same as one JSON value. */
export function sendJson(
  outcome: SendOutcome,
  checked: readonly CheckedExpectation[] = [],
): Record<string, unknown> {
  const { status, ms, verdict, accepted, reply, summary, faults, warnings, attempts } = outcome;
  return {
    status,
    ms: Math.round(ms),
    verdict,
    accepted,
    visible: outcome.visible,
    reply: reply ?? null,
    text: outcome.text ?? null,
    summary,
    attempts: attempts.map((attempt) => ({
      status: attempt.status,
      ms: Math.round(attempt.ms),
      verdict: attempt.verdict,
      error: attempt.error?.code,
    })),
    faults: faults.map(({ code, message }) => ({ code, message })),
    warnings: warnings.map(({ code, message }) => ({ code, message })),
    ...(outcome.stream && { stream: { ...outcome.stream, ms: Math.round(outcome.stream.ms) } }),
    ...(checked.length > 0 && { expectations: checked }),
  };
}

/** The answer with the kind of reply in the user's language: `文本  "你好"`. */
function answerOf(outcome: SendOutcome, { messages, language }: SendContext): string {
  const summary = oneLine(answerLine(outcome.summary, outcome.faults, language));
  if (outcome.reply === undefined) return summary;
  const { type } = outcome.reply;
  const name = messages.exchange.types[type];
  return name === undefined || !summary.startsWith(type)
    ? summary
    : name + summary.slice(type.length);
}

function streamOf(
  { refreshes, ms, finished }: FollowedStream,
  { messages: { send } }: SendContext,
): string {
  const seconds = (ms / 1000).toFixed(1);
  return finished ? send.streamEnded(refreshes, seconds) : send.streamOpen(refreshes, seconds);
}

function withVerdict(
  line: string,
  { accepted }: SendOutcome,
  { tamper }: SendSubject,
  { out, messages }: SendContext,
): string {
  const { send } = messages;
  const good = tamper === undefined ? send.legal : send.refused;
  const verdict = accepted ? good : send.illegal;
  const space = Math.max(2, LINE_CELLS - widthOf(line) - widthOf(verdict));
  return `${line}${' '.repeat(space)}${out.tone(accepted ? 'good' : 'bad', verdict)}`;
}

function seen(outcome: SendOutcome, subject: SendSubject, { messages }: SendContext): string {
  const { send } = messages;
  if (subject.tamper !== undefined) return '';
  if (subject.what === 'verify') return outcome.accepted ? send.verified : '';
  const { audience = 'follower' } = subject;
  if (audience !== 'payment' && audience !== 'notice') {
    return send.visible[audience][outcome.visible];
  }
  return send.visible[audience][outcome.accepted ? 'taken' : 'again'];
}
