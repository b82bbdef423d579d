import fc from 'fast-check';
import { attempt, type Attempt } from '../../src/wechat/attempt.ts';

/**
 * Cases of each property: a few in `npm test`, which runs on three versions of Node; many in `npm run fuzz`. `WX_DEV_FUZZ_SEED` replays
 * or varies them; without it they are the same everywhere, so that a change fails for what it changed.
 */
const cases = Number(process.env['WX_DEV_FUZZ_CASES'] ?? 300);
const seed = Number(process.env['WX_DEV_FUZZ_SEED'] ?? 20_260_101);

/**
 * A case that takes longer counts as a hang: a twentieth of WeChat's 5 s, for what takes 5 to 30. Milliseconds of CPU, of which a machine
 * that is shared takes twice as many for the same.
 */
const hangMs = 250;

/** A slow case is repeated, because on a loaded machine the slow thing is the neighbour. */
const repeats = 5;

/** Checks `property` for many values of `values`, and that none takes long. */
export function fuzz<T>(values: fc.Arbitrary<T>, property: (value: T) => void): void {
  fc.assert(
    fc.property(values, (value) => timed(() => property(value))),
    { numRuns: cases, seed, endOnFailure: true },
  );
}

/** What `run` gives or refuses with a code; anything else it throws fails the test. */
export function refusable<T>(run: () => T): Attempt<T> {
  return attempt(run);
}

/** Runs `work`, and fails when it takes longer than `hangMs` each time. */
export function timed(work: () => void): void {
  const started = performance.now();
  work();
  if (performance.now() - started <= hangMs) return;
  const times = Array.from({ length: repeats }, () => cpuMs(work));
  const fastest = Math.min(...times);
  if (fastest > hangMs) throw new Error(`takes ${fastest.toFixed(0)} ms of CPU`);
}

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
