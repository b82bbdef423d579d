import { createServer, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { getEventListeners, once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectionError } from '../../src/core/connection-error.ts';
import { escapeText, mask } from '../../src/core/errors/text.ts';
import { pairHeaders, readBody, type BodyResult } from '../../src/core/http-message.ts';
import { newAesKey, newOwnerSecret, newSubdomain, newToken } from '../../src/core/secrets.ts';
import { errorCode, fileProblem } from '../../src/core/system-error.ts';

describe('foreign text in an error', () => {
  test.each([
    ['plain 中文', 'plain 中文'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\u001B[2J', '\\u{1b}[2J'],
    ['\u202Eabc', '\\u{202e}abc'],
    ['\uFEFF', '\\u{feff}'],
    ['👨‍👩‍👧', '👨‍👩‍👧'],
    ['x'.repeat(61), `${'x'.repeat(60)}…`],
    [`${'x'.repeat(59)}👍`, `${'x'.repeat(59)}…`],
  ])('%j is shown as %j', (text, expected) => {
    expect(escapeText(text)).toBe(expected);
  });

  test('is one short line without control characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeText(text)).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029]/u);
      }),
    );
  });

  test('a signature is masked', () => {
    expect(mask('5f0c13a1e2b391')).toBe('5f0c…91');
    expect(mask('12345678')).toBe('12345678');
  });
});

describe('secrets', () => {
  test('have the form that their readers take, and are not the same twice', () => {
    const kinds: readonly [() => string, RegExp][] = [
      [newToken, /^[A-Za-z0-9]{20}$/],
      [newAesKey, /^[A-Za-z0-9]{43}$/],
      [newSubdomain, /^[a-z][a-z2-9]{7}$/],
      [newOwnerSecret, /^[0-9a-f]{64}$/],
    ];
    for (const [make, form] of kinds) {
      const made = Array.from({ length: 200 }, make);
      for (const secret of made) expect(secret).toMatch(form);
      expect(new Set(made).size).toBe(made.length);
    }
  });

  test('an AES key is 32 bytes for the strictest decoder', () => {
    for (let count = 0; count < 200; count += 1) {
      const key = newAesKey();
      const bytes = Buffer.from(`${key}=`, 'base64');
      expect(bytes).toHaveLength(32);
      expect(bytes.toString('base64')).toBe(`${key}=`);
    }
  });
});

describe('system errors', () => {
  test('are named by their code', () => {
    const error = Object.assign(new Error('x'), { code: 'ENOENT' });
    expect(errorCode(error)).toBe('ENOENT');
    expect(errorCode(Object.assign(new Error('x'), { code: 7 }))).toBeUndefined();
    expect(errorCode('ENOENT')).toBeUndefined();
    expect(fileProblem(error)).toEqual({ en: 'there is no such file', zh: '文件不存在' });
    expect(fileProblem(new Error('odd'))).toBe('odd');
    expect(fileProblem('odd')).toBe('odd');
  });

  test.each([
    ['ECONNREFUSED', false, 'WXD3001'],
    ['ENOTFOUND', false, 'WXD3001'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', false, 'WXD3004'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', false, 'WXD3004'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false, 'WXD3004'],
    ['CERT_HAS_EXPIRED', false, 'WXD3004'],
    ['EPROTO', false, 'WXD3004'],
    ['ECONNRESET', true, 'WXD3002'],
    ['HPE_INVALID_CONSTANT', true, 'WXD3002'],
  ])('a connection that fails with %s is %s', (code, connected, expected) => {
    const cause = Object.assign(new Error('x'), { code });
    const error = connectionError(cause, { target: 'http://127.0.0.1:1', connected });
    expect(error.code).toBe(expected);
    expect(error.details).toEqual({ target: 'http://127.0.0.1:1', reason: code });
    expect(error.cause).toBe(cause);
  });
});

describe('a body', () => {
  test('is read byte for byte', async () => {
    const bytes = Buffer.from([0, 255, 13, 10, 0xef, 0xbb, 0xbf]);
    expect(await receive((socket) => send(socket, bytes))).toEqual({ type: 'complete', bytes });
    expect(await receive((socket) => send(socket, Buffer.alloc(0)))).toMatchObject({
      type: 'complete',
    });
  });

  test('is not read beyond the limit', async () => {
    const exact = await receive((socket) => send(socket, Buffer.alloc(100)), { limit: 100 });
    expect(exact.type).toBe('complete');
    const over = await receive((socket) => send(socket, Buffer.alloc(101)), { limit: 100 });
    expect(over.type).toBe('too-large');
  });

  test('that is cut off is told from one that is complete', async () => {
    const result = await receive((socket) => {
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf');
      socket.end();
    });
    expect(result).toEqual({ type: 'cut-off', receivedBytes: 4 });
  });

  test('an abort ends the reading and leaves no listener', async () => {
    const controller = new AbortController();
    const result = await receive(
      (socket) => socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf'),
      { signal: controller.signal, onRequest: () => controller.abort() },
    );
    expect(result.type).toBe('cut-off');
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  test('headers keep order, case and duplicates', () => {
    const raw = ['Host', 'a', 'x-A', '1', 'X-a', '2'];
    expect(pairHeaders(raw)).toEqual([
      ['Host', 'a'],
      ['x-A', '1'],
      ['X-a', '2'],
    ]);
    expect(pairHeaders([])).toEqual([]);
  });
});

interface ReceiveOptions {
  readonly limit?: number;
  readonly signal?: AbortSignal;
  readonly onRequest?: () => void;
}

/** What a server reads of what `write` writes to a connection. */
async function receive(
  write: (socket: ReturnType<typeof connect>) => void,
  { limit = 1000, signal, onRequest }: ReceiveOptions = {},
): Promise<BodyResult> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // Of a TCP server that listens.
  const arrived = once(server, 'request') as Promise<[IncomingMessage]>;
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  write(socket);
  const [incoming] = await arrived;
  const reading = readBody(incoming, limit, { signal });
  onRequest?.();
  const result = await reading;
  socket.destroy();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  return result;
}

function send(socket: ReturnType<typeof connect>, body: Buffer): void {
  socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`);
  socket.write(body);
}
