import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WxDevError, type Words } from '../core/errors.ts';
import { fileProblem } from '../core/system-error.ts';
import type { Format } from '../wechat/account.ts';
import { formatFields, parseBody } from '../wechat/body.ts';
import { createFields, type Fields } from '../wechat/fields.ts';
import type { Context } from './context.ts';

/**
 * Opens the message in the user's editor (`VISUAL`, else `EDITOR`, else vi on a terminal) and gives what was saved.
 *
 * @throws WXD6042 when there is no editor, it fails, or the file comes back empty; what parsing throws when it is no message
 */
export async function editFields(
  fields: Fields,
  format: Format,
  context: Context,
): Promise<Fields> {
  const editor = editorOf(context);
  const folder = await mkdtemp(join(tmpdir(), 'wx-dev-edit-'));
  try {
    const file = join(folder, `message.${format}`);
    await writeFile(file, pretty(fields, format), { mode: 0o600 });
    await runEditor(editor, file, context);
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw failed(editor, fileProblem(error), error);
    });
    if (text.trim() === '') {
      throw failed(editor, { en: 'the message came back empty', zh: '保存后的消息为空' });
    }
    return parseBody(text).fields;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function editorOf({ env, interactive }: Context): string {
  const editor = env['VISUAL'] || env['EDITOR'] || (interactive ? 'vi' : '');
  if (editor !== '') return editor;
  throw failed('', {
    en: 'no editor is set, and there is no terminal',
    zh: '未设置编辑器，且没有终端',
  });
}

function runEditor(
  editor: string,
  file: string,
  { platform, signal, cwd }: Context,
): Promise<void> {
  // EDITOR may hold options, `code --wait`: a shell takes it apart, and gets the path as an argument of its own.
  const [program, args] =
    platform === 'win32'
      ? (['cmd.exe', ['/d', '/s', '/c', `${editor} "${file}"`]] as const)
      : (['/bin/sh', ['-c', `${editor} "$1"`, 'wx-dev', file]] as const);
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      cwd,
      stdio: 'inherit',
      signal,
      windowsVerbatimArguments: platform === 'win32',
    });
    child.on('error', (error) => {
      if (signal.aborted) reject(signal.reason as Error);
      else reject(failed(editor, fileProblem(error), error));
    });
    child.on('close', (code, name) => {
      if (code === 0) resolve();
      else if (signal.aborted) reject(signal.reason as Error);
      else {
        const how = name ?? `exit code ${code}`;
        reject(failed(editor, { en: `it ended with ${how}`, zh: `编辑器以 ${how} 结束` }));
      }
    });
  });
}

/** One field in a line, so that an editor shows what can be changed. */
function pretty(fields: Fields, format: Format): string {
  const lines = Object.entries(fields).map(([name, value]) => {
    const one = formatFields(createFields([[name, value]]), format);
    return format === 'xml'
      ? `  ${one.slice('<xml>'.length, -'</xml>'.length)}`
      : `  ${one.slice(1, -1)}`;
  });
  return format === 'xml' ? `<xml>\n${lines.join('\n')}\n</xml>\n` : `{\n${lines.join(',\n')}\n}\n`;
}

function failed(editor: string, reason: Words, cause?: unknown): WxDevError {
  return new WxDevError('WXD6042', { editor, reason }, { cause });
}
