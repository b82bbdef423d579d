import { expect, test } from 'vitest';
import { AddressList } from '../../src/core/addresses.ts';
import { forwardedHead, originOf, type Origin } from '../../src/relay/forwarded.ts';
import { TraceIds } from '../../src/relay/trace.ts';
import { headerField, parseRequestHead } from '../../src/wire/head.ts';
import { traceIdOf } from '../../src/wire/trace-context.ts';

const proxies = new AddressList(['10.0.0.0/8', '2001:db8::/32']);
const ids = { newRequestId: () => 'new-id', traceIds: new TraceIds() };
const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

function ask(fields: string, isTrusted = true): { origin: Origin; head: string } {
  const bytes = Buffer.from(`GET /a HTTP/1.1\r\nHost: app.localhost\r\n${fields}\r\n`, 'latin1');
  const request = parseRequestHead(bytes);
  const arrival = { peer: '10.0.0.1', isTrusted, scheme: 'http', port: 80 } as const;
  const origin = originOf(request, arrival, ids, proxies);
  return { origin, head: forwardedHead(request, origin).toString('latin1') };
}

const FORGED =
  'X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Forwarded-Proto: https\r\n' +
  'X-Forwarded-Host: bank.example\r\nX-Forwarded-Port: 1\r\nX-Request-Id: forged\r\n' +
  'Forwarded: for=6.6.6.6\r\nx-wx-dev-tunnel: up\r\nX_Forwarded_For: 6.6.6.6\r\nX-Forwarded-User: root\r\n';

test('nobody but a trusted proxy says where a request comes from', () => {
  const { origin, head } = ask(FORGED, false);
  expect(origin).toMatchObject({
    remote: '10.0.0.1',
    scheme: 'http',
    host: 'app.localhost',
    port: 80,
    requestId: 'new-id',
  });
  expect(head).not.toMatch(/6\.6\.6\.6|bank|forged|root|wx-dev/);
});

test('a trusted proxy says who its visitor is, and its claims about anything else are gone too', () => {
  const { origin, head } = ask(FORGED);
  expect(origin).toMatchObject({
    remote: '6.6.6.6',
    scheme: 'https',
    host: 'bank.example',
    port: 1,
    requestId: 'forged',
  });
  expect(head.match(/6\.6\.6\.6/g)).toHaveLength(1);
  expect(head).not.toMatch(/root|Forwarded: for|wx-dev|X_/);
});

test.each([
  ['X-Forwarded-For: 6.6.6.6, 203.0.113.7\r\n', '203.0.113.7'],
  ['X-Forwarded-For: 6.6.6.6, 203.0.113.7, 10.0.0.9\r\n', '203.0.113.7'],
  ['X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 203.0.113.7\r\n', '203.0.113.7'],
  ['X-Forwarded-For: 203.0.113.7:4711\r\n', '203.0.113.7'],
  ['X-Forwarded-For: [2001:db9::1]:443\r\n', '2001:db9::1'],
  ['X-Forwarded-For: ::ffff:203.0.113.7\r\n', '203.0.113.7'],
  ['X-Forwarded-For: 10.0.0.8, 10.0.0.9\r\n', '10.0.0.8'],
  ['X-Forwarded-For: 203.0.113.7, nonsense\r\n', '10.0.0.1'],
  ['X-Forwarded-For: \r\n', '10.0.0.1'],
  ['X-Real-IP: 203.0.113.7\r\n', '203.0.113.7'],
  ['', '10.0.0.1'],
])('of %j the visitor is %s', (fields, remote) => {
  expect(ask(fields).origin.remote).toBe(remote);
});

test('a visitor cannot have the proxy’s words taken away by naming them in Connection', () => {
  const named = ['For', 'Proto', 'Host', 'Port'].map((name) => `X-Forwarded-${name}`).join(', ');
  const { origin, head } = ask(`Connection: close, ${named}, X-Request-Id\r\n${FORGED}`);
  expect(origin).toMatchObject({
    remote: '6.6.6.6',
    scheme: 'https',
    host: 'bank.example',
    port: 1,
    requestId: 'forged',
  });
  expect(head.match(/6\.6\.6\.6/g)).toHaveLength(1);
});

test.each([
  ['X-Forwarded-Proto: gopher\r\n', { scheme: 'http' }],
  ['X-Forwarded-Host: a b\r\n', { host: 'app.localhost' }],
  ['X-Forwarded-Port: 0\r\n', { port: 80 }],
  ['X-Forwarded-Port: 123456\r\n', { port: 80 }],
  [`X-Request-Id: ${'a'.repeat(200)}\r\n`, { requestId: 'new-id' }],
  ['X-Request-Id: <script>\r\n', { requestId: 'new-id' }],
])('what a proxy says in another form than agreed counts as not said: %j', (fields, expected) => {
  expect(ask(fields).origin).toMatchObject(expected);
});

test('a valid traceparent goes through as it is', () => {
  const { origin, head } = ask(`TraceParent: ${PARENT}\r\ntracestate: a=1\r\n`, false);
  expect(origin.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  expect(head).toContain(`\r\nTraceParent: ${PARENT}\r\ntracestate: a=1\r\n`);
  expect(head.match(/traceparent/gi)).toHaveLength(1);
});

test.each([
  ['none', ''],
  ['two', `traceparent: ${PARENT}\r\ntraceparent: ${PARENT}\r\n`],
  ['zeros for an id', `traceparent: 00-${'0'.repeat(32)}-00f067aa0ba902b7-01\r\n`],
  [
    'zeros for a parent',
    `traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01\r\n`,
  ],
  ['version ff', `traceparent: ff${PARENT.slice(2)}\r\n`],
  ['capitals', `traceparent: ${PARENT.toUpperCase()}\r\n`],
  ['more than version 00 has', `traceparent: ${PARENT}-extra\r\n`],
  ['something else', 'traceparent: hello\r\n'],
])('with %s a new trace begins, without the state of the old one', (_what, fields) => {
  const { origin, head } = ask(`${fields}tracestate: a=1\r\n`, false);
  const made = /\r\ntraceparent: ([^\r]*)\r\n/.exec(head)?.[1] ?? '';
  expect(traceIdOf([headerField('traceparent', made)])).toBe(origin.traceId);
  expect(made).not.toContain('4bf92f35');
  expect(head.match(/traceparent/gi)).toHaveLength(1);
  expect(head).not.toContain('tracestate');
});

test('a later version may have more parts', () => {
  expect(traceIdOf([headerField('traceparent', `cc${PARENT.slice(2)}-what`)])).toBe(
    '4bf92f3577b34da6a3ce929d0e0e4736',
  );
});

test('ids are never the same twice', () => {
  const traces = new TraceIds();
  const made = Array.from({ length: 2_000 }, () => traces.next());
  expect(new Set(made.map(({ traceId }) => traceId)).size).toBe(2_000);
  for (const { traceId, traceparent } of made)
    expect(traceIdOf([headerField('traceparent', traceparent)])).toBe(traceId);
});
