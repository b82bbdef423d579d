import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import type { TemplateManifest } from '../../src/scaffold/manifest.ts';
import { checkFolderName, packageNameFrom } from '../../src/scaffold/names.ts';
import { planProject, type Answers, type Existing, type Plan } from '../../src/scaffold/plan.ts';
import { loadTemplate, type Template } from '../../src/scaffold/template.ts';

const manifest: TemplateManifest = {
  name: 'demo',
  title: { en: 'Demo', zh: '示例' },
  lang: 'node',
  kind: 'callback',
  tokens: ['README.md', '.env.example'],
  values: {},
  services: [],
  layers: [],
  rename: {},
  env: '.env.example',
  readme: { en: 'README.md', zh: 'README.md' },
  requires: {},
  scripts: {},
  ports: { app: 3000 },
  wx: { callbackPath: '/wx', health: '/healthz' },
};

const contents = {
  '.env.example':
    '# WX_TOKEN=no\nPORT=__PORT__\nWX_APPID=__APPID__\nWX_TOKEN=\nWX_AES_KEY=\nOTHER=\n',
  '.gitignore': '# secrets\n.env\n.wx-dev/\n',
  'README.md': '# __APP_TITLE__ (__APP_NAME__) on __PORT__ __UNKNOWN__ __init__\n',
  'server.mjs': '__APP_NAME__ is left alone here\n',
  'test/a.mjs': '',
};

const template: Template = {
  manifest,
  files: Object.entries(contents).map(([path, text]) => ({
    path,
    bytes: Buffer.from(text),
    mode: 0o644,
  })),
};

const empty: Existing = { exists: true, missing: [], names: [], entries: new Map() };

function plan(existing: Partial<Existing> = {}, answers: Partial<Answers> = {}): Plan {
  return planProject({
    template,
    dir: '/work dir/我的 Bot',
    existing: { ...empty, ...existing },
    answers: { secrets: { WX_TOKEN: 'TOKEN1', WX_AES_KEY: 'KEY1' }, ...answers },
  });
}

function written(made: Plan): Record<string, string> {
  return Object.fromEntries(made.writes.map(({ path, bytes }) => [path, bytes.toString()]));
}

test('writes every file, and an .env of its own that only the user can read', () => {
  const made = plan();
  expect(Object.keys(written(made))).toEqual([...Object.keys(contents), '.env']);
  expect(made.writes.find(({ path }) => path === '.env')?.mode).toBe(0o600);
  expect(made.conflicts).toEqual([]);
  expect(made.kept).toEqual([]);
});

test('fills tokens in the files that the manifest lists, and in no other', () => {
  const files = written(plan({}, { port: 4000 }));
  expect(files['README.md']).toBe('# 我的 Bot (bot) on 4000 __UNKNOWN__ __init__\n');
  expect(files['server.mjs']).toBe(contents['server.mjs']);
});

test('puts secrets into .env only, and leaves comments and other names as they are', () => {
  const files = written(plan({}, { appId: 'wx1234567890abcdef' }));
  expect(files['.env']).toBe(
    '# WX_TOKEN=no\nPORT=3000\nWX_APPID=wx1234567890abcdef\nWX_TOKEN=TOKEN1\nWX_AES_KEY=KEY1\nOTHER=\n',
  );
  expect(files['.env.example']).not.toMatch(/TOKEN1|KEY1/);
});

test('takes values as they are, also those that mean something in a replacement', () => {
  const files = written(plan({}, { secrets: { WX_TOKEN: "a$&b$'c", WX_AES_KEY: '$1' } }));
  expect(files['.env']).toContain("WX_TOKEN=a$&b$'c\nWX_AES_KEY=$1\n");
});

test('counts a folder as empty that holds what hosts, editors and systems leave', () => {
  const names = ['.git', '.idea', '.DS_Store', 'LICENSE', 'README.md', '.gitignore'];
  const entries = new Map([['README.md', 'file' as const]]);
  const made = plan({ names, entries });
  expect(made.conflicts).toEqual([]);
  expect(made.kept).toEqual(['README.md']);
  expect(Object.keys(written(made))).not.toContain('README.md');
});

test('refuses a folder with anything else, by name', () => {
  const made = plan({ names: ['.git', 'index.js', 'src'] });
  expect(made.conflicts).toEqual(['index.js', 'src']);
});

test('with force, overwrites what the template brings and nothing else', () => {
  const entries = new Map([
    ['server.mjs', 'file' as const],
    ['test', 'directory' as const],
  ]);
  const made = plan({ names: ['server.mjs', 'test', 'mine.txt'], entries }, { force: true });
  expect(made.conflicts).toEqual([]);
  const overwritten = made.writes.filter(({ overwrites }) => overwrites).map(({ path }) => path);
  expect(overwritten).toEqual(['server.mjs']);
});

test('never overwrites .env, not even with force: it holds secrets that WeChat knows', () => {
  const made = plan({ names: ['.env'], entries: new Map([['.env', 'file']]) }, { force: true });
  expect(made.kept).toEqual(['.env']);
  expect(Object.keys(written(made))).not.toContain('.env');
});

test('with force, still refuses where a folder and a file are in place of each other', () => {
  const entries = new Map([
    ['server.mjs', 'directory' as const],
    ['test', 'file' as const],
  ]);
  const made = plan({ names: ['server.mjs', 'test'], entries }, { force: true });
  expect(made.conflicts.toSorted()).toEqual(['server.mjs', 'test']);
});

test.each([
  ['', '.env\n.wx-dev/\n', true],
  ['node_modules', 'node_modules\n.env\n.wx-dev/\n', true],
  ['.wx-dev/\r\n.env\r\n', '.wx-dev/\r\n.env\r\n', false],
  ['.env\nmine\n', '.env\nmine\n.wx-dev/\n', true],
])('adds to a .gitignore what it lacks: %j', (gitignore, expected, isWritten) => {
  const entries = new Map([['.gitignore', 'file' as const]]);
  const made = plan({ names: ['.gitignore'], entries, gitignore });
  const write = made.writes.find(({ path }) => path === '.gitignore');
  expect(write?.bytes.toString() ?? gitignore).toBe(expected);
  expect(made.kept.includes('.gitignore')).toBe(!isWritten);
});

test.each([
  ['con', 'reserved'],
  ['NUL.txt', 'reserved'],
  ['com1', 'reserved'],
  ['a:b', 'character'],
  ['a\nb', 'character'],
  ['a?', 'character'],
  ['bot.', 'ending'],
  ['bot ', 'ending'],
  [' ', 'empty'],
  ['你'.repeat(86), 'length'],
])('refuses the folder name %j (%s)', (name, problem) => {
  const details = { name, problem };
  expect(() => checkFolderName(name)).toThrow(
    expect.objectContaining({ code: 'WXD7003', details }),
  );
});

test.each(['我的机器人', 'my bot', 'console', 'com10', '.bot', 'a.b', '你'.repeat(85)])(
  'takes the folder name %j',
  (name) => {
    expect(() => checkFolderName(name)).not.toThrow();
  },
);

test.each(['My-Bot', 'a b', '', '@/x', '.hidden', 'x","private":false,"y":"', 'a'.repeat(215)])(
  'refuses the package name %j',
  (name) => {
    expect(() => plan({}, { name })).toThrow(expect.objectContaining({ code: 'WXD7003' }));
  },
);

test('takes a package name with a scope', () => {
  expect(plan({}, { name: '@me/my-bot' }).name).toBe('@me/my-bot');
});

test('checks the folders that it would make, not those that are there', () => {
  expect(() => plan({ exists: false, missing: ['ok', 'aux'] })).toThrow(
    expect.objectContaining({ code: 'WXD7003' }),
  );
});

test.each([
  ['My Bot!', 'my-bot'],
  ['我的机器人', 'wechat-app'],
  ['我的 Bot', 'bot'],
  ['ＢＯＴ', 'bot'],
  ['.hidden', 'hidden'],
  ['_a--b_', 'a-b'],
  ['http', 'http-app'],
  ['node_modules', 'node_modules-app'],
  ['a'.repeat(300), 'a'.repeat(214)],
])('makes of the folder %j the package name %j', (folder, name) => {
  expect(packageNameFrom(folder)).toBe(name);
});

test.each([
  ['go-minimal', 'wechat/handler.go'],
  ['go-gin', 'internal/wechat/handler.go'],
  ['go-gateway', 'internal/wechat/handler.go'],
])(
  'adds of %s packages of its own to a Go project that is there, and no second main',
  async (name, callback) => {
    const made = planProject({
      template: await loadTemplate(name),
      dir: '/work/mine',
      existing: { ...empty, names: ['go.mod', 'main.go'] },
      answers: { into: true, module: 'example.org/mine', secrets: {} },
    });
    const files = written(made);
    expect(made.conflicts).toEqual([]);
    expect(files).toHaveProperty([callback]);
    expect(files).not.toHaveProperty(['go.mod']);
    for (const [path, text] of Object.entries(files)) {
      expect(text, path).not.toMatch(/^package main$/m);
      // Whatever it imports of the module is among the files.
      for (const [, folder = ''] of text.matchAll(/"example\.org\/mine\/([^"]+)"/g)) {
        expect(
          Object.keys(files).some((other) => other.startsWith(`${folder}/`)),
          `${path}: ${folder}`,
        ).toBe(true);
      }
    }
  },
);
