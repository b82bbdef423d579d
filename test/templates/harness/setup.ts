import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { startServices, type ServiceUrls } from './services.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `bin/wx-dev.js` of the packed and installed tarball. */
    readonly wxDev: string;
    /** Names of what npm packed. */
    readonly packed: readonly string[];
    /** Folder of this run; each template has one below it. */
    readonly folder: string;
    readonly services: ServiceUrls;
  }
}

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, '../../..');

/** Packs and installs wx-dev as a user would get it, and starts the servers that templates use. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'wx-dev-templates-'));
  const services = await startServices(join(folder, 'services'));
  try {
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: repository,
      maxBuffer: 64 * 1024 * 1024,
    });
    const [pack] = JSON.parse(stdout.slice(stdout.indexOf('['))) as {
      files: { path: string }[];
    }[];
    const tool = join(folder, 'tool');
    await run('mkdir', [tool]);
    await writeFile(join(tool, 'package.json'), '{"name":"tool","private":true}\n');
    const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz')) ?? '';
    const args = ['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, tarball)];
    await run('npm', args, { cwd: tool });
    project.provide('wxDev', join(tool, 'node_modules/wx-dev/bin/wx-dev.js'));
    project.provide('packed', pack?.files.map(({ path }) => path) ?? []);
    project.provide('folder', folder);
    project.provide('services', services.urls);
  } catch (error) {
    await services.close();
    throw error;
  }
  return async () => {
    await services.close();
    // Go keeps what it downloaded read-only; that is in its own cache, not here.
    await rm(folder, { recursive: true, force: true });
  };
}
