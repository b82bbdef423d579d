// What a tunnel costs: the same load straight to a node:http server, through a reverse proxy, through wx-dev and through its peers, each
// in processes of its own, in interleaved rounds, because shared machines drift.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { cpuUsOf, loopback, openLine, peakMbOf } from './tunnel/place.mjs';
import { installPeers } from './tunnel/peers/install.mjs';
import { startWays } from './tunnel/ways.mjs';
import { Worker } from './tunnel/worker-process.mjs';

const push = `<xml>${'<ToUserName><![CDATA[gh_0123456789ab]]></ToUserName>'.padEnd(1_013, ' ')}</xml>`;
const query =
  '?signature=1ed99c1ff20e1f3a4e90fb3e1d90a2a9e0a4c5b7&timestamp=1700000000&nonce=1234567890&openid=o0123';

const small = { method: 'GET', path: '/' };
const signed = { method: 'POST', path: `/wx${query}`, body: push };

const onLoopback = [
  ...[1, 32, 128].map((connections) => ({
    name: `GET, ${connections} connection${connections === 1 ? '' : 's'}`,
    call: 'requests',
    options: { ...small, connections },
  })),
  {
    name: 'signed POST 1 KB, 32 connections',
    call: 'requests',
    options: { ...signed, connections: 32 },
  },
  { name: 'a connection each, 8 at once', call: 'newConnections', options: { connections: 8 } },
  {
    name: 'GET during 4 downloads',
    call: 'requestsDuringDownloads',
    options: { ...small, connections: 1, downloads: 4 },
  },
  { name: '256 MB down', call: 'download', options: { bytes: 256e6 } },
  { name: '64 MB up', call: 'upload', options: { bytes: 64e6 } },
];

const roundTrips = [
  { name: 'signed POST, 1 connection', call: 'requests', options: { ...signed, connections: 1 } },
  {
    name: 'signed POST, 32 connections',
    call: 'requests',
    options: { ...signed, connections: 32 },
  },
  {
    name: 'GET during a download',
    call: 'requestsDuringDownloads',
    options: { ...small, connections: 1, downloads: 1 },
  },
];

/** What is measured on each line; a lossy one carries some 200 KB/s whatever the program. */
const networks = [
  { title: 'loopback', cases: onLoopback },
  {
    title: '80 ms round trip',
    line: { rttMs: 80, lossPercent: 0 },
    cases: [...roundTrips, { name: '16 MB down', call: 'download', options: { bytes: 16e6 } }],
  },
  {
    title: '80 ms round trip, 1 % loss',
    line: { rttMs: 80, lossPercent: 1 },
    cases: [...roundTrips, { name: '1 MB down', call: 'download', options: { bytes: 1e6 } }],
  },
];

/**
 * `--rounds <n>`, `--ms <n>` per measurement, `--only <text in the name>`, `--network <text in its title>`, `--peers <names|none>`,
 * `--prof <folder>` for CPU profiles of both ends.
 */
export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '3' },
      ms: { type: 'string', default: '2000' },
      only: { type: 'string', default: '' },
      network: { type: 'string', default: 'loopback' },
      peers: { type: 'string' },
      prof: { type: 'string' },
    },
  });
  if (process.platform !== 'linux')
    throw new Error('processor time is read from /proc, which is Linux');
  const peers = values.peers === 'none' ? new Map() : installPeers();
  const wanted = values.peers?.split(',');
  for (const name of peers.keys()) if (wanted?.includes(name) === false) peers.delete(name);
  console.log(
    `median of ${values.rounds} interleaved rounds, Node ${process.version}, ${availableParallelism()} cores shared by ` +
      'load, origin, relay and client',
  );
  for (const network of networks) {
    if (!network.title.includes(values.network)) continue;
    const cases = network.cases.filter(({ name }) => name.includes(values.only));
    await measureNetwork({ ...network, cases }, peers, values);
  }
}

async function measureNetwork({ title, line, cases }, peers, { rounds, ms, prof }) {
  const place = line === undefined ? loopback : await openLine(line);
  const profile = prof === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${prof}`];
  const origin = new Worker({ place, side: 'local', role: 'origin', args: [place.address.local] });
  const load = new Worker({ place, side: 'public', role: 'load' });
  let started;
  try {
    const [{ port: originPort }] = await Promise.all([origin.ready, load.ready]);
    started = await startWays({ place, load, originPort, peers, profile });
    const { ways } = started;
    // Else the first measurement would be one of the compiler.
    const warmUp = { ...small, connections: 32, ms: 1_000 };
    for (const way of ways.values())
      await load.call('requests', { ...warmUp, ...target(way) }).catch(() => undefined);
    for (const measurement of cases) {
      const results = await measure({
        measurement,
        ways,
        load,
        rounds: Number(rounds),
        ms: Number(ms),
      });
      print(`${measurement.name} · ${title}`, results);
    }
    const memory = [...ways].filter(([, { relay }]) => relay !== undefined);
    const peaks = memory.map(([name, { relay }]) => `${name} ${peakMbOf(relay).toFixed(0)}`);
    console.log(`\nmost memory of the relay, MB: ${peaks.join(', ')}`);
  } finally {
    await Promise.all([origin.end(), load.end()]);
    await started?.close();
    await place.close();
  }
}

/** Results by way: a list of rounds, or the error that ended them. */
async function measure({ measurement, ways, load, rounds, ms }) {
  const { call, options } = measurement;
  const results = new Map([...ways.keys()].map((name) => [name, { rounds: [] }]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, way] of ways) {
      const of = results.get(name);
      if (of.failed !== undefined) continue;
      const before = cpu(way);
      try {
        const result = await load.call(call, { ...options, ...target(way), ms });
        const after = cpu(way);
        const amount = result.count ?? options.bytes / 1e6;
        of.rounds.push({
          ...result,
          rate: result.perSecond ?? result.mbPerSecond,
          relayUs: (after.relay - before.relay) / amount,
          clientUs: (after.client - before.client) / amount,
        });
      } catch (error) {
        of.failed = error.message.split('\n', 1)[0].slice(0, 60);
      }
    }
  }
  return results;
}

const target = ({ address, port, host }) => ({ address, port, host });

const cpu = ({ relay, client }) => ({
  relay: relay === undefined ? Number.NaN : cpuUsOf(relay),
  client: client === undefined ? Number.NaN : cpuUsOf(client),
});

function print(title, results) {
  const direct = median(results.get('direct'), 'rate');
  const ours = median(results.get('wx-dev'), 'rate');
  console.log(`\n${title}`);
  row(['', 'rate', 'of direct', 'wx-dev is', 'p50', 'p99', 'relay CPU', 'client CPU']);
  for (const [name, of] of results) {
    if (of.failed !== undefined) {
      row([name, 'failed', of.failed]);
      continue;
    }
    const rate = median(of, 'rate');
    const isRequests = of.rounds[0].count !== undefined;
    const ms = (key) => (isRequests ? `${median(of, key).toFixed(2)} ms` : '');
    const us = (key) => {
      const value = median(of, key);
      return Number.isNaN(value) ? '' : `${value.toFixed(0)} us/${isRequests ? 'req' : 'MB'}`;
    };
    row([
      name,
      `${rate.toFixed(rate < 10 ? 2 : 0)} ${isRequests ? 'req/s' : 'MB/s'}`,
      (rate / direct).toFixed(2),
      name === 'wx-dev' || name === 'direct' ? '' : `${(ours / rate).toFixed(2)} x`,
      ms('p50'),
      ms('p99'),
      us('relayUs'),
      us('clientUs'),
    ]);
  }
}

function median({ rounds }, key) {
  return rounds.map((round) => round[key]).toSorted((a, b) => a - b)[rounds.length >> 1];
}

function row([name, ...cells]) {
  console.log(name.padEnd(14) + cells.map((cell) => cell.padStart(13)).join(''));
}
