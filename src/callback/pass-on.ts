import type { Readable } from 'node:stream';
import { connectionError } from '../core/connection-error.ts';
import type { WxDevError } from '../core/errors.ts';
import type { ExchangeMessage } from '../core/exchange.ts';
import { pairHeaders, type HeaderList } from '../core/http-message.ts';
import { dial, type DialOptions } from './dial.ts';
import { headerValues, withoutHopByHop } from './headers.ts';
import type { HttpExchange } from './http-exchange.ts';
import { maxCapturedBytes } from './limits.ts';
import { refusal } from './responder.ts';

/** A request that was passed on, with the beginnings of its bodies. */
export interface Passed {
  /** 0 when the peer left before there was an answer. */
  readonly status: number;
  readonly error?: WxDevError | undefined;
  readonly request: ExchangeMessage;
  readonly response: ExchangeMessage;
}

/**
 * Streams a request that is not WeChat's to the app, and the answer back: pages, verification files, health checks. `onEnd` is told when
 * the connection to the peer is done with it.
 */
export function passOn(
  http: HttpExchange,
  path: string,
  options: Omit<DialOptions, 'onConnect'>,
  onEnd: (passed: Passed, delivered: boolean) => void,
): void {
  const { headers } = http;
  const request = http.stream();
  const requestBody = capture(request);
  let answerHeaders: HeaderList = [];
  let answerBody: Captured = { bytes: () => Buffer.alloc(0), truncated: () => false };
  let error: WxDevError | undefined;
  let connected = false;
  const upstream = dial(
    {
      method: http.head.method,
      path,
      headers: framedHeaders(headers),
    },
    {
      ...options,
      onConnect: () => {
        connected = true;
      },
    },
  );
  let isOver = false;
  const fail = (cause: unknown): void => {
    if (isOver) return;
    request.unpipe(upstream);
    error ??= connectionError(cause, { target: options.target.label, connected });
    if (http.status > 0) http.destroy();
    else http.answer(refusal(error, 502));
  };
  upstream.on('error', fail);
  upstream.on('upgrade', (_answer, socket) => {
    socket.destroy();
    fail(new Error('HTTP 101, which nobody asked for'));
  });
  upstream.on('response', (answer) => {
    const { statusCode = 0 } = answer;
    if (statusCode < 200) {
      fail(new Error(`HTTP ${statusCode}`));
      upstream.destroy();
      return;
    }
    answer.on('error', fail);
    answerBody = capture(answer);
    answerHeaders = withoutHopByHop(pairHeaders(answer.rawHeaders));
    const { statusMessage: reason } = answer;
    answer.pipe(http.respond({ status: statusCode, reason, headers: answerHeaders }));
  });
  request.pipe(upstream);
  http.onEnd((delivered) => {
    isOver = true;
    upstream.destroy();
    const passed = {
      status: http.status,
      error,
      request: { headers, body: requestBody.bytes(), truncated: requestBody.truncated() },
      response: {
        headers: answerHeaders,
        body: answerBody.bytes(),
        truncated: answerBody.truncated(),
      },
    };
    onEnd(passed, delivered);
  });
}

/** A chunked body stays chunked: without any framing Node would send the body of a GET or DELETE as the next request. */
function framedHeaders(headers: HeaderList): HeaderList {
  const kept = withoutHopByHop(headers, ['expect']);
  return headerValues(headers, 'transfer-encoding').length > 0
    ? [...kept, ['Transfer-Encoding', 'chunked']]
    : kept;
}

interface Captured {
  bytes(): Buffer;
  truncated(): boolean;
}

function capture(stream: Readable): Captured {
  const chunks: Buffer[] = [];
  let kept = 0;
  let total = 0;
  stream.on('data', (chunk: Buffer) => {
    total += chunk.length;
    if (kept >= maxCapturedBytes) return;
    // Copied, because a slice would keep the whole chunk in memory.
    const part = Buffer.from(chunk.subarray(0, maxCapturedBytes - kept));
    kept += part.length;
    chunks.push(part);
  });
  return { bytes: () => Buffer.concat(chunks), truncated: () => total > kept };
}
