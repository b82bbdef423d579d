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

  test('leaves nothing of itself in a terminal, and the cursor where a line begins', async () => {
    for (const steps of [1, 2]) {
      const err = createFakeOutput({ redraws: true });
      const progress = createProgress({ err, env: {}, json: false, quiet: false });
      progress.step('connecting');
      // The spinner itself writes to the real stderr; what we write is what stays when it is gone.
      if (steps === 2) await import('ora');
      progress.stop();
      progress.stop();
      err.line('x failed');
      const [line = ''] = err.text().split('\n');
      const cells: string[] = [];
      let at = 0;
      for (const char of line) {
        if (char === '\r') at = 0;
        else cells[at++] = char;
      }
      expect(cells.join('').trimEnd()).toBe('x failed');
    }
  });
});
