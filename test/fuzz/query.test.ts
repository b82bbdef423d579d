import { expect, test } from 'vitest';
import { formatPushQuery, parsePushQuery } from '../../src/wechat/query.ts';
import { queryish } from './arbitraries.ts';
import { fuzz } from './fuzz.ts';

test('reads any query, and nothing that is not in it', () => {
  fuzz(queryish, (rawQuery) => {
    const query = parsePushQuery(rawQuery);
    const sent = decodeAll(rawQuery);
    for (const value of Object.values(query)) {
      expect(value).not.toBe('');
      expect(sent).toContain(value);
    }
  });
});

test('reads back the query it writes of what it read', () => {
  fuzz(queryish, (rawQuery) => {
    const query = parsePushQuery(rawQuery);
    // Half a surrogate pair has no percent-encoding; a request line cannot carry one either.
    if (Object.values(query).some((value) => /\p{Cs}/u.test(value))) return;
    expect(parsePushQuery(formatPushQuery(query))).toEqual(query);
  });
});

/** The values of a query, decoded once where they can be, by other means. */
function decodeAll(rawQuery: string): string[] {
  return rawQuery
    .replace(/^\?/, '')
    .split('&')
    .map((pair) => pair.slice(pair.indexOf('=') + 1))
    .map((value) => {
      try {
        return decodeURIComponent(value);
      } catch {
        return value;
      }
    });
}
