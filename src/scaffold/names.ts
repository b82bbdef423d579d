import { builtinModules } from 'node:module';
import { WxDevError, type ErrorDetails } from '../core/errors.ts';

type NameProblem = ErrorDetails<'WXD7003'>['problem'];

/** Names of devices in every Windows folder, with any extension. Microsoft, "Naming Files, Paths, and Namespaces". */
const deviceNames = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/** Bytes of one name on ext4, APFS and NTFS (there: UTF-16 units). */
const longestNameBytes = 255;

/** Characters of a package name. https://docs.npmjs.com/cli/configuring-npm/package-json#name */
const longestPackageName = 214;

/**
 * Refuses a folder name that a colleague's system could not check out. Chinese and spaces inside are fine.
 *
 * @throws WXD7003
 */
export function checkFolderName(name: string): void {
  const problem = findProblem(name);
  if (problem !== undefined) throw new WxDevError('WXD7003', { name, problem });
}

/**
 * Refuses what npm would not take as the name of a package.
 *
 * @throws WXD7003
 */
export function checkPackageName(name: string): void {
  const isName = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(name);
  if (isName && name.length <= longestPackageName) return;
  throw new WxDevError('WXD7003', { name, problem: 'package' });
}

/** A package name made from any folder name: `My Bot!` becomes `my-bot`, and what has no Latin letters becomes `wechat-app`. */
export function packageNameFrom(folder: string): string {
  const name = folder
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z0-9._~-]+/g, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^[._-]+|[._~-]+$/g, '')
    .slice(0, longestPackageName);
  if (!/[a-z0-9]/.test(name)) return 'wechat-app';
  const isTaken = ['node_modules', 'favicon.ico', ...builtinModules].includes(name);
  return isTaken ? `${name}-app` : name;
}

function findProblem(name: string): NameProblem | undefined {
  if (name.trim() === '') return 'empty';
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[<>:"|?*\\/\u0000-\u001f\u007f]/.test(name)) return 'character';
  if (/[. ]$/.test(name)) return 'ending';
  if (deviceNames.test(name)) return 'reserved';
  return Buffer.byteLength(name) > longestNameBytes ? 'length' : undefined;
}
