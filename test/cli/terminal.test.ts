import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { PassThrough } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { expect, test } from 'vitest';
import { OutputQueue } from '../../src/cli/output-queue.ts';
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
  const { output, queue, written } = open({ isTTY: false });
  output.line('one');
  output.line();
  output.write('two');
  queue.flush();
  expect(written()).toBe('one\n\ntwo');
});

test('a terminal shows a line at once', () => {
  const { output, chunks } = open({ isTTY: true, columns: 80 });
  output.line('one');
  output.line('two');
  expect(chunks).toEqual(['one\n', 'two\n']);
});

test('a file gets the lines of one turn in one write', async () => {
  const { output, chunks } = open({ isTTY: false });
  output.line('one');
  output.line('two');
  await turn();
  expect(chunks).toEqual(['one\ntwo\n']);
  output.line('three');
  await turn();
  expect(chunks).toEqual(['one\ntwo\n', 'three\n']);
});

test('two streams into one file keep the order of their lines, also where one of them is a terminal', () => {
  const queue = new OutputQueue();
  const order: string[] = [];
  const sinks = ['a', 'b'].map((name) => ({
    write: (text: string) => order.push(`${name}${text}`),
  }));
  const [a = { write: () => 0 }, b = a] = sinks;
  for (const [sink, text] of [
    [a, '1'],
    [a, '2'],
    [b, '3'],
    [a, '4'],
    [b, '5'],
    [b, '6'],
  ] as const)
    queue.write(sink, text);
  queue.flush();
  queue.flush();
  expect(order).toEqual(['a12', 'b3', 'a4', 'b56']);
});

test('nothing that was written is lost when the process ends in the same turn', async () => {
  const module = new URL('../../dist/cli/context.js', import.meta.url).href;
  const script = `import { createOutputs } from ${JSON.stringify(module)};
    const { out, err } = createOutputs(process, []);
    for (let n = 0; n < 1000; n += 1) out.line('line ' + n);
    err.line('end');
    process.exit(3);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  expect(code).toBe(3);
  expect(stdout.trimEnd().split('\n')).toHaveLength(1000);
  expect(stderr).toBe('end\n');
});

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function open(properties: { isTTY: boolean; columns?: number }, env: Record<string, string> = {}) {
  const stream = Object.assign(new PassThrough(), properties) as unknown as WriteStream; // The part of a WriteStream that is used.
  const chunks: string[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  const queue = new OutputQueue();
  const output = createOutput(stream, [], env, queue);
  return { stream, queue, output, chunks, written: () => chunks.join('') };
}
