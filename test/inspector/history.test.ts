import { spawnSync } from 'node:child_process';
import {
  appendFile,
  chmod,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { WxDevError } from '../../src/core/errors.ts';
import { maxRecordedBodyBytes } from '../../src/inspector/limits.ts';
import { createPlace, exchange } from './support.ts';

test('gives back what was recorded, to the byte', async () => {
  await using place = await createPlace();
  const history = await place.open();
  const error = new WxDevError('WXD2001', { ms: 5001, limitMs: 5000 });
  const late = exchange({
    id: history.nextId(),
    status: 0,
    verdict: 'late',
    response: undefined,
    error,
    warnings: [new WxDevError('WXD2002', { ms: 3600, limitMs: 3500 })],
  });
  const sealed = exchange({
    id: history.nextId(),
    push: {
      mode: 'safe',
      format: 'json',
      text: '{"MsgType":"text"}',
      key: 'previous',
      receiveId: 'wx01',
    },
    deferred: true,
    answerText: '{"clear":1}',
    request: { ...exchange().request, body: Buffer.from('{"Encrypt":"abc"}') },
  });
  const binary = exchange({
    id: history.nextId(),
    push: undefined,
    answerText: undefined,
    request: { ...exchange().request, body: Buffer.from([0, 255, 10, 13, 0xc3, 0x28]) },
  });
  const control = exchange({
    id: history.nextId(),
    request: { ...exchange().request, body: Buffer.alloc(5000, 1) },
    push: undefined,
    answerText: undefined,
  });
  const sent = [late, sealed, binary, control];
  for (const one of sent) history.record(one);
  await history.close();
  const read = await place.exchanges();
  expect(read.map(({ masked, account, ...rest }) => ({ ...rest, masked, account }))).toEqual(
    sent.map((one) => ({ ...one, masked: false, account: undefined })),
  );
  expect(read[0]?.error?.message).toBe(error.message);
});

test('keeps ids from run to run, also after one that was killed', async () => {
  await using place = await createPlace();
  const first = await place.open();
  expect([first.nextId(), first.nextId()]).toEqual([1, 2]);
  first.record(exchange({ id: 2 }));
  await first.close();
  const killed = await place.open({ pid: 200 });
  expect(killed.nextId()).toBe(3);
  const next = await place.open({ pid: 300, isAlive: (pid) => pid !== 200 });
  expect(next.nextId()).toBe(3);
  await next.close();
});

test('two processes never give the same id, however many they give', async () => {
  await using place = await createPlace();
  const both = await Promise.all([place.open({ pid: 1 }), place.open({ pid: 2 })]);
  const ids: number[] = [];
  // What it has in hand is used up a second time over, once the disk had the time to give it more.
  for (const [index, history] of both.entries()) {
    ids.push(...Array.from({ length: 60 }, () => history.nextId()));
    await until(async () => (await blocksOf(place.folder, index + 1)).length === 2);
    for (let left = 40; left > 0; left -= 1) {
      await readdir(place.folder);
      ids.push(history.nextId());
    }
  }
  for (const history of both) ids.push(...Array.from({ length: 200 }, () => history.nextId()));
  expect(new Set(ids).size).toBe(600);
  for (const history of both) history.record(exchange({ id: Math.max(...ids) }));
  for (const history of both) await history.close();
  const next = await place.open({ pid: 3, isAlive: () => false });
  expect(next.nextId()).toBe(Math.max(...ids) + 1);
  await next.close();
  expect((await readdir(place.folder)).filter((name) => name.startsWith('ids-'))).toEqual([]);
});

test('gives each id once although nobody waits for the disk', async () => {
  await using place = await createPlace();
  const history = await place.open();
  const ids = Array.from({ length: 1000 }, () => history.nextId());
  await new Promise(setImmediate);
  for (let turn = 0; turn < 200; turn += 1) {
    ids.push(history.nextId());
    await new Promise(setImmediate);
  }
  expect(new Set(ids).size).toBe(1200);
  await history.close();
});

test('two processes at once spoil no line', async () => {
  await using place = await createPlace();
  const both = await Promise.all([place.open({ pid: 1 }), place.open({ pid: 2 })]);
  for (let turn = 0; turn < 400; turn += 1) {
    for (const [index, history] of both.entries())
      history.record(exchange({ id: 2 * turn + index + 1 }));
    if (turn % 10 === 0) await new Promise(setImmediate);
  }
  for (const history of both) await history.close();
  const items = await place.items();
  expect(items.filter(({ type }) => type === 'unreadable')).toEqual([]);
  expect(new Set((await place.exchanges()).map(({ id }) => id)).size).toBe(800);
});

test('files are 0600 in a folder of 0700, also where they were open to others', async () => {
  await using place = await createPlace();
  await mkdir(place.folder, { mode: 0o755 });
  const file = join(place.folder, 'exchanges-000001.ndjson');
  await writeFile(file, '');
  await chmod(file, 0o664);
  await chmod(place.folder, 0o755);
  const history = await place.open();
  history.record(exchange());
  await history.close();
  expect((await stat(place.folder)).mode & 0o777).toBe(0o700);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

test('a line that was cut off costs that line only', async () => {
  await using place = await createPlace();
  const first = await place.open();
  first.record(exchange({ id: 1 }));
  await first.close();
  const file = join(place.folder, 'exchanges-000001.ndjson');
  await appendFile(file, '{"id":2,"v":1,"at":17');
  const second = await place.open();
  second.record(exchange({ id: 3 }));
  await second.close();
  expect((await place.exchanges()).map(({ id }) => id)).toEqual([1, 3]);
  expect((await place.items()).filter(({ type }) => type === 'unreadable')).toHaveLength(1);
});

test('stays below its size, and drops the oldest first', async () => {
  await using place = await createPlace();
  const maxBytes = 8 * 1024 * 1024;
  const history = await place.open({ maxBytes });
  const body = Buffer.alloc(300 * 1024, 'x');
  for (let id = 1; id <= 60; id += 1) {
    history.record(exchange({ id, push: undefined, request: { ...exchange().request, body } }));
    // Written before more comes: this is about the disk, not about memory.
    while (!(await readLast(place.folder)).includes(`{"id":${id},`))
      await new Promise(setImmediate);
  }
  await history.close();
  const sizes = await Promise.all(
    (await readdir(place.folder)).map(async (name) => (await stat(join(place.folder, name))).size),
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(maxBytes);
  const ids = (await place.exchanges()).map(({ id }) => id);
  expect(ids.at(-1)).toBe(60);
  expect(ids.length).toBeGreaterThan(15);
  expect(ids).toEqual(ids.map((_, index) => 60 - ids.length + 1 + index));
});

test('bounds what waits for the disk, and says once that something is lost', async () => {
  await using place = await createPlace();
  const history = await place.open();
  const body = Buffer.alloc(maxRecordedBodyBytes, 'x');
  for (let id = 1; id <= 40; id += 1)
    history.record(exchange({ id, request: { ...exchange().request, body } }));
  await history.close();
  expect(place.problems.map(({ code }) => code)).toEqual(['WXD6060']);
  expect((await place.exchanges()).length).toBeLessThan(9);
});

test('marks a body that was cut', async () => {
  await using place = await createPlace();
  const history = await place.open();
  const body = Buffer.alloc(maxRecordedBodyBytes + 1, 'x');
  history.record(exchange({ push: undefined, request: { ...exchange().request, body } }));
  await history.close();
  const [read] = await place.exchanges();
  expect(read?.request.truncated).toBe(true);
  expect(read?.request.body.length).toBe(maxRecordedBodyBytes);
});

test('never follows a link, for the file or the folder', async () => {
  await using place = await createPlace();
  const victim = join(dirname(place.folder), 'victim');
  await writeFile(victim, 'mine');
  await mkdir(place.folder);
  await symlink(victim, join(place.folder, 'exchanges-000001.ndjson'));
  const history = await place.open();
  history.record(exchange({ id: history.nextId() }));
  await history.close();
  expect(await readFile(victim, 'utf8')).toBe('mine');
  expect(place.problems.map(({ code }) => code)).toEqual(['WXD6060']);
  await expect(place.items()).rejects.toMatchObject({ code: 'WXD6064' });

  await rm(place.folder, { recursive: true });
  const elsewhere = join(dirname(place.folder), 'elsewhere');
  await mkdir(elsewhere);
  await symlink(elsewhere, place.folder);
  const linked = await place.open();
  linked.record(exchange({ id: linked.nextId() }));
  await linked.close();
  expect(await readdir(elsewhere)).toEqual([]);
});

test('a pipe in the place of a file is refused, not waited for', async () => {
  await using place = await createPlace();
  await mkdir(place.folder);
  spawnSync('sh', ['-c', 'mkfifo "$0"', join(place.folder, 'exchanges-000001.ndjson')]);
  const history = await place.open();
  history.record(exchange());
  await history.close();
  expect(place.problems).toHaveLength(1);
  await expect(place.items()).rejects.toMatchObject({ code: 'WXD6064' });
});

test('without a folder it still counts', async () => {
  await using place = await createPlace();
  await writeFile(place.folder, 'a file');
  const history = await place.open();
  expect([history.nextId(), history.nextId()]).toEqual([1, 2]);
  history.record(exchange());
  await history.close();
  expect(place.problems.map(({ code }) => code)).toEqual(['WXD6060']);
});

test('goes on when its files are removed while it writes', async () => {
  await using place = await createPlace();
  const history = await place.open();
  history.record(exchange({ id: 1 }));
  await until(async () => (await place.exchanges()).length === 1);
  await rm(place.folder, { recursive: true });
  history.record(exchange({ id: 2 }));
  await history.close();
  expect((await place.exchanges()).map(({ id }) => id)).toEqual([2]);
  expect(place.problems).toEqual([]);
});

test('reads what it finds when the folder holds garbage', async () => {
  await using place = await createPlace();
  await mkdir(place.folder);
  const lines = [
    'not json',
    '{"id":1}',
    '{"id":"1","v":1}',
    '[]',
    'null',
    '{"id":1,"v":99,"at":1}',
    '{"id":1e999,"v":1,"at":1,"ms":1,"attempt":1,"status":200,"verdict":"ok","type":"x","request":{}}',
    '{"id":5,"v":1,"at":9e99,"ms":1,"attempt":1,"status":200,"verdict":"ok","type":"x","request":{}}',
    '\u0000\u0001\u001b[2J',
  ];
  const odd =
    '{"id":7,"v":1,"at":1,"ms":1,"type":"__proto__","attempt":1,"status":200,"verdict":"ok",' +
    '"error":{"code":"WXD2001","details":null},"warnings":[{"code":"constructor"},{"code":"WXD9999"}],' +
    '"push":{"mode":"x"},"request":{"headers":[["a"],[1,2],["b","c"]],"body":5}}';
  const file = join(place.folder, 'exchanges-000001.ndjson');
  await writeFile(
    file,
    Buffer.concat([Buffer.from([0xff, 0xfe, 10]), Buffer.from(`${[...lines, odd].join('\n')}\n`)]),
  );
  const [read, ...others] = await place.exchanges();
  expect(others).toEqual([]);
  expect(read).toMatchObject({ id: 7, type: '__proto__', error: undefined, warnings: [] });
  expect(read?.request).toMatchObject({ method: 'GET', headers: [['b', 'c']] });
  const items = await place.items();
  expect(items.filter(({ type }) => type === 'unreadable')).toHaveLength(lines.length + 1);
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(setImmediate);
}

async function blocksOf(folder: string, pid: number): Promise<string[]> {
  return (await readdir(folder)).filter(
    (name) => name.startsWith('ids-') && name.endsWith(`-${pid}`),
  );
}

async function readLast(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('exchanges')).toSorted();
  return readFile(join(folder, names.at(-1) ?? ''), 'utf8').catch(() => '');
}
