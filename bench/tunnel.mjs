// What a tunnel costs on loopback: the same load straight to a node:http server and through relay and client, each in a process
// of its own, in interleaved rounds, because shared machines drift.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const worker = fileURLToPath(new URL('tunnel-worker.mjs', import.meta.url));

const push = `<xml>${'<ToUserName><![CDATA[gh_0123456789ab]]></ToUserName>'.padEnd(1_013, ' ')}</xml>`;
const query =
  '?signature=1ed99c1ff20e1f3a4e90fb3e1d90a2a9e0a4c5b7&timestamp=1700000000&nonce=1234567890&openid=o0123';

const cases = [
  ...[1, 32, 128].map((connections) => ({
    name: `GET, ${connections} connection${connections === 1 ? '' : 's'}`,
    call: 'requests',
    unit: 'req/s',
    options: { method: 'GET', path: '/', connections },
  })),
  {
    name: 'signed POST 1 KB, 32 connections',
    call: 'requests',
    unit: 'req/s',
    options: { method: 'POST', path: `/wx${query}`, body: push, connections: 32 },
  },
  {
    name: 'GET during 4 downloads',
    call: 'requestsDuringDownloads',
    unit: 'req/s',
    options: { method: 'GET', path: '/', connections: 1, downloads: 4 },
  },
  { name: '256 MB down', call: 'download', unit: 'MB/s', options: { bytes: 256e6 } },
  { name: '64 MB up', call: 'upload', unit: 'MB/s', options: { bytes: 64e6 } },
];

/** `--rounds <n>`, `--ms <n>` per measurement, `--only <text in the name>`, `--prof <folder>` for CPU profiles of both ends. */
export async function run(args) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '3' },
      ms: { type: 'string', default: '2000' },
      only: { type: 'string', default: '' },
      prof: { type: 'string' },
    },
  });
  const profile = values.prof === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.prof}`];
  const workers = [];
  const start = async (role, roleArgs = [], execArgv = []) => {
    const child = new Worker(role, roleArgs, execArgv);
    workers.push(child);
    return { child, ...(await child.ready) };
  };
  try {
    const origin = await start('origin');
    const relay = await start('relay', [], profile);
    const client = await start('client', [relay.url, `http://127.0.0.1:${origin.port}`], profile);
    const load = await start('load');
    const ways = {
      direct: { port: origin.port, host: '127.0.0.1' },
      tunnel: { port: relay.port, host: client.host },
    };
    // Else the first measurement would be one of the compiler.
    const warmUp = { method: 'GET', path: '/', connections: 32, ms: 1_000 };
    for (const place of Object.values(ways))
      await load.child.call('requests', { ...warmUp, ...place });
    const chosen = cases.filter(({ name }) => name.includes(values.only));
    const rounds = Number(values.rounds);
    console.log(
      `median of ${rounds} interleaved rounds, Node ${process.version}, ${availableParallelism()} cores shared by ` +
        'load, origin, relay and client',
    );
    printRow(['', 'direct', 'tunnel', 'ratio', 'p50', 'p99', 'relay CPU', 'client CPU']);
    for (const measurement of chosen) {
      const results = await measure({
        measurement,
        ways,
        rounds,
        ms: Number(values.ms),
        load,
        relay,
        client,
      });
      printRow(describe(measurement, results));
    }
    const [relayEnd, clientEnd] = await Promise.all([
      relay.child.call('cpu'),
      client.child.call('cpu'),
    ]);
    console.log(
      `memory at the end: relay ${relayEnd.rssMb.toFixed(0)} MB, client ${clientEnd.rssMb.toFixed(0)} MB`,
    );
  } finally {
    await Promise.all(workers.map((child) => child.end()));
  }
}

async function measure({ measurement, ways, rounds, ms, load, relay, client }) {
  const { call, options } = measurement;
  const results = { direct: [], tunnel: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const [way, place] of Object.entries(ways)) {
      const before = await Promise.all([relay.child.call('cpu'), client.child.call('cpu')]);
      const result = await load.child.call(call, { ...options, ...place, ms });
      const after = await Promise.all([relay.child.call('cpu'), client.child.call('cpu')]);
      const [relayUs, clientUs] = after.map(({ cpuUs }, i) => cpuUs - before[i].cpuUs);
      const amount = result.count ?? options.bytes / 1e6;
      results[way].push({
        ...result,
        rate: result.perSecond ?? result.mbPerSecond,
        relayUs: relayUs / amount,
        clientUs: clientUs / amount,
      });
    }
  }
  return results;
}

function describe({ name, unit, call }, { direct, tunnel }) {
  const median = (list, key) =>
    list.map((item) => item[key]).sort((a, b) => a - b)[list.length >> 1];
  const [straight, through] = [median(direct, 'rate'), median(tunnel, 'rate')];
  const isRequests = unit === 'req/s';
  const per = isRequests ? 'us/req' : 'us/MB';
  // Under downloads nearly all of it is theirs.
  const cpu = (key) =>
    call === 'requestsDuringDownloads' ? '' : `${median(tunnel, key).toFixed(0)} ${per}`;
  const ms = (key) => (isRequests ? `${median(tunnel, key).toFixed(2)} ms` : '');
  return [
    name,
    `${straight.toFixed(0)} ${unit}`,
    `${through.toFixed(0)} ${unit}`,
    (through / straight).toFixed(2),
    ms('p50'),
    ms('p99'),
    cpu('relayUs'),
    cpu('clientUs'),
  ];
}

function printRow([name, ...cells]) {
  console.log(name.padEnd(33) + cells.map((cell) => cell.padStart(13)).join(''));
}

class Worker {
  #child;

  constructor(role, args, execArgv) {
    this.#child = fork(worker, [role, ...args], {
      execArgv,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.ready = this.#answer().then(({ ready }) => ready);
  }

  async call(call, options = {}) {
    this.#child.send({ call, ...options });
    return this.#answer();
  }

  async end() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.send({ call: 'exit' });
    await exited;
  }

  async #answer() {
    const gone = new AbortController();
    const onExit = (code) => gone.abort(new Error(`a worker ended with ${code}`));
    this.#child.once('exit', onExit);
    try {
      const [message] = await once(this.#child, 'message', { signal: gone.signal });
      return message;
    } finally {
      this.#child.off('exit', onExit);
    }
  }
}
