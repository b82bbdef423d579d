import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { createAccount } from '../../../src/wechat/account.ts';
import type { AppProcess } from '../../../src/simulator/conform/target.ts';

const program = resolve(import.meta.dirname, '../../fixtures/conform/app.mjs');

export const texts = {
  token: 'conformToken1',
  appId: 'wx1234567890abcdef',
  aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA',
};

export const account = createAccount(texts);

export interface App extends AsyncDisposable, AppProcess {
  readonly url: string;
  readonly origin: string;
  readonly pid: number;
}

/** Starts the app of the fixtures, with one fault of its list or none. */
export async function startApp(fault = '', env: Record<string, string> = {}): Promise<App> {
  const child = spawn(process.execPath, [program], {
    env: {
      PATH: process.env['PATH'],
      WX_TOKEN: texts.token,
      WX_AES_KEY: texts.aesKey,
      WX_APPID: texts.appId,
      FAULT: fault,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const { port } = JSON.parse(line) as { port: number };
  const origin = `http://127.0.0.1:${port}`;
  return {
    url: `${origin}/wx`,
    origin,
    pid: child.pid ?? 0,
    terminate: () => void child.kill('SIGTERM'),
    isRunning: () => child.exitCode === null && child.signalCode === null,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
