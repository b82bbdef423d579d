import type { WxDevError } from '../core/errors.ts';
import { envFile } from './fill.ts';
import { foldersAbove } from './plan.ts';
import { recordFile } from './record.ts';
import type { TemplateFile } from './template.ts';
import { damaged, treeLimits } from './tree.ts';

/**
 * Refuses what would run at the next `git` command, give the project secrets that somebody else knows, or stand for our record.
 *
 * @param template what errors call it.
 * @throws WXD7004
 */
export function refuseForeignFiles(template: string, files: readonly TemplateFile[]): void {
  const owned = [envFile, '.env.local', recordFile];
  for (const { path } of files) {
    const isTaken = owned.includes(plainName(path)) || path.split('/').some(isGitFolder);
    if (isTaken) {
      throw damaged(template, {
        en: `a template may not bring ${path}`,
        zh: `模板不可带有 ${path}`,
      });
    }
    if (path.length > treeLimits.pathLength) throw tooLong(template, path);
  }
}

/** As Windows and macOS compare names: in any case, without characters that nobody sees. */
function plainName(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase();
}

/** Also as Windows shortens it. What git itself refuses: CVE-2014-9390. */
function isGitFolder(name: string): boolean {
  return ['.git', 'git~1'].includes(plainName(name));
}

function tooLong(template: string, path: string): WxDevError {
  const shown = `${path.slice(0, 30)}…`;
  return damaged(template, {
    en: `${shown} has more than ${treeLimits.pathLength} characters`,
    zh: `${shown} 超过 ${treeLimits.pathLength} 个字符`,
  });
}

/**
 * Refuses two files of which a file system would keep one, and a file where another one needs a folder.
 *
 * @param template what errors call it.
 * @throws WXD7004
 */
export function refuseClashes(template: string, files: readonly TemplateFile[]): void {
  const known = new Set<string>();
  for (const { path } of files) {
    const key = path.normalize('NFC').toLowerCase();
    const isTwice = known.has(key);
    known.add(key);
    if (!isTwice) continue;
    throw damaged(template, { en: `${path} is there twice`, zh: `${path} 重复` });
  }
  for (const { path } of files) {
    const inTheWay = foldersAbove(path).find((folder) => known.has(folder.toLowerCase()));
    if (inTheWay === undefined) continue;
    throw damaged(template, {
      en: `${inTheWay} is both a file and a folder`,
      zh: `${inTheWay} 既是文件又是文件夹`,
    });
  }
}
