import { expect, test } from 'vitest';
import { Deliveries } from '../../src/tunnel/deliveries.ts';
import { LOCAL_HEAD_MS } from '../../src/tunnel/limits.ts';
import { IncomingRequests } from '../../src/tunnel/incoming-requests.ts';
import type { ExchangeEnd } from '../../src/tunnel/local-exchange.ts';
import { LocalPool } from '../../src/tunnel/local-pool.ts';
import { parseTarget } from '../../src/tunnel/local-target.ts';
import { formatHead, headerField } from '../../src/wire/head.ts';
import { Link } from '../../src/wire/link.ts';
import { Session } from '../../src/wire/session.ts';
import { eventually, startApp } from '../helpers/tunnel.ts';
import { drain } from '../wire/session-pair.ts';

/** A client's end whose clock the test moves, and a relay that asks it for kept requests. */
function startEnd(target: string) {
  let now = 0;
  const relay = new Session({ role: 'relay', now });
  const statuses: number[] = [];
  const ends: ExchangeEnd[] = [];
  const pool = new LocalPool(parseTarget(target));
  const link: Link = new Link({
    session: new Session({ role: 'client', now }),
    sink: {
      bufferedAmount: 0,
      send: (message, sent) => {
        for (const event of relay.receive(Buffer.from(message), now))
          if (event.type === 'head') statuses.push(Number(event.head.toString().slice(9, 12)));
        sent();
      },
    },
    listener: {
      open: (stream, head, end) => requests.open(stream, head, end),
      goAway: () => undefined,
      dead: () => undefined,
    },
    schedule: setImmediate,
  });
  const requests = new IncomingRequests({
    link,
    pool,
    local: parseTarget(target),
    deliveries: new Deliveries(),
    now: () => now,
    onExchange: (_request, _startedAt, _ms, end) => ends.push(end),
    onRequest: () => undefined,
  });
  return {
    statuses,
    ends,
    ask: (id: string): void => {
      const fields = [headerField('Host', 'a.test'), headerField('X-Wx-Dev-Spooled', id)];
      relay.open(formatHead('POST /wx HTTP/1.1', fields), { end: true });
      link.receive(drain(relay), now);
    },
    /** Time goes by, a second at a time. */
    wait: (ms: number): void => {
      for (const until = now + ms; now < until;) requests.tick((now += 1_000));
    },
    [Symbol.dispose]: () => pool.close(),
  };
}

test('a kept request at which the app hangs counts as had: it is not asked again, and the next one goes', async () => {
  let asked = 0;
  const app = await startApp((request, response) => {
    asked += 1;
    if (request.headers['x-wx-dev-spooled'] !== 'hang') response.end('ok');
  });
  using end = startEnd(app.url);
  end.ask('hang');
  await eventually(() => asked === 1);
  end.wait(LOCAL_HEAD_MS);
  await eventually(() => end.statuses.length === 1);
  expect(end.statuses).toEqual([504]);
  end.ask('hang');
  end.ask('next');
  await eventually(() => end.statuses.length === 3);
  expect(end.statuses).toEqual([504, 200, 200]);
  expect(asked).toBe(2);
});

test('one at which the app breaks off is asked three times; one that it never got, as long as it takes; one that fails, once', async () => {
  const asked = new Map<string, number>();
  const app = await startApp((request, response) => {
    const id = String(request.headers['x-wx-dev-spooled']);
    asked.set(id, (asked.get(id) ?? 0) + 1);
    if (id === 'crash') request.socket.destroy();
    else response.writeHead(500).end();
  });
  using end = startEnd(app.url);
  const statuses: (number | undefined)[] = [];
  const ask = async (id: string): Promise<void> => {
    end.ask(id);
    const { length } = statuses;
    await eventually(() => end.statuses.length > length);
    statuses.push(end.statuses[length]);
  };
  for (let i = 0; i < 4; i++) await ask('crash');
  for (let i = 0; i < 2; i++) await ask('fails');
  expect(statuses).toEqual([502, 502, 502, 200, 500, 200]);
  expect(asked).toEqual(
    new Map([
      ['crash', 3],
      ['fails', 1],
    ]),
  );
  const gone = await startApp(() => undefined);
  gone.server.close();
  using nowhere = startEnd(gone.url);
  for (let i = 1; i <= 5; i++) {
    nowhere.ask('waits');
    await eventually(() => nowhere.statuses.length === i);
  }
  expect(new Set(nowhere.statuses)).toEqual(new Set([502]));
});
