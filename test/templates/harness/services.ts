import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../helpers/free-port.ts';

/** Where the servers are; undefined for one that this machine lacks. */
export interface ServiceUrls {
  /** `redis://127.0.0.1:<port>`; each template takes a database number of its own. */
  readonly redis: string | undefined;
  /** `mysql://wxapp:wxapp@127.0.0.1:<port>`; each template has a database of its own name. */
  readonly mysql: string | undefined;
}

interface Services {
  readonly urls: ServiceUrls;
  close(): Promise<void>;
}

const run = promisify(execFile);

/** A server that does not listen within this time does not come. Milliseconds. */
const startMs = 120_000;

/** Starts a real Redis and a real MariaDB on free ports, with nothing of the machine's own configuration. */
export async function startServices(folder: string): Promise<Services> {
  await mkdir(folder, { recursive: true });
  const children: ChildProcess[] = [];
  const close = async (): Promise<void> => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'close');
    }
  };
  try {
    const [redis, mysql] = await Promise.all([startRedis(folder, children), startMysql(folder, children)]);
    return { urls: { redis, mysql }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startRedis(folder: string, children: ChildProcess[]): Promise<string | undefined> {
  if (!isInstalled('redis-server')) return undefined;
  const port = await freePort();
  const flags = ['--save', '', '--appendonly', 'no', '--dir', folder, '--databases', '64'];
  const args = ['--port', String(port), '--bind', '127.0.0.1', ...flags];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  children.push(child);
  await listening(port, child, 'redis-server');
  return `redis://127.0.0.1:${port}`;
}

async function startMysql(folder: string, children: ChildProcess[]): Promise<string | undefined> {
  if (!isInstalled('mariadbd')) return undefined;
  const port = await freePort();
  const data = join(folder, 'mysql');
  const socket = join(folder, 'mysql.sock');
  const user = `--user=${userInfo().username}`;
  const install = ['--no-defaults', user, `--datadir=${data}`, '--skip-test-db'];
  await run('mariadb-install-db', [...install, '--auth-root-authentication-method=normal']);
  const network = [`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${socket}`];
  const args = ['--no-defaults', user, `--datadir=${data}`, ...network, '--skip-log-bin'];
  const child = spawn('mariadbd', args, { stdio: 'ignore' });
  children.push(child);
  await listening(port, child, 'mariadbd');
  const grant = `CREATE USER wxapp@'%' IDENTIFIED BY 'wxapp'; GRANT ALL ON *.* TO wxapp@'%';`;
  await run('mariadb', ['--no-defaults', '-u', 'root', '-S', socket, '-e', grant]);
  return `mysql://wxapp:wxapp@127.0.0.1:${port}`;
}

/** Makes the database of one template. */
export async function createDatabase(mysql: string, name: string): Promise<string> {
  const { hostname, port, username, password } = new URL(mysql);
  const login = ['-h', hostname, '-P', port, '-u', username, `-p${password}`];
  const create = `CREATE DATABASE IF NOT EXISTS \`${name}\` CHARACTER SET utf8mb4`;
  await run('mariadb', ['--no-defaults', ...login, '-e', create]);
  return `${mysql}/${name}`;
}

/** With CI=true a missing server fails: green must mean that all ran. */
function isInstalled(program: string): boolean {
  if (spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined) return true;
  if (process.env['CI'] === 'true') throw new Error(`${program} must be installed when CI=true`);
  console.info(`left out: needs ${program}, which is not installed`);
  return false;
}

async function listening(port: number, child: ChildProcess, name: string): Promise<void> {
  const end = performance.now() + startMs;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const [isUp] = await Promise.race([
      once(socket, 'connect').then(() => [true]),
      once(socket, 'error').then(() => [false]),
    ]).catch(() => [false]);
    socket.destroy();
    if (isUp === true) return;
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
    if (performance.now() > end) throw new Error(`${name} does not listen`);
    await sleep(50);
  }
}
