import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WxDevError } from '../../src/core/errors.ts';
import type { Exchange } from '../../src/core/exchange.ts';
import { openHistory, type History, type HistoryOptions } from '../../src/inspector/history.ts';
import { readHistory, type HistoryItem } from '../../src/inspector/read.ts';
import type { RecordedExchange } from '../../src/inspector/record.ts';

/** A folder for a history, removed at the end of the test. */
export interface Place extends AsyncDisposable {
  readonly folder: string;
  readonly problems: WxDevError[];
  open(options?: Partial<HistoryOptions>): Promise<History>;
  items(): Promise<HistoryItem[]>;
  exchanges(): Promise<RecordedExchange[]>;
}

export async function createPlace(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'wx-dev 记录 '));
  const folder = join(root, 'history');
  const problems: WxDevError[] = [];
  const items = async (): Promise<HistoryItem[]> => collect(readHistory(folder));
  return {
    folder,
    problems,
    open: (options) =>
      openHistory({
        folder,
        pid: 100,
        isAlive: () => true,
        secrets: [],
        onProblem: (error) => problems.push(error),
        ...options,
      }),
    items,
    exchanges: async () =>
      (await items()).flatMap((item) => (item.type === 'exchange' ? [item.exchange] : [])),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

const xml = '<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content></xml>';

/** A text message that was answered, with `changes`. */
export function exchange(changes: Partial<Exchange> = {}): Exchange {
  return {
    id: 1,
    startedAt: Date.UTC(2026, 10, 21, 6, 30),
    ms: 38,
    type: 'text',
    attempt: 1,
    status: 200,
    verdict: 'ok',
    msgId: '25000000000000017',
    openid: 'oWxDev_Alice_000000000000001',
    content: '你好',
    reply: 'success',
    push: { mode: 'plain', format: 'xml', text: xml },
    answerText: 'success',
    warnings: [],
    request: {
      method: 'POST',
      url: '/wx?signature=ab&timestamp=1767225600&nonce=42',
      headers: [
        ['Host', '127.0.0.1'],
        ['Content-Type', 'text/xml'],
      ],
      body: Buffer.from(xml),
      truncated: false,
    },
    response: {
      status: 200,
      headers: [['Content-Type', 'text/plain']],
      body: Buffer.from('success'),
      truncated: false,
    },
    ...changes,
  };
}

/** Everything that `source` gives. */
async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of source) all.push(item);
  return all;
}
