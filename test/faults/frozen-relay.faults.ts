import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createWorkspace, isReady, startCli, type RunningCli } from '../helpers/cli.ts';
import { visit } from './visitor.ts';

/** An app that answers `/held/*` when it is told to, and how often it was asked for each. */
async function startApp(): Promise<{
  port: number;
  asked: Map<string, number>;
  held: ServerResponse[];
  close: () => void;
}> {
  const asked = new Map<string, number>();
  const held: ServerResponse[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    asked.set(url, (asked.get(url) ?? 0) + 1);
    request.resume().on('end', () => {
      if (url.startsWith('/held/')) held.push(response);
      else response.end('ok');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = (): void => server.close().closeAllConnections();
  return { port, asked, held, close };
}

/** The test's own limit ends it otherwise. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((done) => setTimeout(done, 50));
}

const words = {
  en: { lost: 'tunnel lost', why: 'fell silent', back: 'tunnel is back' },
  zh: { lost: '隧道断开', why: '没有回应', back: '隧道已恢复' },
} as const;

test.concurrent.each(['en', 'zh'] as const)(
  'a relay that is frozen is noticed and said once (%s); woken, it gives everybody their answer, and the app was asked once',
  async (lang) => {
    await using workspace = await createWorkspace();
    const { dir: cwd, env } = workspace;
    const app = await startApp();
    await using relay: RunningCli = startCli(['relay', '--port', '0', '--json', '--quiet'], {
      cwd,
      env,
    });
    const { listen } = await relay.waitFor(isReady);
    const [url = ''] = listen as string[];
    const port = Number(new URL(url).port);
    await using client = startCli(
      ['tunnel', String(app.port), '--relay', url, '--subdomain', 'app', '--lang', lang],
      { cwd, env },
    );
    await until(() => client.stderr().includes('app.localhost') && /Ctrl-C/.test(client.stderr()));
    const ask = (path: string, method = 'POST') =>
      visit({ port, name: 'app', path, method, body: Buffer.alloc(70_000, 'x') });
    expect((await ask('/')).status).toBe(200);
    const ids = Array.from({ length: 12 }, (_, i) => `/held/${i}`);
    const waiting = ids.map((id) => ask(id));
    await until(() => app.held.length === ids.length);
    relay.kill('SIGSTOP');
    try {
      // Half of the answers come while nobody can take them, the others when the tunnel is known to be lost.
      for (const response of app.held.slice(0, 6)) response.end('answer');
      const { lost, why, back } = words[lang];
      await until(() => client.stderr().includes(lost));
      expect(client.stderr().split(lost)).toHaveLength(2);
      expect(client.stderr()).toContain(why);
      for (const response of app.held.slice(6)) response.end('answer');
      relay.kill('SIGCONT');
      const answers = await Promise.all(waiting);
      expect(answers.map(({ status, body }) => `${status} ${body.toString()}`)).toEqual(
        ids.map(() => '200 answer'),
      );
      await until(() => client.stderr().includes(back));
      for (const id of ids) expect(app.asked.get(id), id).toBe(1);
      expect((await ask('/after')).status).toBe(200);
      const shown = client.stderr();
      if (lang === 'zh') expect(shown).not.toMatch(/relay fell|connection/);
    } finally {
      relay.kill('SIGCONT');
      app.close();
    }
  },
);
