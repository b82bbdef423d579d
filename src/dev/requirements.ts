import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';

/** How a program tells its version. */
const versionCommands: Readonly<Record<string, readonly string[]>> = {
  go: ['go', 'version'],
  node: ['node', '--version'],
  python: ['python3', '--version'],
};

/** Where installed dependencies lie, by the program that needs them. */
const installedFolders: Readonly<Record<string, string>> = {
  node: 'node_modules',
  python: '.venv',
};

/**
 * Checks that the programs are there, in their least versions such as `>=1.22`.
 *
 * @throws WXD7012
 */
export async function checkPrograms(
  requires: Readonly<Record<string, string>>,
  options: AbortableOptions & { readonly env: Readonly<Record<string, string | undefined>> },
): Promise<void> {
  for (const [program, needed] of Object.entries(requires)) {
    const found = await versionOf(program, options);
    const least = /\d+(\.\d+)*/.exec(needed)?.[0] ?? '0';
    if (found === undefined || isOlder(found, least)) {
      throw new WxDevError('WXD7012', { program, needed, found });
    }
  }
}

/**
 * Checks that what the project depends on was installed.
 *
 * @param install the command that does it; without one there is nothing to install.
 * @throws WXD7014
 */
export async function checkInstalled(
  dir: string,
  lang: string,
  install: string | undefined,
): Promise<void> {
  const missing = installedFolders[lang];
  if (install === undefined || missing === undefined) return;
  const isThere = await access(join(dir, missing)).then(
    () => true,
    () => false,
  );
  if (!isThere) throw new WxDevError('WXD7014', { command: install, missing });
}

async function versionOf(
  program: string,
  {
    env,
    signal,
  }: AbortableOptions & { readonly env: Readonly<Record<string, string | undefined>> },
): Promise<string | undefined> {
  const [file = program, ...args] = versionCommands[program] ?? [program, '--version'];
  const { execa } = await import('execa');
  const { failed, stdout } = await execa(file, args, {
    env: { ...env },
    reject: false,
    stdin: 'ignore',
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  return failed ? undefined : /\d+(\.\d+)+/.exec(stdout)?.[0];
}

function isOlder(found: string, least: string): boolean {
  const [one, other] = [found, least].map((text) => text.split('.').map(Number));
  for (const [index, number] of (other ?? []).entries()) {
    const own = one?.[index] ?? 0;
    if (own !== number) return own < number;
  }
  return false;
}
