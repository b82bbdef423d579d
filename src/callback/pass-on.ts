import type { IncomingMessage, ServerResponse } from 'node:http';
import { connectionError } from '../core/connection-error.ts';
import type { WxDevError } from '../core/errors.ts';
import type { ExchangeMessage } from '../core/exchange.ts';
import { pairHeaders, type HeaderList } from '../core/http-message.ts';
import { dial, type DialOptions } from './dial.ts';
import { headerValues, withoutHopByHop } from './headers.ts';
import { maxCapturedBytes } from './limits.ts';
import { refusal } from './responder.ts';
import { writeAnswer } from './write-answer.ts';

/** A request that was passed on, with the beginnings of its bodies. */
export interface Passed {
  /** 0 when the peer left before there was an answer. */
  readonly status: number;
  readonly error?: WxDevError | undefined;
  readonly request: ExchangeMessage;
  readonly response: ExchangeMessage;
}

/**
 * Streams a request that is not WeChat's to the app, and the answer back: pages, verification files, health checks. Resolves when
 * the connection to the peer is done with it.
 */
export function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  options: Omit<DialOptions, 'onConnect'> & { readonly done: Promise<void> },
): Promise<Passed> {
  const headers = pairHeaders(request.rawHeaders);
  const requestBody = capture(request);
  let answerHeaders: HeaderList = [];
  let answerBody: Captured = { bytes: () => Buffer.alloc(0), truncated: () => false };
  let error: WxDevError | undefined;
  let connected = false;
  const upstream = dial(
    {
      method: request.method ?? 'GET',
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
  const fail = (cause: unknown): void => {
    request.unpipe(upstream);
    error ??= connectionError(cause, { target: options.target.label, connected });
    if (response.headersSent) response.destroy();
    else writeAnswer(response, refusal(error, 502));
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
    response.sendDate = false;
    response.writeHead(statusCode, answer.statusMessage, answerHeaders.flat());
    // Sends the head now (events streams wait for it). Not flushHeaders(): that writes non-ASCII header bytes as UTF-8.
    response.write(Buffer.alloc(0));
    answer.pipe(response);
  });
  request.pipe(upstream);
  return options.done.then(() => {
    upstream.destroy();
    return {
      status: response.headersSent ? response.statusCode : 0,
      error,
      request: { headers, body: requestBody.bytes(), truncated: requestBody.truncated() },
      response: {
        headers: answerHeaders,
        body: answerBody.bytes(),
        truncated: answerBody.truncated(),
      },
    };
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

function capture(stream: IncomingMessage): Captured {
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
