import { expect, test } from 'vitest';
import { ResponseReader } from '../../src/wire/response-reader.ts';

function read(text: string, step: number, method = 'GET') {
  const reader = new ResponseReader(method);
  const bytes = Buffer.from(text, 'latin1');
  const statuses: number[] = [];
  let body = '';
  let rest = '';
  let end = false;
  for (let at = 0; at < bytes.length; at += step) {
    const part = reader.push(bytes.subarray(at, at + step));
    statuses.push(...part.heads.map((head) => head.status));
    body += part.chunks.map((chunk) => chunk.toString('latin1')).join('');
    rest += part.rest.toString('latin1');
    end ||= part.end;
  }
  return { statuses, body, rest, end, reader };
}

const steps = [1, 2, 3, 5, 17, 1000];

test.each(steps)(
  'reads informational heads, the final one and the body in pieces of %d',
  (step) => {
    const text =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\nnext';
    const { statuses, body, rest, end, reader } = read(text, step);
    expect([statuses, body, rest, end]).toEqual([[100, 103, 200], 'abc', 'next', true]);
    expect(reader.trailers.map(([name]) => name)).toEqual(['T']);
  },
);

test.each(steps)('everything behind a 101 is the other protocol, in pieces of %d', (step) => {
  const head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n';
  const { statuses, end } = read(head, step);
  expect([statuses, end]).toEqual([[101], false]);
  expect(read(`${head}raw`, 1000).rest).toBe('raw');
});

test('an answer to HEAD, a 204 and a 304 end with their heads', () => {
  for (const [status, method] of [
    [200, 'HEAD'],
    [204, 'GET'],
    [304, 'GET'],
  ] as const) {
    const { end, body, rest } = read(
      `HTTP/1.1 ${status} X\r\nContent-Length: 3\r\n\r\nabc`,
      1000,
      method,
    );
    expect([end, body, rest]).toEqual([true, '', 'abc']);
  }
});

test('is complete at the end of the connection only where the head says so', () => {
  const finish = (text: string) => read(text, 1000).reader.finish();
  expect(finish('HTTP/1.0 200 OK\r\n\r\nabc')).toBe(true);
  expect(finish('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc')).toBe(false);
  expect(finish('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')).toBe(false);
  expect(finish('HTTP/1.1 200')).toBe(false);
  expect(finish('')).toBe(false);
});
