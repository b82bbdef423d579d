import { expect, test } from 'vitest';
import { recordOutcome } from '../../src/callback/record.ts';
import { createAnswer, type Outcome } from '../../src/callback/responder.ts';

const reception = { startedAt: 1767225600000, method: 'POST', target: '/wx?a=+', headers: [] };
const outcome: Outcome = {
  id: 7,
  type: 'text',
  attempt: 1,
  verdict: 'ok',
  answer: createAnswer(200, 'text/plain', 'success'),
};
const body = Buffer.from('<xml/>');

test('calls an answer slow after 3.5 of 5 seconds, with a warning', () => {
  const at = (ms: number) =>
    recordOutcome(reception, body, outcome, { ms, delivered: true, slowMs: 3500 });
  expect(at(3500)).toMatchObject({ verdict: 'ok', warnings: [] });
  expect(at(3501)).toMatchObject({ verdict: 'slow', warnings: [{ code: 'WXD2002' }] });
});

test('keeps a worse verdict than slow', () => {
  const record = recordOutcome(
    reception,
    body,
    { ...outcome, verdict: 'failed' },
    { ms: 4000, delivered: true, slowMs: 3500 },
  );
  expect(record).toMatchObject({ verdict: 'failed', warnings: [] });
});

test('records status 0 when the answer did not go out', () => {
  const limits = { ms: 10, delivered: false, slowMs: 3500 };
  expect(recordOutcome(reception, body, outcome, limits)).toMatchObject({
    status: 0,
    request: { method: 'POST', url: '/wx?a=+', body, truncated: false },
    response: { status: 200 },
  });
});
