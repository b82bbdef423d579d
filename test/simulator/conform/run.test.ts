import { getEventListeners, once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { conformRules, selectRules } from '../../../src/simulator/conform/rules.ts';
import { groups } from '../../../src/simulator/conform/rule.ts';
import { runConform } from '../../../src/simulator/conform/run.ts';
import { account, startApp } from './app.ts';

describe('the rules', () => {
  test('have ids that are unique, stable in form and say what they belong to', () => {
    const ids = conformRules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, group } of conformRules) {
      expect(id).toMatch(/^[a-z]+\.[a-z0-9-]+$/);
      const [prefix] = id.split('.');
      expect([group, 'compat', 'safe', 'bot']).toContain(prefix);
    }
  });

  test('cover all fifteen groups', () => {
    expect(Object.values(groups).map(({ number }) => number)).toEqual(
      Array.from({ length: 15 }, (_, index) => index + 1),
    );
    expect(new Set(conformRules.map(({ group }) => group)).size).toBe(15);
  });

  test('speak both languages', () => {
    for (const { name } of conformRules) {
      if (typeof name === 'string') throw new Error(name);
      expect(name.zh).toMatch(/\p{Script=Han}|SIGTERM/u);
      expect(name.en).not.toMatch(/\p{Script=Han}/u);
    }
  });

  test('that end the app come last', () => {
    expect(conformRules.at(-1)?.id).toBe('shutdown.ends');
  });

  test('are chosen by id, group or number, and unknown names are told', () => {
    expect(selectRules({ only: ['10'] }).rules.map(({ id }) => id)).toEqual([
      'size.refused',
      'size.survived',
    ]);
    expect(selectRules({ only: ['size'], skip: ['size.survived'] }).rules).toHaveLength(1);
    expect(selectRules({ only: ['sise'], skip: ['0'] }).unknown).toEqual(['sise', '0']);
    expect(selectRules({}).rules).toEqual(conformRules.filter(({ who }) => who !== 'bots'));
  });

  test('of bots and of all others are told apart by the kind of the account', () => {
    const ids = (kind: 'official' | 'work-bot'): string[] =>
      selectRules({}, kind).rules.map(({ id }) => id);
    const [bots, others] = [ids('work-bot'), ids('official')];
    expect(bots.filter((id) => !others.includes(id)).every((id) => id.startsWith('bot.'))).toBe(
      true,
    );
    expect(others).toContain('xml.doctype');
    expect(bots).not.toContain('xml.doctype');
    expect(new Set([...bots, ...others]).size).toBe(conformRules.length);
  });
});

describe('a run', () => {
  test('tells of each rule as it ends', async () => {
    await using app = await startApp();
    const told: string[] = [];
    const report = await runConform(
      { url: app.url, account },
      { only: ['verify'], onResult: ({ rule }) => told.push(rule.id) },
    );
    expect(told).toEqual(report.results.map(({ rule }) => rule.id));
    expect(report).toMatchObject({ passed: 3, failed: 0, skipped: 0 });
  });

  test('ends at its limit: what was not decided has failed', async () => {
    const hanging = await listen((request, response) => {
      if (request.method === 'GET') response.end();
    });
    const report = await runConform(
      { url: hanging, account, timeoutMs: 60_000, mode: 'plain' },
      { only: ['plain', 'size'], limitMs: 1500 },
    );
    const codes = report.results.map(
      ({ finding }) => finding.type === 'failed' && finding.error.code,
    );
    expect(new Set(codes)).toEqual(new Set(['WXD2168']));
    expect(report).toMatchObject({ passed: 0, failed: 13, skipped: 0 });
  });

  test('that finds nobody within its limit says so', async () => {
    const silent = await listen(() => undefined);
    const run = runConform({ url: silent, account, timeoutMs: 60_000 }, { limitMs: 50 });
    await expect(run).rejects.toMatchObject({ code: 'WXD2150' });
  });

  test('that is aborted rejects with the reason and leaves no listener', async () => {
    const hanging = await listen((request, response) => {
      if (request.method === 'GET') response.end();
      else controller.abort(new Error('enough'));
    });
    const controller = new AbortController();
    const { signal } = controller;
    await expect(
      runConform({ url: hanging, account, mode: 'plain', signal }, { only: ['plain'] }),
    ).rejects.toThrow('enough');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('of an app that ends half-way goes on and names what happened', async () => {
    let requests = 0;
    const dying = await listen((request, response) => {
      requests += 1;
      if (requests > 2) request.socket.destroy();
      else response.end();
    });
    const report = await runConform({ url: dying, account }, { only: ['plain', 'safe'] });
    const codes = report.results.flatMap(({ finding }) =>
      finding.type === 'failed' ? [finding.error.code] : [],
    );
    expect(codes.length).toBe(report.results.length);
    expect(new Set(codes)).toEqual(new Set(['WXD3002']));
  });
});

/** Starts a callback that the test stops. */
async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/wx`;
}
