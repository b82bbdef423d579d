import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCatalogue } from '../../src/core/errors.ts';
import * as limits from '../../src/relay/limits.ts';

const pages = ['relay.md', 'relay.zh-CN.md'].map((name) =>
  readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8'),
);

/** Numbers of the row that ends in, or contains, `mark`. */
function row(page: string, mark: string): number[] {
  const line = page.split('\n').find((each) => each.startsWith('|') && each.includes(mark)) ?? '';
  return [...line.replaceAll(',', '').matchAll(/\d+/g)].map(([digits]) => Number(digits));
}

test.each(pages)('the page lists the limits as they are', (page) => {
  const { ADDRESS_QUOTA, NAME_QUOTA, BURST_S, ABORTS, WRONG_PASSWORDS } = limits;
  const rate = ({ requestsPerS }: { requestsPerS: number }): number[] => [
    requestsPerS,
    requestsPerS * BURST_S,
  ];
  expect(row(page, '`--rate-per-ip`')).toEqual(rate(ADDRESS_QUOTA));
  expect(row(page, '`--rate-per-name`')).toEqual(rate(NAME_QUOTA));
  expect(row(page, '`--connections-per-ip`')).toEqual([ADDRESS_QUOTA.connections]);
  expect(row(page, '`--connections-per-name`')).toEqual([NAME_QUOTA.connections]);
  expect(row(page, '10,000')).toEqual([limits.MAX_PUBLIC_CONNECTIONS, limits.MAX_CLIENTS]);
  expect(row(page, '`--memory`')).toEqual([limits.MEMORY_BYTES / 2 ** 20]);
  const text = page.replaceAll(',', '');
  for (const number of [
    ABORTS.burst,
    ABORTS.perSecond,
    WRONG_PASSWORDS.burst,
    1 / WRONG_PASSWORDS.perSecond,
    limits.HEAD_TIMEOUT_MS / 1_000,
    limits.BODY_TIMEOUT_MS / 1_000,
    limits.MIN_BODY_BYTES_PER_S,
    limits.ANSWER_TIMEOUT_MS / 1_000,
    limits.RESERVATION_MS / 86_400_000,
  ])
    expect(text).toMatch(new RegExp(`(?<!\\d)${number}(?!\\d)`));
});

test('both pages name the same codes and flags, and only codes that exist', () => {
  const named = pages.map((page) => [
    ...new Set(page.match(/WXD\d{4}|`?--[a-z-]+/g)?.map((word) => word.replace('`', ''))),
  ]);
  expect(named[0]?.toSorted()).toEqual(named[1]?.toSorted());
  for (const word of named[0] ?? [])
    if (word.startsWith('WXD')) expect(Object.keys(errorCatalogue)).toContain(word);
});
