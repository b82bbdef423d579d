import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SpoolStore, type SpoolLimits } from '../../src/relay/spool-store.ts';

const LIMITS: SpoolLimits = {
  perBox: 5,
  boxBytes: 100_000,
  perHolder: 100,
  holderBytes: 150_000,
  totalBytes: 150_000,
  keepMs: 1_000,
};

async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wx-dev-spool-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** A store over `dir`, whose clock stands where the test puts it. */
async function openStore(
  dir: string,
  limits: Partial<SpoolLimits> = {},
): Promise<{ store: SpoolStore; clock: { now: number } }> {
  const clock = { now: 1_000_000 };
  return { store: await SpoolStore.open(dir, { ...LIMITS, ...limits }, () => clock.now), clock };
}

const request = (
  text: string,
  receivedAt = 1_000_000,
): { receivedAt: number; head: Buffer; body: Buffer } => ({
  receivedAt,
  head: Buffer.from(`POST /wx HTTP/1.1\r\nX: ${text}\r\n\r\n`),
  body: Buffer.from(text),
});

/** Takes out everything, in order. */
async function drain(store: SpoolStore, box = 'a'): Promise<string[]> {
  const bodies: string[] = [];
  for (let next = await store.first(box); next; next = await store.first(box)) {
    bodies.push(next.request.body.toString());
    await store.remove(next.slip);
  }
  return bodies;
}

test('keeps requests in order, each once, also for the next run, and for nobody else to read', async () => {
  const dir = await temporaryFolder();
  const { store } = await openStore(dir);
  const texts = ['one', 'two', '三\0\r\n', ''];
  // At once: the order of the calls is the order they are kept in.
  expect(await Promise.all(texts.map((text) => store.add('a', request(text))))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  await store.add('b', request('other'));
  const [file = ''] = await readdir(join(dir, 'a'));
  expect((await stat(join(dir, 'a', file))).mode & 0o777).toBe(0o600);
  expect((await stat(join(dir, 'a'))).mode & 0o777).toBe(0o700);
  const { store: next } = await openStore(dir);
  expect(next.count('a')).toBe(4);
  expect((await next.first('a'))?.request.head).toEqual(request('one').head);
  expect(await drain(next)).toEqual(texts);
  expect(await drain(next, 'b')).toEqual(['other']);
  expect(await readdir(join(dir, 'a'))).toEqual([]);
});

test('has room for so many requests and bytes, of one tunnel and of all', async () => {
  const dir = await temporaryFolder();
  const { store } = await openStore(dir);
  for (let i = 0; i < 5; i++) expect(await store.add('a', request(String(i)))).toBe(true);
  expect(await store.add('a', request('too many'))).toBe(false);
  expect(await store.add('b', request('x'.repeat(51_000)))).toBe(false);
  expect(await store.add('b', request('x'.repeat(45_000)))).toBe(true);
  expect(await store.add('c', request('x'.repeat(45_000)))).toBe(false);
  await drain(store, 'b');
  expect(await store.add('c', request('x'.repeat(45_000)))).toBe(true);
  // What is already there counts in the next run too.
  const { store: next } = await openStore(dir);
  expect(await next.add('a', request('too many'))).toBe(false);
  expect(await next.add('d', request('x'.repeat(45_000)))).toBe(false);
});

test('drops what is too old, and takes a request from the future for young', async () => {
  const { store, clock } = await openStore(await temporaryFolder());
  await store.add('a', request('old', clock.now - 900));
  await store.add('a', request('young', clock.now));
  await store.add('a', request('future', clock.now + 86_400_000));
  clock.now += 500;
  await store.expire();
  expect(store.count('a')).toBe(2);
  clock.now += 600;
  expect(await drain(store)).toEqual(['future']);
});

test('sets aside what is cut off or changed, at every byte, and goes on with the next', async () => {
  const dir = await temporaryFolder();
  const { store } = await openStore(dir, { perBox: 1_000 });
  await store.add('a', request('whole'));
  const [base = ''] = await readdir(join(dir, 'a'));
  const file = join(dir, 'a', base);
  const bytes = await readFile(file);
  for (let length = 0; length < bytes.length; length += 7) {
    await writeFile(file, bytes);
    await truncate(file, length);
    const { store: next } = await openStore(dir, { perBox: 1_000 });
    await next.add('a', request('behind'));
    expect(await drain(next)).toEqual(['behind']);
    await writeFile(file, bytes);
  }
  for (const at of [0, 20, bytes.length - 40, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    await writeFile(file, changed);
    const { store: next } = await openStore(dir);
    expect(await next.first('a')).toBeUndefined();
  }
});

test('what is no request of a spool is left alone, unfinished writes are not', async () => {
  const dir = await temporaryFolder();
  const { store } = await openStore(dir);
  await store.add('a', request('one'));
  await writeFile(join(dir, 'a', 'abc.tmp'), 'half');
  await writeFile(join(dir, 'a', 'notes.txt'), 'mine');
  await writeFile(join(dir, 'a', '000000000007.push'), 'not ours');
  const { store: next } = await openStore(dir);
  await next.add('a', request('two'));
  expect(await drain(next)).toEqual(['one', 'two']);
  expect((await readdir(join(dir, 'a'))).sort((a, b) => a.localeCompare(b))).toEqual([
    '000000000007.bad',
    'notes.txt',
  ]);
});

test('a disk that takes nothing is an error, keeps nothing, and harms nothing that is there', async () => {
  const dir = await temporaryFolder();
  const { store } = await openStore(dir);
  await store.add('a', request('one'));
  // A file where its folder would be: no user, root neither, can write there.
  await writeFile(join(dir, 'b'), '');
  await expect(store.add('b', request('lost'))).rejects.toThrow(/EEXIST|ENOTDIR/);
  expect(await store.add('a', request('two'))).toBe(true);
  expect(await drain(store)).toEqual(['one', 'two']);
});

test('keeps nothing of a sender that left before it was told: it sends it again', async () => {
  const dir = await temporaryFolder();
  const { store } = await openStore(dir);
  let asked = 0;
  // There when the writing begins, gone when it is done.
  expect(await store.add('a', request('left'), () => ++asked === 1)).toBe(false);
  expect(asked).toBe(2);
  expect(await store.add('a', request('gone'), () => false)).toBe(false);
  expect(await readdir(join(dir, 'a'))).toEqual([]);
  expect(await store.add('a', request('stayed'), () => true)).toBe(true);
  expect(await drain(store)).toEqual(['stayed']);
});

test('drops a folder only when nothing is in it, also while something is written', async () => {
  const dir = await temporaryFolder();
  const { store } = await openStore(dir);
  const [kept] = await Promise.all([store.add('a', request('one')), store.drop('a')]);
  expect(kept).toBe(true);
  expect(await drain(store)).toEqual(['one']);
  await store.drop('a');
  expect(store.boxes).toEqual([]);
  expect(await readdir(dir)).toEqual([]);
  expect(await store.add('a', request('again'))).toBe(true);
  await drain(store);
  await writeFile(join(dir, 'a', 'notes.txt'), 'mine');
  await store.drop('a');
  expect(await readdir(join(dir, 'a'))).toEqual(['notes.txt']);
});
