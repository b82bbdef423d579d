import { EventEmitter } from 'node:events';
import { link, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { silentLogger } from '../../src/core/logger.ts';
import {
  INTAKE_BYTES,
  INTAKE_BYTES_PER_NAME,
  INTAKE_PART,
  MEMORY_BYTES,
} from '../../src/relay/limits.ts';
import { RelayMemory } from '../../src/relay/memory.ts';
import type { RelayEvents } from '../../src/relay/relay.ts';
import { IntakeBudget, SpoolIntake } from '../../src/relay/spool-intake.ts';
import { Spool } from '../../src/relay/spool.ts';
import { TunnelLinks } from '../../src/relay/tunnel-links.ts';
import { parseRequestHead } from '../../src/wire/head.ts';

const memory = new RelayMemory(MEMORY_BYTES, () => 0);

async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wx-dev-spool-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

function openSpool(dir: string): Promise<Spool> {
  return Spool.open({ dir, events: new EventEmitter<RelayEvents>(), logger: silentLogger, memory });
}

const post = parseRequestHead(
  Buffer.from('POST /wx HTTP/1.1\r\nHost: app.a\r\nTransfer-Encoding: chunked\r\n\r\n'),
);

test('forgets who has been away for longer than anything is kept, and their folders', async () => {
  const dir = await temporaryFolder();
  const box = (name: string, awaySince: number): string =>
    JSON.stringify({ name, path: '/wx', folder: name, awaySince });
  for (const [name, awaySince] of [
    ['old', 0],
    ['app', Date.now()],
  ] as const) {
    await mkdir(join(dir, name));
    await writeFile(join(dir, name, 'box.json'), box(name, awaySince));
  }
  await mkdir(join(dir, 'nobody'));
  const spool = await openSpool(dir);
  await spool.review();
  expect(await readdir(dir)).toEqual(['app']);
  expect(spool.wants('app', post)).toBe(true);
  expect(spool.wants('old', post)).toBe(false);
  await spool.close();
});

test('never writes over what it knows of a client: that is whole at every moment', async () => {
  const dir = await temporaryFolder();
  const spool = await openSpool(dir);
  const links = new TunnelLinks('t', '0'.repeat(64));
  spool.arrived(links, '/one');
  await spool.review();
  const [folder = ''] = await readdir(dir);
  const file = join(dir, folder, 'box.json');
  const before = await readFile(file, 'utf8');
  // Another name of the same file: whoever writes into it changes this one too.
  await link(file, `${dir}/other`);
  spool.arrived(links, '/two');
  await spool.close();
  expect(await readFile(`${dir}/other`, 'utf8')).toBe(before);
  expect(await readFile(file, 'utf8')).toContain('/two');
  expect(await readdir(join(dir, folder))).toEqual(['box.json']);
});

test('a body that comes in single bytes is whole', () => {
  const intake = new SpoolIntake(post, new IntakeBudget(memory).open('app'));
  const text = '你好'.repeat(500);
  const bytes = [...Buffer.from(text)];
  for (const byte of bytes)
    expect(intake.push(Buffer.from([0x31, 13, 10, byte, 13, 10]))).toBeUndefined();
  expect(intake.push(Buffer.from('0\r\n\r\n'))?.toString()).toBe(text);
});

test('what is on its way is bounded, of one tunnel and of all, until it is released', () => {
  const held = memory.heldBytes;
  const budget = new IntakeBudget(memory);
  const one = budget.open('one');
  expect(one.charge(INTAKE_BYTES_PER_NAME)).toBe(true);
  expect(budget.open('one').charge(1)).toBe(false);
  expect(budget.open('two').charge(1)).toBe(true);
  expect(memory.heldBytes).toBe(held + INTAKE_BYTES_PER_NAME + 2);
  one.release();
  one.release();
  expect(memory.heldBytes).toBe(held + 2);
  expect(budget.open('one').charge(INTAKE_BYTES_PER_NAME - 1)).toBe(true);
  const names = Array.from({ length: INTAKE_BYTES / INTAKE_BYTES_PER_NAME }, (_, i) =>
    budget.open(`n${i}`).charge(INTAKE_BYTES_PER_NAME),
  );
  expect(names.at(0)).toBe(true);
  expect(names.at(-1)).toBe(false);
  const intake = new SpoolIntake(post, budget.open('three'));
  expect(intake.push(Buffer.from('1\r\nx\r\n'))).toBe('full');
});

test('what is on its way is a part of a small memory, and nothing where that is used up', () => {
  const small = new RelayMemory(16 * 1024 * 1024, () => 0);
  const budget = new IntakeBudget(small);
  const part = small.budgetBytes / INTAKE_PART;
  expect(budget.open('one').charge(part / 4)).toBe(true);
  expect(budget.open('one').charge(1)).toBe(false);
  const others = ['two', 'three', 'four', 'five'].map((name) => budget.open(name).charge(part / 4));
  expect(others).toEqual([true, true, false, false]);
  const used = new RelayMemory(16 * 1024 * 1024, () => 0);
  used.hold(used.budgetBytes);
  const share = new IntakeBudget(used).open('one');
  expect(share.charge(1)).toBe(false);
  share.release();
  expect(used.heldBytes).toBe(used.budgetBytes);
});
