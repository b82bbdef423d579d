import { describe, expect, test } from 'vitest';
import { createProgress } from '../../../src/cli/render/progress.ts';
import { createFakeOutput } from '../fake-output.ts';

describe('progress', () => {
  test('is plain lines where nobody watches', () => {
    const err = createFakeOutput({ isTTY: false });
    const progress = createProgress({ err, env: {}, json: false, quiet: false });
    progress.step('connecting relay.example.com');
    progress.step('checking https://a.test');
    progress.stop();
    progress.stop();
    expect(err.lines()).toEqual([
      '  connecting relay.example.com ...',
      '  checking https://a.test ...',
    ]);
  });

  test('is plain lines in CI, although the terminal could redraw them', () => {
    const err = createFakeOutput({ redraws: true });
    const progress = createProgress({ err, env: { CI: 'true' }, json: false, quiet: false });
    progress.step('starting');
    progress.stop();
    expect(err.lines()).toEqual(['  starting ...']);
  });

  test.each([
    { json: true, quiet: false },
    { json: false, quiet: true },
  ])('is nothing with %j', (how) => {
    const err = createFakeOutput({ isTTY: false });
    const progress = createProgress({ err, env: {}, ...how });
    progress.step('starting');
    progress.stop();
    expect(err.text()).toBe('');
  });
});
