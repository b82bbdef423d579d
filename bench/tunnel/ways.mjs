// The ways to the origin that are measured: straight, through a reverse proxy, through wx-dev, and through each peer, started as its
// own documentation says. `host` is what the load asks for, `relay` and `client` are the processes whose time is counted.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './place.mjs';
import { Worker } from './worker-process.mjs';

/** A peer that has not answered after this many ms is left out. */
const readyMs = 20_000;

const starts = {
  direct: async ({ place, originPort }) => ({ address: place.address.local, port: originPort }),
  nginx: startNginx,
  'wx-dev': startWxDev,
  bore: startBore,
  chisel: startChisel,
  piko: startPiko,
  pipenet: (options) => startLocaltunnelClient(options, ['client'], 'pipe'),
  localtunnel: (options) => startLocaltunnelClient(options, [], 'local'),
};

/**
 * Starts every way that this machine has.
 *
 * @param {{ place: import('./place.mjs').Place, load: Worker, originPort: number, peers: Map<string, string>, profile: string[] }} options
 */
export async function startWays({ place, load, originPort, peers, profile }) {
  const ways = new Map();
  const running = new Running(place);
  try {
    for (const [name, start] of Object.entries(starts)) {
      const isOurs = name === 'direct' || name === 'wx-dev';
      if (!isOurs && !peers.has(name)) continue;
      const program = peers.get(name);
      const way = await start({ place, originPort, running, peers, profile, program });
      const whole = { address: '127.0.0.1', host: 'bench.test', ...way };
      if (await answers(load, whole)) ways.set(name, whole);
      else if (isOurs) throw new Error(`${name} does not answer`);
      else console.error(`left out: ${name} does not answer`);
    }
  } catch (error) {
    await running.close();
    throw error;
  }
  return { ways, close: () => running.close() };
}

async function answers(load, { address, port, host }) {
  const deadline = performance.now() + readyMs;
  while (performance.now() < deadline) {
    try {
      await load.call('requests', {
        address,
        port,
        host,
        method: 'GET',
        path: '/',
        connections: 1,
        ms: 1,
      });
      return true;
    } catch {
      await sleep(200);
    }
  }
  return false;
}

/** Processes and folders of the ways. */
class Running {
  #place;
  #children = [];
  #workers = [];
  #folders = [];

  constructor(place) {
    this.#place = place;
  }

  start(side, program, args, env = {}) {
    const [file, ...rest] = this.#place.wrap(side, [program, ...args]);
    const child = spawn(file, rest, {
      stdio: 'ignore',
      env: { ...process.env, ...env },
    });
    child.on('error', () => undefined);
    this.#children.push(child);
    return child.pid;
  }

  async worker(side, role, args, execArgv) {
    const worker = new Worker({ place: this.#place, side, role, args, execArgv });
    this.#workers.push(worker);
    return { worker, ...(await worker.ready) };
  }

  folder() {
    const dir = mkdtempSync(join(tmpdir(), 'wx-dev-bench-tunnel-'));
    this.#folders.push(dir);
    return dir;
  }

  async close() {
    await Promise.all(this.#workers.map((worker) => worker.end()));
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    for (const dir of this.#folders) rmSync(dir, { recursive: true, force: true });
  }
}

async function startNginx({ place, running, originPort, program }) {
  const port = await freePort();
  const dir = running.folder();
  const file = join(dir, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${dir}/pid; error_log /dev/null;
events { worker_connections 4096; }
http {
  access_log off; client_max_body_size 0; keepalive_requests 100000000;
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy;
  fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
  upstream app { server ${place.address.local}:${originPort}; keepalive 256; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection '';
      proxy_set_header Host $host; proxy_request_buffering off;
    }
  }
}
`,
  );
  return { port, relay: running.start('public', program, ['-c', file, '-p', dir]) };
}

async function startWxDev({ place, running, originPort, profile }) {
  const relay = await running.worker('public', 'relay', [place.listen], profile);
  const client = await running.worker(
    'local',
    'client',
    [`http://${place.address.public}:${relay.port}`, `http://${place.address.local}:${originPort}`],
    profile,
  );
  return {
    port: relay.port,
    host: client.host,
    relay: relay.worker.pid,
    client: client.worker.pid,
  };
}

async function startBore({ place, running, originPort, program }) {
  const port = await freePort();
  const ports = ['--min-port', `${port}`, '--max-port', `${port}`];
  const relay = running.start('public', program, ['server', ...ports], { RUST_LOG: 'error' });
  // It listens for clients on 7835, always, and a client that finds nobody there ends.
  await sleep(500);
  const client = running.start(
    'local',
    program,
    [
      'local',
      `${originPort}`,
      '--local-host',
      place.address.local,
      '--to',
      place.address.public,
      '--port',
      `${port}`,
    ],
    { RUST_LOG: 'error' },
  );
  return { port, relay, client };
}

async function startChisel({ place, running, originPort, program }) {
  const [link, port] = [await freePort(), await freePort()];
  const relay = running.start('public', program, [
    'server',
    '--host',
    place.listen,
    '--port',
    `${link}`,
    '--reverse',
  ]);
  const client = running.start('local', program, [
    'client',
    `http://${place.address.public}:${link}`,
    `R:${place.listen}:${port}:${place.address.local}:${originPort}`,
  ]);
  return { port, relay, client };
}

async function startPiko({ place, running, originPort, program }) {
  const [port, link, admin, gossip, status] = await Promise.all(
    Array.from({ length: 5 }, freePort),
  );
  const quiet = ['--log.level', 'error'];
  const relay = running.start('public', program, [
    'server',
    '--proxy.bind-addr',
    `127.0.0.1:${port}`,
    '--upstream.bind-addr',
    `${place.listen}:${link}`,
    '--admin.bind-addr',
    `127.0.0.1:${admin}`,
    '--cluster.gossip.bind-addr',
    `127.0.0.1:${gossip}`,
    '--proxy.access-log.disable',
    ...quiet,
  ]);
  const client = running.start('local', program, [
    'agent',
    'http',
    'bench',
    `${place.address.local}:${originPort}`,
    '--connect.url',
    `http://${place.address.public}:${link}`,
    '--server.bind-addr',
    `127.0.0.1:${status}`,
    '--access-log.disable',
    ...quiet,
  ]);
  return { port, relay, client };
}

/** The server of pipenet, which also speaks what localtunnel speaks; localtunnel's own is not on npm. */
async function startPipenetServer({ place, running, peers }) {
  const port = await freePort();
  const relay = running.start('public', process.execPath, [
    peers.get('pipenet'),
    'server',
    '--port',
    `${port}`,
    '--address',
    place.listen,
    '--domain',
    'bench.test',
    '--max-sockets',
    '128',
  ]);
  await sleep(1_500);
  return { port, relay };
}

/** `command` tells pipenet's client from localtunnel's: it began as a copy. */
async function startLocaltunnelClient(options, command, subdomain) {
  const { place, running, originPort, program } = options;
  const server = await startPipenetServer(options);
  const client = running.start('local', process.execPath, [
    program,
    ...command,
    '--port',
    `${originPort}`,
    '--local-host',
    place.address.local,
    '--host',
    `http://${place.address.public}:${server.port}`,
    '--subdomain',
    subdomain,
  ]);
  return { ...server, host: `${subdomain}.bench.test`, client };
}
