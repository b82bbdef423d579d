import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import {
  createAccount,
  formatPushQuery,
  makePush,
  sealPush,
  type Account,
} from '../../../src/wechat/index.ts';
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

/** Sends slow work, then SIGTERM: what waits is answered, what comes then is not taken, and the process is gone in time. */
export async function endWithin(
  project: Project,
  limitMs: number,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  await using app = await startApp(project, env);
  const origin = `http://127.0.0.1:${app.port}`;
  const { WX_TOKEN = '', WX_AES_KEY } = await readEnv(project);
  const account = createAccount({ token: WX_TOKEN, aesKey: WX_AES_KEY, appId });
  const agent = new Agent({ keepAlive: true });
  const callback = `${origin}${project.manifest.wx?.callbackPath}`;
  const sent = pushSlowWork(callback, account, { number: 1, agent: false });
  const answer = answerTo(sent);
  await once(sent, 'finish');
  // Leaves a connection that is open.
  const health = request(`${origin}${project.manifest.wx?.health}`, { agent });
  const healthy = answerTo(health);
  health.end();
  expect(await healthy).toMatchObject({ status: 200 });
  const startedAt = performance.now();
  app.kill('SIGTERM');
  const next = answerTo(pushSlowWork(callback, account, { number: 2, agent }));
  const [first, second, code] = await Promise.all([answer, next, app.exited]);
  expect(performance.now() - startedAt).toBeLessThan(limitMs);
  agent.destroy();
  // Not 200: WeChat would take the push for done. After 503 it sends it again, to whatever runs then; so it does when nobody listens.
  expect(first).toEqual({ status: 503, body: '' });
  if (!('error' in second)) expect(second).toEqual({ status: 503, body: '' });
  expect(code).toBe(0);
}

/** A push whose work takes 6 s, signed as of now. */
function pushSlowWork(
  callback: string,
  account: Account,
  { number, agent }: { readonly number: number; readonly agent: Agent | false },
): ClientRequest {
  const now = Math.floor(Date.now() / 1000);
  const push = makePush(
    'text',
    { Content: '#slow' },
    {
      from: 'oWxDev_Alice_000000000000001',
      to: 'gh_0f1e2d3c4b5a',
      createTime: now,
      msgId: String(BigInt(now) * 10_000_000n + BigInt(number)),
    },
  );
  const nonce = createHash('sha1').update(`${now} ${number}`).digest('hex').slice(0, 10);
  const random16 = Buffer.alloc(16);
  const stamp = { timestamp: String(now), nonce, random16 };
  const { query, body } = sealPush(push, account, { mode: 'plain', format: 'xml', ...stamp });
  // The app asks for the body: so it has begun with the request. One whose head it has not read when it stops may be dropped.
  const headers = { Expect: '100-continue', 'Content-Length': Buffer.byteLength(body) };
  const url = `${callback}?${formatPushQuery(query)}`;
  const sent = request(url, { method: 'POST', agent, headers });
  sent.on('continue', () => sent.end(body));
  sent.flushHeaders();
  return sent;
}

/** Never rejects: what nobody awaits yet may fail already. */
async function answerTo(
  sent: ClientRequest,
): Promise<{ status: number | undefined; body: string } | { error: string }> {
  try {
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: response.statusCode, body: await text(response) };
  } catch (error) {
    return { error: String(error) };
  }
}
