import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const folder = import.meta.dirname;

/** The account all peers are configured with; the id is AppId and CorpId alike. */
export const config = {
  WX_TOKEN: 'interopToken1',
  WX_APPID: 'wx1234567890abcdef',
  WX_AES_KEY: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
};

/** How a peer is started: `serve` answers pushes, `crypto` seals and opens single envelopes. */
interface Peer {
  readonly serve?: readonly [program: string, ...args: string[]];
  readonly crypto?: readonly [program: string, ...args: string[]];
}

const node = (app: string, ...args: string[]): [string, ...string[]] => [
  process.execPath,
  '--no-deprecation',
  join(folder, 'apps', `${app}.mjs`),
  ...args,
];
const go = join(folder, '.bin', 'interop');
const python = join(folder, '.venv', 'bin', 'python');
const pythonApp = join(folder, 'apps', 'wechatpy_app.py');

/** Implementations of WeChat's push and of payment notifications that nobody here wrote, by the name of the package. */
const peers = {
  'co-wechat': { serve: node('co-wechat') },
  'wechat-crypto': { crypto: node('crypto', 'wechat-crypto') },
  'node-easywechat': { serve: node('node-easywechat'), crypto: node('crypto', 'node-easywechat') },
  '@wecom/crypto': { serve: node('wecom'), crypto: node('crypto', '@wecom/crypto') },
  'silenceper/wechat': { serve: [go, 'serve'], crypto: [go, 'crypto'] },
  'wechatpay-node-v3': { serve: node('wechatpay-node-v3') },
  'wechatpay-axios-plugin': { serve: node('wechatpay-axios-plugin') },
  wechatpy: { serve: [python, pythonApp, 'serve'], crypto: [python, pythonApp, 'crypto'] },
} as const satisfies Record<string, Peer>;

/** The name of a peer. */
export type PeerName = keyof typeof peers;

/** Whether a peer could be installed; `install.mjs` has said why not, and has failed where CI=true. */
export function isInstalled(name: PeerName): boolean {
  const command = commandOf(name, 'serve') ?? commandOf(name, 'crypto') ?? [];
  return command.every((part) => !part.startsWith(folder) || existsSync(part)) && hasPackages(name);
}

function hasPackages(name: PeerName): boolean {
  const [program = ''] = commandOf(name, 'serve') ?? commandOf(name, 'crypto') ?? [];
  if (program === process.execPath) return existsSync(join(folder, 'node_modules'));
  return program !== python || spawnSync(python, ['-c', 'import wechatpy']).status === 0;
}

function commandOf(name: PeerName, role: keyof Peer): readonly string[] | undefined {
  const peer: Peer = peers[name];
  return peer[role];
}

/** A running peer: its JSON lines, in order. */
export interface RunningPeer extends AsyncDisposable {
  /** Of the server it is. */
  readonly port: number;
  /** Asks for one envelope. */
  ask(order: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>>;
}

/** Starts a peer, with `env` beside the account that all share, and waits until it is ready. */
export async function startPeer(
  name: PeerName,
  role: keyof Peer,
  env: Readonly<Record<string, string>> = {},
): Promise<RunningPeer> {
  const [program = '', ...args] = commandOf(name, role) ?? [];
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'], ...config, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('close', resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<Readonly<Record<string, string>>> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${name} ended`);
    return JSON.parse(String(value)) as Record<string, string>;
  };
  const ready = await next();
  return {
    port: Number(ready['port'] ?? 0),
    ask: (order) => {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      return next();
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
