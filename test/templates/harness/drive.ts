import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { createAccount, formatPushQuery, makePush, sealPush } from '../../../src/wechat/index.ts';
import { appId, readEnv, startApp, writeSecret, wxDev, type App, type Project } from './project.ts';

/** What `wx-dev conform --json` said. */
export interface ConformRun {
  readonly code: number | string;
  readonly rules: readonly { readonly id: string; readonly result: string }[];
}

/** Runs `wx-dev conform` with everything that an app shows to be tested whole: docs/conform.md. */
export async function conform(
  project: Project,
  app: App,
  flags: readonly string[],
): Promise<ConformRun> {
  const { manifest, apiBase, dir } = project;
  const hooks = ['--count-text', '#count', '--slow-text', '#slow', '--customer-base', apiBase];
  const api = manifest.wx?.api;
  const { JWT_SECRET } = await readEnv(project);
  const login =
    api === undefined || JWT_SECRET === undefined
      ? ['--skip', 'login']
      : [
          ...['--api', `http://127.0.0.1:${app.port}${api}`],
          ...['--jwt-secret-file', await writeSecret(project, 'jwt', JWT_SECRET)],
        ];
  const path = ['--path', manifest.wx?.callbackPath ?? '/wx', '--log', app.log];
  const args = ['conform', String(app.port), ...path, ...hooks, ...login, ...flags, '--json'];
  const { code, output } = await wxDev(args, dir);
  if (!output.startsWith('{')) throw new Error(`wx-dev ${args.join(' ')} ended with ${code}\n${output}`);
  const [line = ''] = output.split('\n');
  return { code, rules: (JSON.parse(line) as ConformRun).rules };
}

/** Sends slow work, then SIGTERM: what waits is answered, and the process is gone in time. */
export async function endWithin(
  project: Project,
  limitMs: number,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  await using app = await startApp(project, env);
  const origin = `http://127.0.0.1:${app.port}`;
  const { WX_TOKEN = '', WX_AES_KEY } = await readEnv(project);
  const account = createAccount({ token: WX_TOKEN, aesKey: WX_AES_KEY, appId });
  const now = Math.floor(Date.now() / 1000);
  const push = makePush(
    'text',
    { Content: '#slow' },
    {
      from: 'oWxDev_Alice_000000000000001',
      to: 'gh_0f1e2d3c4b5a',
      createTime: now,
      msgId: String(BigInt(now) * 10_000_000n),
    },
  );
  const nonce = createHash('sha1').update(String(now)).digest('hex').slice(0, 10);
  const sealed = sealPush(push, account, {
    mode: 'plain',
    format: 'xml',
    timestamp: String(now),
    nonce,
    random16: Buffer.alloc(16),
  });
  const url = `${origin}${project.manifest.wx?.callbackPath}?${formatPushQuery(sealed.query)}`;
  const sent = request(url, { method: 'POST', agent: false });
  const answer = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.end(sealed.body);
  await once(sent, 'finish');
  // Answered after the push arrived, which is therefore under way.
  await (await fetch(`${origin}${project.manifest.wx?.health}`)).text();
  const startedAt = performance.now();
  app.kill('SIGTERM');
  const [[response], code] = await Promise.all([answer, app.exited]);
  expect(performance.now() - startedAt).toBeLessThan(limitMs);
  // Taken, with nothing to say; or 503, after which WeChat sends it again, to whatever runs then.
  expect([200, 503]).toContain(response.statusCode);
  expect(['', 'success']).toContain(await text(response));
  expect(code).toBe(0);
}
