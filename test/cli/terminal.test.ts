import { PassThrough } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { expect, test } from 'vitest';
import { createOutput, type Tone } from '../../src/cli/terminal.ts';

const TONES: readonly Tone[] = ['dim', 'strong', 'good', 'warn', 'bad', 'link'];

test('every tone is an escape code around the text, and its end', async () => {
  const { output } = open({ isTTY: true, columns: 100 });
  await output.loadColours();
  for (const tone of TONES) {
    // oxlint-disable-next-line no-control-regex -- an escape code is what is looked for
    expect(output.tone(tone, 'text')).toMatch(/^\u001B\[\d+mtext\u001B\[\d+m$/);
  }
  expect(new Set(TONES.map((tone) => output.tone(tone, 'text'))).size).toBe(TONES.length);
});

test('without colour a tone changes nothing', async () => {
  const { output } = open({ isTTY: false });
  await output.loadColours();
  for (const tone of TONES) expect(output.tone(tone, 'text')).toBe('text');
});

test('before the colours are loaded a tone changes nothing', () => {
  const { output } = open({ isTTY: true, columns: 100 });
  expect(output.tone('good', 'text')).toBe('text');
});

test.each([
  ['a terminal', { isTTY: true, columns: 132 }, 132],
  ['a pipe', { isTTY: false }, 80],
  ['a pipe that inherited a width', { isTTY: false, columns: 40 }, 80],
  ['a pty that does not know its size', { isTTY: true, columns: 0 }, 80],
  ['a terminal that is absurdly narrow', { isTTY: true, columns: 19 }, 80],
  ['a terminal that is narrow', { isTTY: true, columns: 20 }, 20],
])('knows the width of %s', (_name, stream, expected) => {
  expect(open(stream).output.columns).toBe(expected);
});

test.each([
  ['a terminal', { isTTY: true, columns: 80 }, {}, true],
  ['a pipe', { isTTY: false }, {}, false],
  ['a terminal that cannot', { isTTY: true, columns: 80 }, { TERM: 'dumb' }, false],
  ['a pty that does not know its size', { isTTY: true, columns: 0 }, {}, false],
])('redraws lines of %s or not', (_name, stream, env, expected) => {
  expect(open(stream, env).output.redraws).toBe(expected);
});

test('follows a terminal that changes its width', () => {
  const { output, stream } = open({ isTTY: true, columns: 80 });
  stream.columns = 120;
  expect(output.columns).toBe(120);
});

test('a line ends in a line end', () => {
  const { output, written } = open({ isTTY: false });
  output.line('one');
  output.line();
  output.write('two');
  expect(written()).toBe('one\n\ntwo');
});

function open(properties: { isTTY: boolean; columns?: number }, env: Record<string, string> = {}) {
  const stream = Object.assign(new PassThrough(), properties) as unknown as WriteStream; // The part of a WriteStream that is used.
  const chunks: string[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  return { stream, output: createOutput(stream, [], env), written: () => chunks.join('') };
}
