import { describe, expect, test } from 'vitest';
import { wantsColour } from '../../src/cli/colour.ts';

describe('colour', () => {
  const cases: readonly [
    name: string,
    argv: readonly string[],
    env: Readonly<Record<string, string>>,
    isTTY: boolean,
    expected: boolean,
  ][] = [
    ['a terminal', [], {}, true, true],
    ['a pipe', [], {}, false, false],
    ['--no-color on a terminal', ['--no-color'], {}, true, false],
    ['--color in a pipe', ['serve', '--color'], {}, false, true],
    ['--no-color before --color', ['--color', '--no-color'], {}, true, false],
    ['--color against NO_COLOR', ['--color'], { NO_COLOR: '1' }, false, true],
    ['--no-color against FORCE_COLOR', ['--no-color'], { FORCE_COLOR: '1' }, true, false],
    ['--color behind -- belongs to the app', ['dev', '--', 'x', '--color'], {}, false, false],
    ['--no-color behind --', ['dev', '--', 'x', '--no-color'], {}, true, true],
    ['FORCE_COLOR in a pipe', [], { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR=3', [], { FORCE_COLOR: '3' }, false, true],
    ['FORCE_COLOR=0 on a terminal', [], { FORCE_COLOR: '0' }, true, false],
    ['FORCE_COLOR=false', [], { FORCE_COLOR: 'false' }, true, false],
    ['an empty FORCE_COLOR', [], { FORCE_COLOR: '' }, false, false],
    ['FORCE_COLOR before NO_COLOR', [], { FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
    ['NO_COLOR on a terminal', [], { NO_COLOR: '1' }, true, false],
    ['any NO_COLOR', [], { NO_COLOR: 'false' }, true, false],
    ['an empty NO_COLOR', [], { NO_COLOR: '' }, true, true],
    ['TERM=dumb', [], { TERM: 'dumb' }, true, false],
    ['another TERM', [], { TERM: 'xterm-256color' }, true, true],
    ['TERM of a pipe', [], { TERM: 'xterm-256color' }, false, false],
  ];

  test.each(cases)('%s', (_name, argv, env, isTTY, expected) => {
    expect(wantsColour({ argv, env, isTTY })).toBe(expected);
  });
});
