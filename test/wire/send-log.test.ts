import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SendLog } from '../../src/wire/send-log.ts';

/** Everything that is to be sent again. */
function rest(log: SendLog): Buffer {
  const parts: Uint8Array[] = [];
  for (let part = log.again(); part !== undefined; part = log.again()) parts.push(part);
  return Buffer.concat(parts);
}

test('keeps what was not acknowledged, and gives it again from any byte on', () => {
  const log = new SendLog();
  for (const text of ['abc', 'de', 'fghi']) log.append(Buffer.from(text));
  expect(rest(log).toString()).toBe('');
  expect(log.rewind(4)).toBe(true);
  expect(rest(log).toString()).toBe('efghi');
  expect(rest(log).toString()).toBe('');
  expect(log.acknowledge(9)).toBe(true);
  expect(log.bytes).toBe(0);
});

test('refuses a count that the peer cannot have', () => {
  const log = new SendLog();
  log.append(Buffer.from('abc'));
  expect(log.acknowledge(4)).toBe(false);
  expect(log.acknowledge(2)).toBe(true);
  expect(log.rewind(1)).toBe(false);
  expect(log.rewind(2)).toBe(true);
  expect(rest(log).toString()).toBe('c');
});

test('whatever is appended, acknowledged and rewound, no byte is lost and none comes twice', () => {
  const step = fc.oneof(
    fc.record({ type: fc.constant('append' as const), size: fc.integer({ min: 1, max: 9 }) }),
    fc.record({
      type: fc.constant('acknowledge' as const),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.record({
      type: fc.constant('rewind' as const),
      part: fc.double({ min: 0, max: 1, noNaN: true }),
      steps: fc.nat(4),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const log = new SendLog();
      let sent = 0;
      let acknowledged = 0;
      /** Bytes the peer has by now. */
      let arrived = 0;
      for (const each of steps) {
        if (each.type === 'append') {
          const again = rest(log);
          expect([...again]).toEqual(Array.from(again, (_byte, i) => (arrived + i) % 256));
          arrived += again.length;
          log.append(Uint8Array.from({ length: each.size }, (_value, i) => (sent + i) % 256));
          sent += each.size;
          arrived = sent;
        } else if (each.type === 'acknowledge') {
          acknowledged += Math.floor((arrived - acknowledged) * each.part);
          expect(log.acknowledge(acknowledged)).toBe(true);
        } else {
          acknowledged += Math.floor((arrived - acknowledged) * each.part);
          expect(log.rewind(acknowledged)).toBe(true);
          arrived = acknowledged;
          for (let i = 0; i < each.steps; i++) arrived += log.again()?.length ?? 0;
        }
        expect(log.bytes).toBeGreaterThanOrEqual(sent - acknowledged);
      }
      const again = rest(log);
      expect(arrived + again.length).toBe(sent);
      expect([...again]).toEqual(Array.from(again, (_byte, i) => (arrived + i) % 256));
    }),
  );
});

test('what a quiet connection says is kept together, and goes again from any byte', () => {
  const log = new SendLog();
  const tiny = (i: number) => Buffer.alloc(17, i);
  for (let i = 0; i < 200; i++) log.append(tiny(i));
  expect(log.bytes).toBe(200 * 17);
  expect(log.rewind(17 * 3 + 5)).toBe(true);
  const again: Uint8Array[] = [];
  for (let next = log.again(); next; next = log.again()) again.push(next);
  // Of 200.
  expect(again.length).toBeLessThan(15);
  const all = Buffer.concat(Array.from({ length: 200 }, (_, i) => tiny(i)));
  expect(Buffer.concat(again).equals(all.subarray(17 * 3 + 5))).toBe(true);
});

test('what waits to go again is not joined with what is new', () => {
  const log = new SendLog();
  log.append(Buffer.from('ab'));
  log.rewind(0);
  log.append(Buffer.from('cd'));
  expect(log.bytes).toBe(4);
  log.rewind(1);
  expect(Buffer.concat([log.again() ?? nothing, log.again() ?? nothing]).toString()).toBe('bcd');
});

const nothing = Buffer.alloc(0);
