import { setTimeout as sleep } from 'node:timers/promises';
import type { AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import { botStreamMs, botStreamOf } from '../wechat/work/bot-stream.ts';
import type { FollowedStream, SendOutcome } from './outcome.ts';

/** Between two refreshes, in milliseconds. 企业微信 does not say how often it asks; apps report about once a second. */
const refreshEveryMs = 1000;

/** How long and how often a bot is asked for the rest of its stream. */
export interface StreamOptions {
  /** From the first answer on, in milliseconds; 0 does not ask at all. @default 6 minutes, as 企业微信 */
  readonly forMs?: number | undefined;
  /** @default 1000 */
  readonly everyMs?: number | undefined;
  /** Told before each refresh, counted from 1. */
  readonly onRefresh?: ((refresh: number) => void) | undefined;
}

/**
 * Asks for the rest of a stream as 企业微信 does (流式消息刷新) until a piece is the last, is refused, or the time is over. Without a stream
 * that goes on, the outcome stays as it is.
 *
 * @param first the answer to the message
 * @param refresh pushes one refresh and judges its answer
 * @returns the outcome of the message with the last piece as its answer; with WXD1153 where the stream was never finished
 */
export async function followStream(
  first: SendOutcome,
  refresh: (streamId: string) => Promise<SendOutcome>,
  options: StreamOptions & AbortableOptions,
): Promise<SendOutcome> {
  const { forMs = botStreamMs, everyMs = refreshEveryMs, onRefresh, signal } = options;
  const stream = openStream(first);
  if (stream === undefined || forMs === 0) return first;
  const startedAt = performance.now();
  let piece = first;
  for (let refreshes = 0; ; refreshes += 1) {
    const ms = performance.now() - startedAt;
    const ended = { id: stream.id, refreshes, ms };
    if (!piece.accepted) return refusedAt(first, piece, { ...ended, finished: false });
    if (isLast(piece)) return finishedWith(first, piece, { ...ended, finished: true });
    if (ms >= forMs) return neverFinished(first, piece, { ...ended, finished: false });
    await sleep(Math.min(everyMs, forMs - ms), undefined, { signal }).catch((error: unknown) => {
      signal?.throwIfAborted(); // Node's timer wraps what the signal was aborted with.
      throw error;
    });
    onRefresh?.(refreshes + 1);
    const answer = await refresh(stream.id);
    // An empty answer says nothing new; 企业微信 asks again.
    piece = answer.accepted && answer.visible === 'nothing' ? piece : answer;
  }
}

function openStream({ accepted, text = '' }: SendOutcome): { id: string } | undefined {
  const stream = accepted ? botStreamOf(text) : undefined;
  return stream?.finished === false ? stream : undefined;
}

function isLast({ text = '' }: SendOutcome): boolean {
  return botStreamOf(text)?.finished !== false;
}

function finishedWith(first: SendOutcome, last: SendOutcome, stream: FollowedStream): SendOutcome {
  const { text, summary, response } = last;
  return { ...first, text, summary, response, warnings: warningsOf(first, last), stream };
}

function refusedAt(first: SendOutcome, refused: SendOutcome, stream: FollowedStream): SendOutcome {
  const { attempts, ms, request } = first;
  return {
    ...refused,
    attempts,
    ms,
    request,
    visible: 'failure',
    warnings: warningsOf(first, refused),
    stream,
  };
}

function neverFinished(first: SendOutcome, last: SendOutcome, stream: FollowedStream): SendOutcome {
  const { id: streamId, refreshes, ms } = stream;
  const fault = new WxDevError('WXD1153', { streamId, refreshes, seconds: Math.round(ms / 1000) });
  return {
    ...finishedWith(first, last, stream),
    verdict: 'failed',
    accepted: false,
    faults: [fault],
  };
}

/** Each piece may be warned of for the same reason: once is enough. */
function warningsOf(first: SendOutcome, last: SendOutcome): SendOutcome['warnings'] {
  const codes = new Set(first.warnings.map(({ code }) => code));
  return [...first.warnings, ...last.warnings.filter(({ code }) => !codes.has(code))];
}
