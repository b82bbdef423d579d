import { createReadStream } from 'node:fs';
import { relative } from 'node:path';
import { WxDevError, type SettingSource, type Words } from '../core/errors.ts';
import { errorCode, fileProblem } from '../core/system-error.ts';

/** A settings file is written by hand; a megabyte is a mistake such as a log file or a device. */
const largestFileBytes = 1024 * 1024;

/** A text file that was found. */
export interface TextFile {
  /** Absolute. */
  readonly path: string;
  /** As an error names it: relative to the project when inside it. */
  readonly shown: string;
  readonly text: string;
}

/**
 * Reads a UTF-8 file, byte order mark dropped. Pipes work too, for `--token-file <(…)`.
 *
 * @returns undefined when there is no such file and nobody asked for it by name (`source` absent).
 * @throws WXD6004 when it is not UTF-8, WXD6006 when it cannot be read.
 */
export async function readTextFile(
  path: string,
  cwd: string,
  source?: SettingSource,
): Promise<TextFile | undefined> {
  const shown = showPath(path, cwd);
  const chunks: Buffer[] = [];
  try {
    // `end` is inclusive: one byte more than allowed tells a file that is too large from one that just fits.
    for await (const chunk of createReadStream(path, { end: largestFileBytes })) {
      chunks.push(Buffer.from(chunk));
    }
  } catch (error) {
    // EISDIR: Python's virtual environments are often a folder called `.env`.
    const isAbsent = ['ENOENT', 'EISDIR'].includes(errorCode(error) ?? '');
    if (source === undefined && isAbsent) return undefined;
    throw unreadable(shown, fileProblem(error), source, error);
  }
  const bytes = Buffer.concat(chunks);
  if (bytes.length > largestFileBytes) {
    throw unreadable(shown, { en: 'it is larger than 1 MB', zh: '文件超过 1 MB' }, source);
  }
  return { path, shown, text: decode(bytes, shown) };
}

/** `path` relative to `cwd` when it lies inside, else as it is. */
function showPath(path: string, cwd: string): string {
  const inside = relative(cwd, path);
  return inside === '' || /^\.\.([/\\]|$)|^([a-z]:|[/\\])/i.test(inside) ? path : inside;
}

function unreadable(
  path: string,
  reason: Words,
  source: SettingSource | undefined,
  cause?: unknown,
): WxDevError {
  return new WxDevError('WXD6006', { path, reason, source }, { cause });
}

function decode(bytes: Buffer, shown: string): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new WxDevError('WXD6004', {
      path: shown,
      reason: {
        en: "it is UTF-16, as Windows PowerShell's > writes it; save it as UTF-8",
        zh: '编码为 UTF-16（Windows PowerShell 的 > 会这样写），请存为 UTF-8',
      },
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new WxDevError(
      'WXD6004',
      {
        path: shown,
        line: firstLineNotUtf8(bytes),
        reason: { en: 'it is not UTF-8; save it as UTF-8', zh: '不是 UTF-8 编码，请存为 UTF-8' },
      },
      { cause: error },
    );
  }
}

function firstLineNotUtf8(bytes: Buffer): number {
  let start = 0;
  for (let line = 1; ; line += 1) {
    const lineFeed = bytes.indexOf(0x0a, start);
    const end = lineFeed === -1 ? bytes.length : lineFeed;
    const content = bytes.subarray(start, end);
    if (!content.equals(Buffer.from(content.toString('utf8')))) return line;
    if (lineFeed === -1) return line;
    start = end + 1;
  }
}
