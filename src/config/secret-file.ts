import { WxDevError, type SettingSource } from '../core/errors.ts';
import type { Entry } from './layer.ts';
import { readTextFile } from './text-file.ts';

/**
 * Reads the secret that `path` holds (`-` is standard input). One line break at the end is the editor's, not the secret's;
 * everything else counts.
 *
 * @param source who named the file.
 * @throws WXD6001 when it is empty, WXD6004 when it is not UTF-8, WXD6006 when it cannot be read.
 */
export async function readSecretFile(
  path: string,
  source: SettingSource,
  options: { readonly cwd: string; readonly readStdin?: (() => Promise<string>) | undefined },
): Promise<Entry> {
  const { shown, text } = await readText(path, source, options);
  const value = text.replace(/\r?\n$/, '');
  const contentSource = { name: source.name, file: shown, line: 1 };
  if (value === '') {
    throw new WxDevError('WXD6001', {
      source: contentSource,
      received: { en: 'an empty file', zh: '空文件' },
      expected: { en: 'the secret on one line', zh: '一行密钥' },
    });
  }
  return { value, source: contentSource };
}

async function readText(
  path: string,
  source: SettingSource,
  {
    cwd,
    readStdin,
  }: { readonly cwd: string; readonly readStdin?: (() => Promise<string>) | undefined },
): Promise<{ shown: string; text: string }> {
  if (path !== '-') {
    const file = await readTextFile(path, cwd, source);
    if (file) return file;
  } else if (readStdin) {
    return { shown: 'stdin', text: await readStdin() };
  }
  throw new WxDevError('WXD6006', {
    path,
    source,
    reason: { en: 'standard input cannot be read here', zh: '这里无法读取标准输入' },
  });
}
