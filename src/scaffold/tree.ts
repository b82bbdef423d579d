import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WxDevError, type Words } from '../core/errors.ts';
import { errorCode } from '../core/system-error.ts';
import { isInside } from './manifest.ts';

/** Files by their path with `/`, as they lie in a folder or an archive. */
export type Tree = ReadonlyMap<string, { readonly bytes: Buffer; readonly mode: number }>;

/**
 * Most files of one template, and most bytes of all of them: more is a mistake, or an attempt to fill the memory. Longest path of
 * one: Windows takes 260 characters, with the project's folder.
 */
export const treeLimits = { files: 5000, bytes: 64 * 1024 * 1024, pathLength: 240 } as const;

/**
 * Reads all files below `root`. A link could bring in any file of the machine: it is refused.
 *
 * @param template what errors call it.
 * @throws WXD7004
 */
export async function readTree(root: string, template: string): Promise<Tree> {
  const files = new Map<string, { bytes: Buffer; mode: number }>();
  let size = 0;
  for (const path of await listFiles(root, template)) {
    const file = join(root, path);
    const { mode, size: bytes } = await lstat(file);
    size += bytes;
    if (files.size >= treeLimits.files || size > treeLimits.bytes) throw tooLarge(template);
    // Only "may be run" is the template's to say; the rest depends on how the package was installed.
    const permissions = (mode & 0o100) === 0 ? 0o644 : 0o755;
    files.set(path, { bytes: await readFile(file), mode: permissions });
  }
  return files;
}

/** A template that cannot be used, and why. */
export function damaged(template: string, reason: Words, cause?: unknown): WxDevError {
  return new WxDevError('WXD7004', { template, reason }, { cause });
}

/** A template that is larger than any should be. */
export function tooLarge(template: string): WxDevError {
  return damaged(template, {
    en: `more than ${treeLimits.files} files or ${treeLimits.bytes / 1024 / 1024} MB`,
    zh: `超过 ${treeLimits.files} 个文件或 ${treeLimits.bytes / 1024 / 1024} MB`,
  });
}

async function listFiles(root: string, template: string, under = ''): Promise<string[]> {
  const entries = await readdir(join(root, under), { withFileTypes: true }).catch(
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT' && under === '') return [];
      throw error;
    },
  );
  const paths: string[] = [];
  for (const entry of entries) {
    const path = under === '' ? entry.name : `${under}/${entry.name}`;
    if (paths.length > treeLimits.files) throw tooLarge(template);
    if (entry.isDirectory()) paths.push(...(await listFiles(root, template, path)));
    else if (entry.isFile() && isInside(path)) paths.push(path);
    else throw notPlain(template, path);
  }
  return paths;
}

/** Links, devices and names that lead out of the folder. */
export function notPlain(template: string, path: string): WxDevError {
  return damaged(template, { en: `${path} is not a plain file`, zh: `${path} 不是普通文件` });
}
