import {
  appendFile,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { maxLineBytes } from '../../src/inspector/limits.ts';
import { readHistory, type HistoryItem } from '../../src/inspector/read.ts';
import { createPlace, exchange, type Place } from './support.ts';

test('a history that does not exist is empty', async () => {
  await using place = await createPlace();
  expect(await place.items()).toEqual([]);
});

test('skips a line of 100 MB without holding it', async () => {
  await using place = await createPlace();
  const file = await firstFile(place, 1);
  const next = (await readFile(file, 'utf8')).trim().replace('"id":1', '"id":2');
  const line = Buffer.alloc(4 * 1024 * 1024, 'x');
  const handle = await open(file, 'a');
  for (let part = 0; part < 25; part += 1) await handle.write(line);
  await handle.write(`\n${next}\n`);
  await handle.close();
  const before = process.memoryUsage().rss;
  const items = await place.items();
  expect(process.memoryUsage().rss - before).toBeLessThan(80 * 1024 * 1024);
  // What stands before it is further back than a file of ours is long.
  expect(items).toMatchObject([{ type: 'unreadable' }, { exchange: { id: 2 } }]);
});

test('a line just over the limit costs that line, one under it is read', async () => {
  await using place = await createPlace();
  const file = await firstFile(place, 1);
  const line = (await readFile(file, 'utf8')).trim();
  const padded = (bytes: number): string =>
    line.replace('{"id":1', `${' '.repeat(bytes - Buffer.byteLength(line))}{"id":1`);
  await appendFile(file, `${padded(maxLineBytes)}\n${padded(maxLineBytes + 1)}\n${line}\n`);
  expect((await place.items()).map(({ type }) => type)).toEqual([
    'exchange',
    'exchange',
    'unreadable',
    'exchange',
  ]);
});

test('reads the end of a file that is larger than any of ours', async () => {
  await using place = await createPlace();
  const file = await firstFile(place, 1);
  const next = (await readFile(file, 'utf8')).trim().replace('"id":1', '"id":2');
  await truncate(file, 3 * 1024 ** 3);
  await appendFile(file, `\n${next}\n`);
  expect((await place.exchanges()).map(({ id }) => id)).toEqual([2]);
  // The next run drops it: a history has 20 MB.
  await record(place, 3);
  expect((await place.exchanges()).map(({ id }) => id)).toEqual([3]);
});

test('a clock that goes back changes neither order nor ids', async () => {
  await using place = await createPlace();
  const history = await place.open();
  const [late, early] = [Date.UTC(2026, 10, 21), Date.UTC(2020, 0, 1)];
  history.record(exchange({ id: history.nextId(), startedAt: late }));
  history.record(exchange({ id: history.nextId(), startedAt: early }));
  await history.close();
  expect((await place.exchanges()).map(({ id, startedAt }) => [id, startedAt])).toEqual([
    [1, late],
    [2, early],
  ]);
});

test('follows what is recorded, into the next file', async () => {
  await using place = await createPlace();
  await using follower = follow(place);
  await follower.begins;
  const history = await place.open();
  const body = Buffer.alloc(700 * 1024, 'x');
  for (let id = 1; id <= 6; id += 1) {
    history.record(exchange({ id, request: { ...exchange().request, body } }));
    expect(await follower.next()).toMatchObject({ exchange: { id } });
  }
  await history.close();
});

test('follows through half a line, which is not shown before it is whole', async () => {
  await using place = await createPlace();
  const file = await firstFile(place, 1);
  await using follower = follow(place);
  expect(await follower.next()).toMatchObject({ exchange: { id: 1 } });
  await follower.begins;
  const line = (await readFile(file, 'utf8')).trim().replace('"id":1', '"id":2');
  await appendFile(file, line.slice(0, 40));
  await appendFile(file, `${line.slice(40)}\n`);
  expect(await follower.next()).toMatchObject({ exchange: { id: 2 } });
});

test.each<readonly [string, (file: string, line: string) => Promise<void>]>([
  [
    'cut to nothing and written again',
    async (file, line) => {
      await truncate(file, 0);
      await appendFile(file, line);
    },
  ],
  [
    'removed and made anew',
    async (file, line) => {
      await rm(file);
      await writeFile(file, line);
    },
  ],
  [
    'replaced by another file',
    async (file, line) => {
      await writeFile(`${file}.new`, `${line}`);
      await rename(`${file}.new`, file);
    },
  ],
])('goes on following a file that is %s', async (_how, change) => {
  await using place = await createPlace();
  const file = await firstFile(place, 1);
  const line = await readFile(file, 'utf8');
  await record(place, 2);
  await using follower = follow(place);
  expect(await follower.next()).toMatchObject({ exchange: { id: 1 } });
  expect(await follower.next()).toMatchObject({ exchange: { id: 2 } });
  await follower.begins;
  await change(file, line.replace('"id":1', '"id":3'));
  expect(await follower.next()).toMatchObject({ exchange: { id: 3 } });
});

test('goes on following when the whole folder is removed and comes back', async () => {
  await using place = await createPlace();
  await firstFile(place, 1);
  await using follower = follow(place);
  expect(await follower.next()).toMatchObject({ exchange: { id: 1 } });
  await follower.begins;
  await rm(place.folder, { recursive: true });
  await mkdir(place.folder);
  await record(place, 2);
  expect(await follower.next()).toMatchObject({ exchange: { id: 2 } });
});

test('following ends with its signal, and with its reason', async () => {
  await using place = await createPlace();
  const follower = follow(place);
  await follower.begins;
  const next = follower.next();
  follower.stop(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
});

async function record(place: Place, id: number): Promise<void> {
  const history = await place.open();
  history.record(exchange({ id }));
  await history.close();
}

/** The file that holds one exchange. */
async function firstFile(place: Place, id: number): Promise<string> {
  await record(place, id);
  return join(place.folder, 'exchanges-000001.ndjson');
}

interface Follower extends AsyncDisposable {
  /** All that was there has been read. */
  readonly begins: Promise<void>;
  next(): Promise<HistoryItem | undefined>;
  stop(reason: Error): void;
}

function follow({ folder }: Place): Follower {
  const controller = new AbortController();
  let began = (): void => undefined;
  const begins = new Promise<void>((resolve) => (began = resolve));
  const items = readHistory(folder, { follow: true, signal: controller.signal, onEnd: began });
  // Reads ahead, so that it begins to wait although nobody asks for an item yet.
  let ahead = items.next();
  ahead.catch(() => undefined);
  const next = async (): Promise<HistoryItem | undefined> => {
    const { value, done } = await ahead;
    ahead = items.next();
    ahead.catch(() => undefined);
    return done === true ? undefined : value;
  };
  return {
    begins,
    next,
    stop: (reason) => controller.abort(reason),
    [Symbol.asyncDispose]: async () => {
      controller.abort();
      await ahead.catch(() => undefined);
    },
  };
}
