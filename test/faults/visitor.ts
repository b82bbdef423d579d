import { once } from 'node:events';
import { request, type Agent, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';

/** What a visitor asks for. */
export interface Visit {
  readonly port: number;
  /** Subdomain of `localhost`. */
  readonly name: string;
  readonly path: string;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array;
  /** Gives up after so many milliseconds, as WeChat does. */
  readonly timeoutMs?: number;
  readonly agent?: Agent;
}

/** What became of it: an answer, or why there was none. */
export interface Outcome {
  /** 0 without a whole answer. */
  readonly status: number;
  readonly head: IncomingMessage | undefined;
  readonly body: Buffer;
  readonly ms: number;
  readonly failure: string | undefined;
}

/** Visits a tunnel and tells what came of it; never throws. */
export async function visit(options: Visit): Promise<Outcome> {
  const { port, name, path, method = 'GET', headers, body, timeoutMs, agent } = options;
  const startedAt = performance.now();
  const msNow = (): number => performance.now() - startedAt;
  let head: IncomingMessage | undefined;
  try {
    const sent = request({
      host: '127.0.0.1',
      port,
      method,
      path,
      agent: agent ?? false,
      headers: {
        Host: `${name}.localhost`,
        ...(body && !headers?.['Transfer-Encoding'] && { 'Content-Length': body.length }),
        ...headers,
      },
      ...(timeoutMs !== undefined && { signal: AbortSignal.timeout(timeoutMs) }),
    });
    // Also when it comes after the head, which is then what counts.
    sent.on('error', () => undefined);
    sent.end(body);
    [head] = (await once(sent, 'response')) as [IncomingMessage];
    const parts: Buffer[] = [];
    for await (const part of head) if (Buffer.isBuffer(part)) parts.push(part);
    if (!head.complete) throw new Error('the answer was cut off');
    const status = head.statusCode ?? 0;
    return { status, head, body: Buffer.concat(parts), ms: msNow(), failure: undefined };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { status: 0, head, body: Buffer.alloc(0), ms: msNow(), failure };
  }
}

/** The JSON that an app answers. */
export async function ask<T>(options: Visit): Promise<T> {
  const { status, body, failure } = await visit(options);
  if (status !== 200) throw new Error(`${options.path}: ${failure ?? status}`);
  return JSON.parse(body.toString()) as T;
}
