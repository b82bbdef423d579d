import { expect, test } from 'vitest';
import { isWxDevError } from '../../src/core/errors.ts';
import { lateOutcome, type Arrival } from '../../src/callback/responder.ts';

function arrival(agoMs: number, reason: 'left' | 'deadline'): Arrival {
  return {
    method: 'POST',
    target: '/wx',
    query: {},
    ambiguity: undefined,
    headers: [],
    body: Buffer.alloc(0),
    startedAt: Date.now() - agoMs,
    departure: AbortSignal.abort(reason),
  };
}

test.each(['left', 'deadline'] as const)(
  'names 5 s as the limit of whoever %s after 5 s',
  (reason) => {
    const { verdict, answer, error } = lateOutcome(arrival(5003, reason), 5000);
    expect({ verdict, answer, code: error?.code }).toEqual({
      verdict: 'late',
      answer: undefined,
      code: 'WXD2001',
    });
    expect(error?.details).toMatchObject({ limitMs: 5000 });
  },
);

test('names the time somebody waited who left before that', () => {
  const { error } = lateOutcome(arrival(900, 'left'), 5000);
  if (!isWxDevError(error, 'WXD2001')) throw new Error('late is WXD2001');
  const { ms, limitMs } = error.details;
  expect(limitMs).toBe(ms);
  expect(ms).toBeGreaterThanOrEqual(900);
});
