import { resolve } from 'node:path';
import { readTextFile } from '../config/text-file.ts';
import { WxDevError } from '../core/errors.ts';
import type { Context } from './context.ts';
import { invalidFlag } from './send-flags.ts';

/** A text and where it came from, for errors that name the place. */
export interface InputText {
  /** `-` for standard input, the name of the option for a literal. */
  readonly shown: string;
  readonly text: string;
}

/**
 * Reads what an option or argument names: `@file`, `@-` for standard input, or the text itself.
 *
 * @throws WXD6001 when it is empty, WXD6004 when it is not UTF-8, WXD6006 when it cannot be read
 */
export async function readInput(value: string, name: string, context: Context): Promise<InputText> {
  if (!value.startsWith('@')) return { shown: name, text: value };
  return readInputFile(value.slice(1), name, context);
}

/** The same for a path, `-` being standard input. */
export async function readInputFile(
  path: string,
  name: string,
  context: Context,
): Promise<InputText> {
  const input =
    path === '-'
      ? { shown: '-', text: await context.readStdin() }
      : await readTextFile(resolve(context.cwd, path), context.cwd, { name });
  if (input === undefined) throw new WxDevError('WXD6006', { path, reason: 'ENOENT' });
  if (input.text.trim() === '') {
    const where = path === '-' ? 'standard input (-)' : input.shown;
    throw invalidFlag(name, `${where}: empty`, 'XML, JSON or a scenario', 'XML、JSON 或场景文件');
  }
  return { shown: input.shown, text: input.text };
}
