import { Agent, request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CallbackServer } from '../../src/callback/server.ts';
import { sealPush } from '../../src/wechat/envelope.ts';
import type { Fields } from '../../src/wechat/fields.ts';
import { formatPushQuery } from '../../src/wechat/query.ts';
import {
  account,
  gate,
  post,
  sealed,
  start,
  startApp,
  textMessage,
  until,
  withBody,
} from './support.ts';

/** Longer than any test may take. */
const never = 600_000;

interface Counted {
  readonly server: Awaited<ReturnType<typeof start>>;
  /** How often the app has got something. */
  readonly seen: () => number;
}

/** The two ways by which an app is behind wx-dev, each answering `run <n>` once `release` is open. */
const ways: { name: string; open: (release: Promise<void>) => Promise<Counted> }[] = [
  {
    name: 'a handler',
    open: async (release) => {
      let runs = 0;
      const handler = async (): Promise<string> => {
        runs += 1;
        const text = `run ${runs}`;
        await release;
        return text;
      };
      return { server: await start({ handler, deadlineMs: never }), seen: () => runs };
    },
  },
  {
    name: 'an app under --dedupe',
    open: async (release) => {
      let runs = 0;
      const app = await startApp(
        withBody((_request, response) => {
          runs += 1;
          const text = `run ${runs}`;
          void release.then(() => response.end(text));
        }),
      );
      const handler = { forwardTo: String(app.port), dedupe: true };
      return { server: await start({ handler, deadlineMs: never }), seen: () => runs };
    },
  },
];

describe.each(ways)('$name', ({ open }) => {
  const opened = Promise.resolve();
  const { MsgId: _none, ...eventBase } = textMessage({
    MsgType: 'event',
    Event: 'CLICK',
    EventKey: 'K',
  });

  test('sees a push once that comes twice at once', async () => {
    const release = gate();
    const { server, seen } = await open(release.opened);
    const both = [post(server, sealed(textMessage())), post(server, sealed(textMessage()))];
    await until(() => seen() > 0);
    release.open();
    const [one, two] = await Promise.all(both);
    expect(one?.text).toContain('run 1');
    expect(two?.text).toContain('run 1');
    expect(seen()).toBe(1);
  });

  test('sees a push once that comes three times, also after the answer', async () => {
    const { server, seen } = await open(opened);
    for (const attempt of [1, 2, 3]) {
      expect((await post(server, sealed(textMessage()))).text).toContain('run 1');
      expect(server.exchanges.at(-1)).toMatchObject({ id: 1, attempt });
    }
    expect(seen()).toBe(1);
  });

  test('sees the same text with another MsgId again', async () => {
    const { server, seen } = await open(opened);
    await post(server, sealed(textMessage()));
    await post(server, sealed(textMessage({ MsgId: '25000000000000018' })));
    expect(seen()).toBe(2);
    expect(server.exchanges.map(({ id }) => id)).toEqual([1, 2]);
  });

  test('sees the same MsgId of another account again', async () => {
    const { server, seen } = await open(opened);
    await post(server, sealed(textMessage()));
    await post(server, sealed(textMessage({ ToUserName: 'gh_another' })));
    expect(seen()).toBe(2);
  });

  test.each(['compat', 'safe'] as const)(
    'recognises a retry in %s mode, which is encrypted anew',
    async (mode) => {
      const { server, seen } = await open(opened);
      const again = (fields: Fields, nonce: string): { query: string; body: string } => {
        const random16 = Buffer.alloc(16, nonce);
        const made = sealPush(fields, account, {
          mode,
          format: 'xml',
          timestamp: `176722560${nonce}`,
          nonce,
          random16,
        });
        return { query: formatPushQuery(made.query), body: made.body };
      };
      for (const nonce of ['1', '2', '3']) {
        await post(server, again(textMessage(), nonce));
        await post(server, again(eventBase, nonce));
      }
      expect(seen()).toBe(2);
    },
  );

  test('recognises an event, which has no MsgId, by what it says', async () => {
    const { server, seen } = await open(opened);
    await post(server, sealed(eventBase));
    await post(server, sealed(eventBase));
    expect(seen()).toBe(1);
    const others = [
      { FromUserName: 'oWxDev_Bob' },
      { CreateTime: '1767225601' },
      { Event: 'VIEW' },
      { EventKey: 'L' },
    ];
    for (const other of others) await post(server, sealed({ ...eventBase, ...other }));
    expect(seen()).toBe(5);
    for (const other of others) await post(server, sealed({ ...eventBase, ...other }));
    expect(seen()).toBe(5);
    expect(new Set(server.exchanges.map(({ id }) => id))).toEqual(new Set([1, 2, 3, 4, 5]));
  });

  test('sees each of five hundred pushes once that all come twice at once', async () => {
    const release = gate();
    const { server, seen } = await open(release.opened);
    const agent = new Agent({ keepAlive: true, maxSockets: 100 });
    onTestFinished(() => agent.destroy());
    const ids = Array.from({ length: 500 }, (_, index) => String(25_000_000 + index));
    const answers = [...ids, ...ids].map((MsgId) =>
      postThrough(agent, server, sealed(textMessage({ MsgId }))),
    );
    await until(() => seen() >= 100);
    release.open();
    const texts = await Promise.all(answers);
    await until(() => server.exchanges.length === 1000);
    const failed = server.exchanges.filter(
      ({ verdict, status }) => verdict === 'late' || status !== 200,
    );
    expect(failed.map(({ error, status }) => [status, error?.message, error?.cause])).toEqual([]);
    expect(seen()).toBe(500);
    for (const [index, text] of texts.slice(0, 500).entries()) {
      const [run] = /run \d+/.exec(text) ?? [];
      expect(run).toBeDefined();
      expect(/run \d+/.exec(texts[index + 500] ?? '')?.[0]).toBe(run);
    }
  });
});

/** A push over one of the agent's connections. */
function postThrough(
  agent: Agent,
  { port }: CallbackServer,
  { query, body }: { query: string; body: string },
): Promise<string> {
  const headers = { 'Content-Type': 'text/xml', 'Content-Length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const options = {
      agent,
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: `/wx?${query}`,
      headers,
    };
    const sent = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve(text)).on('error', reject);
    });
    sent.on('error', reject).end(body);
  });
}
