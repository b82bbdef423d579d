import { expect, test } from 'vitest';
import { compareFiles, planAdd } from '../../src/scaffold/compare.ts';
import { parseManifest } from '../../src/scaffold/manifest.ts';
import { hashOf } from '../../src/scaffold/record.ts';
import type { TemplateFile } from '../../src/scaffold/template.ts';

const bytes = (text: string): Buffer => Buffer.from(text);

function file(path: string, text: string): TemplateFile {
  return { path, bytes: bytes(text), mode: 0o644 };
}

test.each([
  ['new', undefined, 'a', undefined],
  ['same', 'a', 'a', undefined],
  ['same', 'a', 'a', 'old'],
  ['update', 'old', 'a', 'old'],
  ['changed', 'mine', 'a', 'a'],
  ['conflict', 'mine', 'a', 'old'],
  ['conflict', 'mine', 'a', undefined],
])('a file is %s: here %j, wanted %j, written %j', (state, here, wanted, written) => {
  const present = new Map(here === undefined ? [] : [['x', bytes(here)] as const]);
  const recorded: Record<string, string> =
    written === undefined ? {} : { x: hashOf(bytes(written)) };
  const [found] = compareFiles([file('x', wanted)], present, recorded);
  expect(found?.state).toBe(state);
});

test('a folder or a link in the place of a file is in the way', () => {
  const present = new Map([['x', 'other' as const]]);
  expect(compareFiles([file('x', 'a')], present, {})[0]?.state).toBe('conflict');
});

const manifest = parseManifest(
  JSON.stringify({
    name: 'demo',
    title: { en: 'Demo', zh: '示例' },
    lang: 'node',
    kind: 'callback',
    tokens: [],
    rename: {},
    readme: { en: 'R', zh: 'R' },
    requires: {},
    scripts: {},
    ports: { app: 3000 },
    wx: { callbackPath: '/wx', health: '/healthz' },
  }),
  'demo',
);

test('adds lines to what is shared, replaces what is untouched, and keeps what is not', () => {
  const layer = {
    manifest: { ...manifest, name: 'docker', kind: 'layer' as const },
    files: [file('.gitignore', 'dist/\n'), file('Dockerfile', 'new'), file('mine', 'new')],
  };
  const { writes, conflicts } = planAdd({
    dir: '/app',
    record: {
      wxDev: '0.0.1',
      manifest,
      layers: ['ci'],
      answers: { name: 'bot' },
      files: { Dockerfile: hashOf(bytes('old')) },
    },
    layers: [layer],
    present: new Map([
      ['.gitignore', bytes('.env')],
      ['Dockerfile', bytes('old')],
      ['mine', bytes('mine')],
    ]),
    version: '0.2.0',
  });
  const texts = Object.fromEntries(writes.map((write) => [write.path, write.bytes.toString()]));
  expect(texts).toMatchObject({ '.gitignore': '.env\ndist/\n', Dockerfile: 'new' });
  expect(texts).not.toHaveProperty('mine');
  expect(conflicts).toEqual(['mine']);
  const record: unknown = JSON.parse(texts['.wx-dev.json'] ?? '');
  expect(record).toMatchObject({
    wxDev: '0.2.0',
    layers: ['ci', 'docker'],
    files: { Dockerfile: hashOf(bytes('new')) },
  });
});
