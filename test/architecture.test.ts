import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, test } from 'vitest';

/**
 * docs/architecture.md's import table, executed. A room may import its own files, the rooms listed here, and the packages listed
 * here; rooms without `builtins: 'any'` may use only the Node modules named.
 */
interface Room {
  readonly rooms: readonly string[];
  readonly packages?: readonly string[];
  readonly builtins: 'any' | readonly string[];
}

const PURE_BUILTINS = ['node:buffer', 'node:crypto'];
const L2 = [
  'api',
  'callback',
  'simulator',
  'tunnel',
  'relay',
  'certs',
  'inspector',
  'scaffold',
  'config',
];

const table: Readonly<Record<string, Room>> = {
  core: { rooms: [], builtins: ['node:crypto', 'node:dns', 'node:http', 'node:net', 'node:tls'] },
  wechat: { rooms: ['core'], packages: [], builtins: PURE_BUILTINS },
  wire: { rooms: ['core'], builtins: PURE_BUILTINS },
  api: { rooms: ['core', 'wechat'], builtins: 'any' },
  callback: { rooms: ['core', 'wechat', 'wire'], builtins: 'any' },
  simulator: { rooms: ['core', 'wechat'], builtins: 'any' },
  tunnel: {
    rooms: ['core', 'wire'],
    packages: ['ws', 'https-proxy-agent', 'socks-proxy-agent'],
    builtins: 'any',
  },
  relay: { rooms: ['core', 'wire'], packages: ['ws'], builtins: 'any' },
  certs: { rooms: ['core'], packages: ['node-forge', 'execa'], builtins: 'any' },
  inspector: { rooms: ['core'], builtins: 'any' },
  scaffold: { rooms: ['core'], builtins: 'any' },
  config: { rooms: ['core'], packages: ['jiti'], builtins: 'any' },
  dev: { rooms: ['core', 'wechat', ...L2], packages: ['execa'], builtins: 'any' },
  testing: { rooms: ['core', 'wechat', 'simulator'], builtins: 'any' },
  cli: {
    rooms: ['core', 'wechat', 'dev', ...L2],
    packages: [
      'commander',
      'chalk',
      'ora',
      'string-width',
      '@clack/prompts',
      'uqr',
      'proxy-from-env',
    ],
    builtins: 'any',
  },
};

/** What only `cli/` may touch, by any spelling. */
const PROCESS_USE = /\bprocess\.|\bconsole\.|globalThis\.(process|console)|['"](node:)?process['"]/;

const SOURCE = resolve(import.meta.dirname, '../src');

describe('architecture', () => {
  const files = sourceFiles(SOURCE);

  test('finds the source', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  test('every folder under src is a room of the table, and only index.ts lies beside them', () => {
    const entries = readdirSync(SOURCE, { withFileTypes: true });
    const strangers = entries.filter((entry) =>
      entry.isDirectory() ? !(entry.name in table) : entry.name !== 'index.ts',
    );
    expect(strangers.map((entry) => entry.name)).toEqual([]);
  });

  test('imports follow the table', () => {
    const violations = files.flatMap((file) => violationsOf(file, readFileSync(file, 'utf8')));
    expect(violations).toEqual([]);
  });

  test.each([
    ['wire/frame.ts', `import { run } from '../cli/main.ts';`, 'wire may not import cli'],
    [
      'tunnel/tunnel.ts',
      `import type { Relay } from '../relay/relay.ts';`,
      'tunnel may not import relay',
    ],
    [
      'wechat/xml.ts',
      `import { readFile } from 'node:fs/promises';`,
      'wechat may not use node:fs/promises',
    ],
    ['callback/listener.ts', `import WebSocket from 'ws';`, 'callback may not use ws'],
    ['dev/dev.ts', `const chalk = await import('chalk');`, 'dev may not use chalk'],
    ['relay/relay.ts', `console.log('x');`, 'relay may not touch process or the console'],
    [
      'dev/app.ts',
      `import { kill } from 'node:process';`,
      'dev may not touch process or the console',
    ],
    [
      'core/errors.ts',
      `export { x } from '../nowhere.ts';`,
      'core imports ../nowhere.ts, which does not exist',
    ],
    ['cli/main.ts', `import { x } from '../index.ts';`, 'cli may not import src/index.ts'],
  ])('refuses in %s: %s', (file, source, expected) => {
    expect(violationsOf(join(SOURCE, file), source)).toEqual([`${file}: ${expected}`]);
  });
});

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function violationsOf(file: string, source: string): string[] {
  const path = relative(SOURCE, file).split(sep).join('/');
  const room = path.includes('/') ? path.slice(0, path.indexOf('/')) : undefined;
  if (room === undefined) return []; // src/index.ts, the public entry, may export from anywhere.
  const rules = table[room];
  if (!rules) return [`${path}: ${room} is not in the table`];
  const code = withoutComments(source);
  const found = specifiers(code)
    .map((specifier) => violationOf(specifier, file, room, rules))
    .filter((violation) => violation !== undefined);
  if (room !== 'cli' && PROCESS_USE.test(code)) {
    return [`${path}: ${room} may not touch process or the console`];
  }
  return found.map((violation) => `${path}: ${violation}`);
}

function violationOf(
  specifier: string,
  file: string,
  room: string,
  rules: Room,
): string | undefined {
  if (specifier.startsWith('.')) {
    const target = resolve(dirname(file), specifier);
    const path = relative(SOURCE, target).split(sep).join('/');
    if (!path.includes('/')) {
      return existsSync(target)
        ? `${room} may not import src/${path}`
        : `${room} imports ${specifier}, which does not exist`;
    }
    const other = path.slice(0, path.indexOf('/'));
    if (other !== room && !rules.rooms.includes(other)) return `${room} may not import ${other}`;
    return undefined;
  }
  const name = specifier.startsWith('@')
    ? specifier.split('/').slice(0, 2).join('/')
    : specifier.split('/')[0];
  const allowed = isBuiltin(specifier)
    ? rules.builtins === 'any' || rules.builtins.includes(specifier)
    : rules.packages?.includes(name ?? specifier);
  return allowed ? undefined : `${room} may not use ${specifier}`;
}

/** Static imports, re-exports, dynamic imports, `import(…)` types and `require`. */
function specifiers(source: string): string[] {
  const pattern = /(?:(?<!['"])\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])([^'"\n]+)\1/g;
  return [...source.matchAll(pattern)].map((match) => match[2] ?? '');
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}
