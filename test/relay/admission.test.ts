import { expect, test } from 'vitest';
import { Admission } from '../../src/relay/admission.ts';
import { ABORTS, ADDRESS_TUNNELS, BURST_S, PARK_MS } from '../../src/relay/limits.ts';
import type { Quota } from '../../src/relay/meters.ts';
import { LoggedRequest } from '../../src/relay/request-log.ts';
import type { NamedClient } from '../../src/relay/routing.ts';
import { Visitors } from '../../src/relay/visitors.ts';
import { Link } from '../../src/wire/link.ts';
import { parseRequestHead } from '../../src/wire/head.ts';
import { Session } from '../../src/wire/session.ts';

const WECHAT = '203.0.113.7';
const arrival = { peer: WECHAT, isTrusted: false, scheme: 'http', port: 80 } as const;

function admissionOf(perAddress: Quota, perName: Quota = {}): Admission {
  const visitors = new Visitors(perAddress, false);
  return new Admission({ domain: 'relay.test', visitors, perName, maxBodyBytes: undefined });
}

function requestFor(name: string, remote = WECHAT): LoggedRequest {
  const head = parseRequestHead(
    Buffer.from(`POST /wx HTTP/1.1\r\nHost: ${name}.relay.test\r\nContent-Length: 0\r\n\r\n`),
  );
  const ids = { requestId: 'id', traceId: 'trace', traceparent: undefined };
  const origin = { remote, scheme: 'http', host: head.host, port: 80, ...ids } as const;
  const request = new LoggedRequest(head, origin, 0);
  request.name = name;
  return request;
}

function clientOf(): NamedClient {
  const nothing = (): void => undefined;
  const link = new Link({
    session: new Session({ role: 'relay', now: 0 }),
    sink: { bufferedAmount: 0, send: nothing },
    listener: { open: nothing, goAway: nothing, dead: nothing },
    schedule: nothing,
  });
  return { link };
}

/** How many of `count` requests for `name` are let through at once. */
function passed(admission: Admission, name: string, count: number, remote?: string): number {
  const client = clientOf();
  return Array.from({ length: count }, () => {
    const request = requestFor(name, remote);
    if (admission.refuse(request.head, arrival, request.origin.remote, 0)) return false;
    const entered = admission.enter(request, client, 0);
    return entered === undefined || typeof entered === 'function';
  }).filter(Boolean).length;
}

test('who leaves after waiting as long as WeChat does is no rapid reset, however often', () => {
  const admission = admissionOf({});
  const { head } = requestFor('app');
  for (let i = 0; i < ABORTS.burst * 5; i++) admission.abandoned(WECHAT, PARK_MS, 0);
  expect(admission.refuse(head, arrival, WECHAT, 0)).toBeUndefined();
  for (let i = 0; i <= ABORTS.burst; i++) admission.abandoned(WECHAT, PARK_MS - 1, 0);
  expect(admission.refuse(head, arrival, WECHAT, 0)).toMatchObject({ status: 429 });
});

test('an address has its rate for each tunnel, so that the pushes to one do not cost another its own', () => {
  const admission = admissionOf({ requestsPerS: 10 });
  const each = 10 * BURST_S;
  expect(passed(admission, 'one', each * 2)).toBe(each);
  expect(passed(admission, 'two', each * 2)).toBe(each);
  expect(passed(admission, 'one', 1, '203.0.113.8')).toBe(1);
});

test('all tunnels together it has a rate too', () => {
  const admission = admissionOf({ requestsPerS: 10 });
  const all = Array.from({ length: 30 }, (_, i) => passed(admission, `n${i}`, 15));
  expect(all.reduce((sum, each) => sum + each, 0)).toBe(10 * BURST_S * ADDRESS_TUNNELS);
});

test('what is kept for a client that is away counts against the rates of its tunnel and of its sender', () => {
  const kept = (admission: Admission): number =>
    Array.from({ length: 100 }, () => admission.keep(requestFor('app'), 0)).filter(
      (refused) => refused === undefined,
    ).length;
  expect(kept(admissionOf({}, { requestsPerS: 5 }))).toBe(5 * BURST_S);
  expect(kept(admissionOf({ requestsPerS: 5 }))).toBe(5 * BURST_S);
  expect(kept(admissionOf({}))).toBe(100);
});

test('dials of one address have its rate, and take nothing from its requests', () => {
  const admission = admissionOf({ requestsPerS: 10 });
  const dialled = Array.from({ length: 100 }, () => admission.dial(WECHAT, 0));
  expect(dialled.filter((refused) => refused === undefined)).toHaveLength(10 * BURST_S);
  expect(dialled.at(-1)).toMatchObject({ status: 429 });
  expect(admission.dial('203.0.113.8', 0)).toBeUndefined();
  expect(admission.dial('127.0.0.1', 0)).toBeUndefined();
  expect(passed(admission, 'app', 10)).toBe(10);
});
