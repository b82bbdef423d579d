import { formatError } from '../../core/errors.ts';
import type { SendOutcome } from '../../simulator/outcome.ts';
import type { Mode } from '../../wechat/account.ts';
import type { Context } from '../context.ts';
import { truncate } from './columns.ts';
import { renderError } from './error.ts';
import { oneLine } from './one-line.ts';

/** What was sent, in the user's words. */
export interface SendSubject {
  readonly what: string;
  readonly content?: string | undefined;
  readonly mode: Mode | undefined;
  readonly msgId?: string | undefined;
}

type SendContext = Pick<Context, 'out' | 'messages' | 'language'>;

/** Longer replies fill the screen without telling more. */
const SUMMARY_CELLS = 60;

/** The request, each attempt, and the judgement with what the follower sees. */
export function renderSend(
  outcome: SendOutcome,
  subject: SendSubject,
  context: SendContext,
): string[] {
  const { out, messages, language } = context;
  const { send } = messages;
  const { request, attempts, accepted, faults, warnings } = outcome;
  const mode = subject.mode === undefined ? '' : `  ${messages.modes[subject.mode]}`;
  const id = subject.msgId === undefined ? '' : `  MsgId ${subject.msgId}`;
  const lines = [`  -> ${request.method} ${request.url.replace(/\?.*$/, '')}${mode}${id}`];
  for (const attempt of attempts) {
    const number = attempts.length > 1 ? `${send.attempt(attempt.number)}  ` : '';
    const last = attempt === attempts.at(-1);
    const answer = last
      ? truncate(oneLine(outcome.summary), SUMMARY_CELLS)
      : messages.exchange.verdicts[attempt.verdict];
    lines.push(`  <- ${number}${attempt.status || '---'}  ${Math.round(attempt.ms)} ms  ${answer}`);
  }
  const verdict = accepted ? out.tone('good', send.legal) : out.tone('bad', send.illegal);
  lines.push(`  ${verdict}  ${seen(outcome, subject, context)}`);
  for (const error of [...faults, ...warnings]) {
    lines.push(...renderError(formatError(error, language), out, 2));
  }
  return lines;
}

/** The same as one JSON value. */
export function sendJson(outcome: SendOutcome): Record<string, unknown> {
  const { status, ms, verdict, accepted, reply, summary, faults, warnings, attempts } = outcome;
  return {
    status,
    ms: Math.round(ms),
    verdict,
    accepted,
    reply: reply ?? null,
    summary,
    attempts: attempts.map((attempt) => ({
      status: attempt.status,
      ms: Math.round(attempt.ms),
      verdict: attempt.verdict,
      error: attempt.error?.code,
    })),
    faults: faults.map(({ code, message }) => ({ code, message })),
    warnings: warnings.map(({ code, message }) => ({ code, message })),
  };
}

function seen(outcome: SendOutcome, subject: SendSubject, { messages }: SendContext): string {
  const { send } = messages;
  if (subject.what === 'verify') return outcome.accepted ? send.verified : '';
  return send.visible[outcome.visible];
}
