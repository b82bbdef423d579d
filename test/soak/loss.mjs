// `npm run soak -- loss [pushes] [per second] [least kills] [command | spare]`: signed pushes through relay and client, which are killed and started again at random
// moments. WeChat's rule for whoever does not answer: 5 s, three tries 5 s apart, the same MsgId; the app handles each MsgId once.
// A process that was started again is left alone for `quietMs`: with less, three tries may all meet a relay that is not there, and
// then no relay can help.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { formatPushQuery, sealPush } from '../../dist/wechat/index.js';
import { account } from './loss-account.mjs';
import { keepTrying, kill, start, startCli } from './processes.mjs';

const tryMs = 5_000;
const maxTries = 3;

/** Between a process being back and the next kill, at least and at most. */
const quietMs = { min: 2_000, max: 6_000 };
/** The relay is left alone for longer than two tries are apart. */
const relayQuietMs = 6_500;

/**
 * With spares: most pushes under way, and most while answers take longer than `slowMs`. A machine that is busy with something else answers
 * fewer than come; 5 s would be over for all that wait, and their tries again make it worse.
 */
const maxPending = 40;
const maxPendingSlow = 4;
const slowMs = 1_000;

const spareScript = fileURLToPath(new URL('loss-spare.mjs', import.meta.url));
const appScript = fileURLToPath(new URL('loss-app.mjs', import.meta.url));

export async function run([count = '10000', perSecond = '200', leastKills = '6', how = 'command']) {
  const report = { event: undefined };
  const app = await start(appScript, [], { onEvent: (event) => report.arrived?.(event) });
  const { begin, port } = await (how === 'spare' ? withSpares : withCommands)(app.ready.port);
  const stage = { relay: await begin.relay(), client: await begin.client() };

  const ending = new AbortController();
  const kills = { relay: 0, client: 0 };
  /** Pushes that are not answered yet. */
  const pending = new Set();
  const isPatient = how === 'spare';
  const untilQuiet = isPatient ? () => Promise.all(pending) : undefined;
  const killing = killAtRandom(stage, begin, kills, ending.signal, untilQuiet);
  const seen = { ok: 0, lost: [], tries: 0, late: 0, statuses: {} };
  const pushes = [];
  const total = Number(count);
  const startedAt = performance.now();
  for (let i = 0; i < total || kills.relay + kills.client < Number(leastKills); i++) {
    const dueMs = (i * 1_000) / Number(perSecond);
    const aheadMs = dueMs - (performance.now() - startedAt);
    if (aheadMs > 0) await sleep(aheadMs);
    while (isPatient && pending.size >= mostPending(seen)) await Promise.race(pending);
    const sent = push(i, port, seen).finally(() => pending.delete(sent));
    pending.add(sent);
    pushes.push(sent);
  }
  await Promise.all(pushes);
  ending.abort();
  await killing;
  const answered = new Promise((resolve) => {
    report.arrived = resolve;
  });
  app.child.stdin.write('report\n');
  const { handled, tries, twice, refused } = await answered;
  for (const each of [stage.client, stage.relay, app]) await kill(each);
  const handledIds = new Set(handled);
  const unhandled = pushes.filter((_, i) => !handledIds.has(String(i)));
  const figures = {
    pushes: pushes.length,
    seconds: Math.round((performance.now() - startedAt) / 1_000),
    killed: kills,
    tries: seen.tries,
    answersToTries: seen.statuses,
    triesThatReachedTheApp: tries,
    pushesNotAnswered: seen.lost.length,
    pushesNeverHandled: unhandled.length,
    pushesHandledTwice: handled.length - handledIds.size,
    triesDeliveredTwice: twice.length,
    refusedByTheApp: refused,
  };
  console.log(JSON.stringify(figures, undefined, 2));
  return (
    seen.lost.length + unhandled.length + twice.length + refused === 0 &&
    handled.length === handledIds.size
  );
}

/** How to start `wx-dev relay` and `wx-dev tunnel`, as users do. */
async function withCommands(appPort) {
  const port = await freePort();
  const relay = `relay --port ${port} --json --quiet`;
  const client = `tunnel ${appPort} --relay http://127.0.0.1:${port} --subdomain loss --json`;
  const begin = {
    relay: () => startCli(relay.split(' ')),
    client: () => startCli(client.split(' ')),
  };
  return { begin, port };
}

/** The same with processes that have loaded their code before the ones in use are killed. */
async function withSpares(appPort) {
  const port = await freePort();
  const args = {
    relay: [port],
    client: [`http://127.0.0.1:${port}`, `http://127.0.0.1:${appPort}`],
  };
  const prepare = async (role) => {
    let onBegun = () => undefined;
    const onEvent = (event) => onBegun(event);
    const spare = await start(spareScript, [role, ...args[role].map(String)], { onEvent });
    return async () => {
      const begun = new Promise((resolve) => {
        onBegun = resolve;
      });
      spare.child.stdin.write('begin\n');
      const isBegun = await Promise.race([begun, spare.exited.then(() => undefined)]);
      if (!isBegun) throw new Error(`${role} did not begin`);
      return spare;
    };
  };
  const spares = { relay: prepare('relay'), client: prepare('client') };
  const take = async (role) => {
    const begin = await spares[role];
    spares[role] = prepare(role);
    return begin();
  };
  const begin = {
    relay: () => take('relay'),
    client: () => take('client'),
    loaded: (role) => spares[role],
  };
  return { begin, port };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Kills one of them after the other, and starts it again at once. With `untilQuiet`, what one kill has interrupted is answered before
 * the next one: on a busy machine an outage has no length that could be waited for.
 */
async function killAtRandom(stage, begin, kills, signal, untilQuiet) {
  let relayBackAt = performance.now();
  while (!signal.aborted) {
    const ms = quietMs.min + Math.random() * (quietMs.max - quietMs.min);
    await sleep(ms, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const mayKillRelay = untilQuiet !== undefined || performance.now() - relayBackAt > relayQuietMs;
    // A short run is to see both.
    const isTurn =
      Math.random() < 0.6 ? kills.relay <= kills.client + 1 : kills.client > kills.relay + 1;
    const victim = mayKillRelay && isTurn ? 'relay' : 'client';
    await begin.loaded?.(victim);
    await kill(stage[victim]);
    stage[victim] = await keepTrying(begin[victim]);
    kills[victim] += 1;
    if (victim === 'relay') relayBackAt = performance.now();
    await untilQuiet?.();
  }
}

function mostPending({ newestMs = 0 }) {
  return newestMs > slowMs ? maxPendingSlow : maxPending;
}

/** One push as WeChat sends it. */
async function push(index, port, seen) {
  for (let tries = 1; ; tries++) {
    const startedAt = performance.now();
    seen.tries += 1;
    const outcome = await tryOnce(index, tries, port);
    seen.statuses[outcome] = (seen.statuses[outcome] ?? 0) + 1;
    if (outcome === '200') {
      seen.ok += 1;
      seen.newestMs = performance.now() - startedAt;
      return;
    }
    if (tries === maxTries) {
      seen.lost.push(index);
      return;
    }
    await sleep(Math.max(0, tryMs - (performance.now() - startedAt)));
  }
}

async function tryOnce(index, tries, port) {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const fields = {
    ToUserName: 'gh_0f1e2d3c4b5a',
    FromUserName: 'oWxDev_Alice_000000000000001',
    CreateTime: timestamp,
    MsgType: 'text',
    Content: `push ${index}`,
    MsgId: String(index),
  };
  const nonce = String(1_000_000_000 + Math.floor(Math.random() * 1e9));
  const random16 = randomBytes(16);
  const options = { mode: 'safe', format: 'xml', timestamp, nonce, random16 };
  const { query, body } = sealPush(fields, account, options);
  const bytes = Buffer.from(body);
  try {
    const sent = request({
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: `/wx?${formatPushQuery(query)}`,
      agent: false,
      headers: {
        Host: 'loss.localhost',
        'Content-Type': 'text/xml',
        'Content-Length': bytes.length,
        'X-Try': `${index}/${tries}`,
      },
      signal: AbortSignal.timeout(tryMs),
    });
    sent.end(bytes);
    const [response] = await once(sent, 'response');
    let text = '';
    for await (const part of response.setEncoding('utf8')) text += part;
    if (response.statusCode === 200 && text !== 'success') return `200 with ${text}`;
    return String(response.statusCode);
  } catch (error) {
    return error.code ?? error.name;
  }
}
