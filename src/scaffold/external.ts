import { Buffer } from 'node:buffer';
import type { Template } from './template.ts';

/** A creator of somebody else: its project, not ours. */
export interface ExternalCreator {
  readonly name: string;
  readonly title: { readonly en: string; readonly zh: string };
  /** Package that `create` or `dlx` runs, and what follows it before the folder. */
  readonly run: 'create' | 'dlx';
  readonly package: string;
  readonly args: readonly string[];
  /**
   * Of a server, which can take WeChat's callbacks: the names that its `.env` gets, its port, and the script that starts it. A front end
   * gets nothing: what its bundler finds in a `.env` may end up at its users.
   */
  readonly server?: {
    readonly settings: readonly string[];
    readonly port: number;
    readonly dev: string;
  };
}

/** Programs that install packages. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** What wx-dev does not fork: the official creators of the field. */
export const externalCreators: readonly ExternalCreator[] = [
  {
    name: 'taro',
    title: { en: 'Taro (React or Vue, several platforms)', zh: 'Taro（React 或 Vue，多端）' },
    run: 'dlx',
    package: '@tarojs/cli@latest',
    args: ['init'],
  },
  {
    name: 'unibest',
    title: { en: 'unibest (uni-app, Vue 3, Vite)', zh: 'unibest（uni-app、Vue 3、Vite）' },
    run: 'create',
    package: 'unibest@latest',
    args: [],
  },
  {
    name: 'weapp-vite',
    title: { en: 'weapp-vite (native mini programs)', zh: 'weapp-vite（原生小程序）' },
    run: 'create',
    package: 'weapp-vite@latest',
    args: [],
  },
  {
    name: 'nest',
    title: { en: 'NestJS (Node.js server)', zh: 'NestJS（Node.js 服务端）' },
    run: 'dlx',
    package: '@nestjs/cli@latest',
    args: ['new'],
    server: {
      settings: ['PORT', 'WX_APPID', 'WX_SECRET', 'WX_TOKEN', 'WX_AES_KEY', 'WX_API_BASE'],
      port: 3000,
      dev: 'npm run start:dev',
    },
  },
];

const dlx: Readonly<Record<PackageManager, readonly string[]>> = {
  npm: ['npx', '--yes'],
  pnpm: ['pnpm', 'dlx'],
  yarn: ['yarn', 'dlx'],
  bun: ['bunx'],
};

/** Program and arguments that make a project in `dir`. */
export function creatorCommand(
  { run, package: name, args }: ExternalCreator,
  pm: PackageManager,
  dir: string,
): string[] {
  return run === 'create' ? [pm, 'create', name, ...args, dir] : [...dlx[pm], name, ...args, dir];
}

/** What wx-dev adds to the project of a creator, as `--into` adds it: `.env`, and that git ignores it. */
export function creatorSettings({ name, title, server }: ExternalCreator): Template | undefined {
  if (server === undefined) return undefined;
  const file = (path: string, lines: readonly string[]): Template['files'][number] => ({
    path,
    bytes: Buffer.from(`${lines.join('\n')}\n`),
    mode: 0o644,
  });
  const settings = server.settings.map((setting) => `${setting}=`);
  return {
    manifest: {
      name,
      title,
      lang: 'node',
      kind: 'callback',
      tokens: [],
      values: {},
      rename: {},
      env: '.env.example',
      requires: {},
      scripts: { dev: server.dev },
      services: [],
      layers: [],
      ports: { app: server.port },
    },
    files: [file('.env.example', settings), file('.gitignore', ['.env', '.env.local', '.wx-dev/'])],
  };
}

/** A Node template as another package manager wants it: its commands, and no lock-file of npm. */
export function forPackageManager(template: Template, pm: PackageManager): Template {
  const { manifest, files } = template;
  if (pm === 'npm' || manifest.lang !== 'node') return template;
  const isOthers = (path: string): boolean => path === 'package-lock.json';
  const scripts = Object.entries(manifest.scripts).map(([name, line]) => [
    name,
    scriptFor(line, pm),
  ]);
  return {
    manifest: {
      ...manifest,
      scripts: Object.fromEntries(scripts),
      tokens: manifest.tokens.filter((path) => !isOthers(path)),
    },
    files: files.filter(({ path }) => !isOthers(path)),
  };
}

function scriptFor(script: string, pm: PackageManager): string {
  if (pm === 'npm') return script;
  return script
    .replace(/^npm ci\b/, `${pm} install`)
    .replace(/^npm (run|test|start)\b/, `${pm} $1`);
}
