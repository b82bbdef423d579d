import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import selfsigned from 'selfsigned';
import { inject } from 'vitest';
import { freePort } from '../../helpers/free-port.ts';
import type { Project } from './project.ts';

/** An nginx that runs the configuration of a project. */
export interface Nginx extends AsyncDisposable {
  readonly port: number;
  /** The certificate that clients must trust. */
  readonly ca: string;
  /** What its access log holds so far. */
  log(): Promise<string>;
}

export interface NginxAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

const program = 'nginx';
/** Name in the configuration of the layer. */
const serverName = 'wx.example.com';
/** An nginx that does not listen within this time does not come. Milliseconds. */
const startMs = 60_000;

/**
 * Asks nginx whether the project's `nginx/app.conf` is right, and starts it. Only what a user changes too is changed: ports, the place of
 * certificate and log, and the upstream.
 */
export async function startNginx({ dir }: Project, appPort: number): Promise<Nginx> {
  const prefix = await mkdtemp(join(inject('folder'), 'nginx-'));
  const [plainPort, port] = [await freePort(), await freePort()];
  const pems = await selfsigned.generate([{ name: 'commonName', value: serverName }], {
    keySize: 2048,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: serverName }] }],
  });
  await mkdir(join(prefix, 'certs'));
  await writeFile(join(prefix, 'certs/fullchain.pem'), pems.cert);
  await writeFile(join(prefix, 'certs/key.pem'), pems.private, { mode: 0o600 });
  const changes: [RegExp, string][] = [
    [/listen 80;/, `listen 127.0.0.1:${plainPort};`],
    [/listen 443 ssl;/, `listen 127.0.0.1:${port} ssl;`],
    [/server 127\.0\.0\.1:\d+;/, `server 127.0.0.1:${appPort};`],
    [/\/etc\/nginx\/certs\//g, `${prefix}/certs/`],
    [/\/var\/log\/nginx\//g, `${prefix}/`],
  ];
  let conf = await readFile(join(dir, 'nginx/app.conf'), 'utf8');
  for (const [from, to] of changes) {
    const changed = conf.replace(from, to);
    if (changed === conf) throw new Error(`nginx/app.conf has no ${from.source}`);
    conf = changed;
  }
  await writeFile(join(prefix, 'app.conf'), conf);
  await writeFile(
    join(prefix, 'nginx.conf'),
    `daemon off;\npid ${prefix}/nginx.pid;\nerror_log ${prefix}/error.log;\nevents {}\nhttp {\ninclude app.conf;\n}\n`,
  );
  const flags = ['-p', prefix, '-c', 'nginx.conf', '-e', `${prefix}/error.log`];
  const check = spawnSync(program, [...flags, '-t'], { encoding: 'utf8' });
  if (check.status !== 0) throw new Error(`nginx -t: ${check.stderr}`);
  const child = spawn(program, flags, { stdio: 'ignore' });
  await listening(port, child);
  return {
    port,
    ca: pems.cert,
    log: () => readFile(join(prefix, 'app.log'), 'utf8'),
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null) child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'close');
    },
  };
}

/** A request through nginx, with its certificate checked. */
export async function ask(
  { port, ca }: Nginx,
  path: string,
  options: RequestOptions = {},
  body?: Buffer | string,
): Promise<NginxAnswer> {
  const headers = { Host: serverName, ...options.headers };
  const target = { host: '127.0.0.1', port, path, ca, servername: serverName, agent: false };
  const sent = request({ ...target, ...options, headers });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  const end = performance.now() + startMs;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isUp = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isUp) return;
    if (child.exitCode !== null || performance.now() > end) throw new Error('nginx does not listen');
    await sleep(20);
  }
}
