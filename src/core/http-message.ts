import type { IncomingMessage } from 'node:http';
import type { AbortableOptions } from './abort.ts';

/** Field lines of a message: names as sent, in order, duplicates kept. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** Pairs Node's flat `rawHeaders`. */
export function pairHeaders(rawHeaders: readonly string[]): HeaderList {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2)
    pairs.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  return pairs;
}

/** A body that was read, or why it was not. */
export type BodyResult =
  | { readonly type: 'complete'; readonly bytes: Buffer }
  | { readonly type: 'too-large'; readonly receivedBytes: number }
  /** The other end left, or `signal` fired, before the body was complete. */
  | { readonly type: 'cut-off'; readonly receivedBytes: number };

/** Reads the body of a request or answer once, as raw bytes, and stops reading at `limitBytes`. Never rejects. */
export function readBody(
  stream: IncomingMessage,
  limitBytes: number,
  { signal }: AbortableOptions = {},
): Promise<BodyResult> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let receivedBytes = 0;
    const finish = (result: BodyResult): void => {
      stream.off('data', onData).off('end', onEnd).off('close', onCutOff);
      signal?.removeEventListener('abort', onCutOff);
      stream.pause();
      resolve(result);
    };
    const onData = (chunk: Buffer): void => {
      receivedBytes += chunk.length;
      if (receivedBytes > limitBytes) finish({ type: 'too-large', receivedBytes });
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      // Node ends a body that was cut off as if it were complete, and says so only here.
      if (stream.complete) finish({ type: 'complete', bytes: Buffer.concat(chunks) });
      else onCutOff();
    };
    const onCutOff = (): void => finish({ type: 'cut-off', receivedBytes });
    // Without a listener the reset of a peer would end the process. It stays on: the error may come after the result.
    stream.on('error', onCutOff);
    stream.on('data', onData).on('end', onEnd).on('close', onCutOff);
    signal?.addEventListener('abort', onCutOff, { once: true });
    if (signal?.aborted) onCutOff();
  });
}
