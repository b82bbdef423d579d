import { expect, test } from 'vitest';
import { sleep } from '../../src/core/abort.ts';
import { PARK_MS } from '../../src/relay/limits.ts';
import { openWire } from '../helpers/wire.ts';
import { Stage } from './stage.ts';
import { visit } from './visitor.ts';

/** Longer than any timer that closes quiet connections, at either end, in Node's own server and in most proxies. */
const idleMs = 95_000;

test.concurrent('idle for 95 s: every request after it is answered, also those that come at once', async () => {
  await using stage = await Stage.open();
  const [relay, origin] = await Promise.all([stage.relay(), stage.origin()]);
  const client = await stage.client('quiet', `http://127.0.0.1:${relay.port}`, origin.port);
  const options = { port: relay.port, name: 'quiet', path: '/echo' };
  expect((await visit(options)).status).toBe(200);
  await sleep(idleMs);
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => visit(options)));
  expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  // It was there all the time and did not come back for them.
  expect(client.events().filter(({ event }) => event === 'reconnecting')).toEqual([]);
});

test.concurrent('300 requests that come while the client is away are all answered when it is back, each once', async () => {
  await using stage = await Stage.open();
  const [relay, origin] = await Promise.all([stage.relay(), stage.origin()]);
  const wire = stage.use(await openWire(relay.port));
  const client = await stage.client('away', wire.url, origin.port);
  wire.block();
  wire.cut();
  await relay.process.waitFor(({ event }) => event === 'tunnel-closed');
  const ids = Array.from({ length: 300 }, (_, i) => `parked-${i}`);
  const parked = ids.map((id) =>
    visit({
      port: relay.port,
      name: 'away',
      method: 'POST',
      path: `/work/${id}/1000/0`,
      body: Buffer.alloc(1_000, id),
    }),
  );
  // None of them can be answered before it is back.
  await sleep(500);
  wire.open();
  const outcomes = await Promise.all(parked);
  await client.process.waitFor(({ event }) => event === 'reconnected');
  const downMs = Math.max(...client.events().map((event) => Number(event['downMs'] ?? 0)));
  // A machine so busy that the client was back later than the relay waits has its requests told so.
  const isMachineSlow = downMs > PARK_MS / 2;
  const lost = outcomes.filter(({ status }) => status !== 200);
  expect(lost.filter(({ status }) => !(isMachineSlow && status === 503))).toEqual([]);
  if (lost.length > 0) return;
  expect(outcomes.every(({ body }, i) => body.equals(Buffer.alloc(1_000, `away/${ids[i]}|`)))).toBe(
    true,
  );
  const handled = origin.events().filter(({ event }) => event === 'work');
  expect(handled.map(({ id }) => String(id)).toSorted()).toEqual(
    ids.map((id) => `away/${id}`).toSorted(),
  );
});

test.concurrent('requests that come while a killed client is started again are answered by the new one', async () => {
  await using stage = await Stage.open();
  const [relay, origin] = await Promise.all([stage.relay(), stage.origin()]);
  const client = await stage.client('back', `http://127.0.0.1:${relay.port}`, origin.port);
  await client.kill();
  await relay.process.waitFor(({ event }) => event === 'tunnel-closed');
  let isBack = false;
  const starting = client.restart().then(() => {
    isBack = true;
  });
  // As WeChat asks: three times, each for up to five seconds; and on, while a busy machine has not started the client.
  const ask = async (id: number): Promise<number> => {
    for (let tries = 1; ; tries++) {
      const path = `/work/back-${id}/10/0`;
      const mayBeLast = tries >= 3 && isBack;
      const { status } = await visit({ port: relay.port, name: 'back', path, timeoutMs: 5_000 });
      if (status === 200 || mayBeLast) return status;
      await sleep(1_000);
    }
  };
  const statuses = await Promise.all(Array.from({ length: 50 }, (_, i) => ask(i)));
  expect(new Set(statuses)).toEqual(new Set([200]));
  await starting;
});
