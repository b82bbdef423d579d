import { Buffer } from 'node:buffer';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { isInside } from './manifest.ts';
import { damaged, notPlain, tooLarge, treeLimits, type Tree } from './tree.ts';

/** Largest `.tgz` that is read, in bytes. */
const maxArchiveBytes = treeLimits.bytes;

/** tar counts in blocks. POSIX pax, "ustar Interchange Format". */
const blockBytes = 512;

const unzip = promisify(gunzip);

/**
 * Reads a `.tgz` as `npm pack` or `tar czf` makes it, into memory: nothing of it reaches the disk before it was checked. Only plain
 * files and folders are taken; links, devices, absolute paths and `..` are refused. The one folder around everything (`package/`) is
 * left out.
 *
 * @throws WXD7004 for what is not a whole archive of plain files, the error of the file system when it cannot be read.
 */
export async function readArchive(file: string): Promise<Tree> {
  const name = basename(file);
  const tar = await unpacked(await readBounded(file, name), name);
  const files = new Map<string, { bytes: Buffer; mode: number }>();
  for (const { path, bytes, mode } of readEntries(tar, name)) {
    if (files.size >= treeLimits.files) throw tooLarge(name);
    files.set(path, { bytes, mode: (mode & 0o100) === 0 ? 0o644 : 0o755 });
  }
  return withoutCommonFolder(files);
}

async function readBounded(file: string, name: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    if (size > maxArchiveBytes) throw tooLarge(name);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

async function unpacked(zipped: Buffer, name: string): Promise<Buffer> {
  try {
    // A few kilobytes can unpack to gigabytes.
    return await unzip(zipped, { maxOutputLength: treeLimits.bytes });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(name);
    const reason = { en: 'it is not a whole .tgz file', zh: '不是完整的 .tgz 文件' };
    throw damaged(name, reason, error);
  }
}

interface Entry {
  readonly path: string;
  readonly bytes: Buffer;
  readonly mode: number;
}

/**
 * Byte layout of a header block: name 0-99, mode 100-107, size 124-135, checksum 148-155, type 156, "ustar" 257-261, prefix
 * 345-499; numbers are octal text.
 */
function* readEntries(tar: Buffer, archive: string): Generator<Entry> {
  let at = 0;
  let longPath: string | undefined;
  while (at + blockBytes <= tar.length) {
    const header = tar.subarray(at, at + blockBytes);
    if (header.every((byte) => byte === 0)) return;
    if (!isChecked(header)) throw notTar(archive);
    const size = octal(header, 124, 12);
    const start = at + blockBytes;
    if (size === undefined || start + size > tar.length) throw notTar(archive);
    const content = tar.subarray(start, start + size);
    // `tar czf x.tgz .` writes `./file`, and the folder itself as `./`.
    const path = (longPath ?? pathOf(header)).replace(/^(\.\/)+/, '');
    longPath = undefined;
    switch (String.fromCharCode(header[156] ?? 0)) {
      case '\0':
      case '0':
        if (!isInside(path)) throw notPlain(archive, path);
        yield { path, bytes: Buffer.from(content), mode: octal(header, 100, 8) ?? 0 };
        break;
      case '5':
        if (path !== '' && !isInside(path.replace(/\/+$/, ''))) throw notPlain(archive, path);
        break;
      case 'x':
        longPath = paxPath(content);
        break;
      case 'g':
        break;
      case 'L':
        longPath = textUntilNul(content);
        break;
      default:
        throw notPlain(archive, path);
    }
    at = start + Math.ceil(size / blockBytes) * blockBytes;
  }
  // Without the closing blocks the end is missing.
  throw notTar(archive);
}

/** The sum of all bytes of the header, those of the sum itself taken as spaces. */
function isChecked(header: Buffer): boolean {
  let sum = 0;
  for (const [index, byte] of header.entries()) sum += index >= 148 && index < 156 ? 32 : byte;
  return octal(header, 148, 8) === sum;
}

function octal(header: Buffer, from: number, length: number): number | undefined {
  const text = textUntilNul(header.subarray(from, from + length)).trim();
  return /^[0-7]{1,11}$/.test(text) ? Number.parseInt(text, 8) : undefined;
}

function pathOf(header: Buffer): string {
  const name = textUntilNul(header.subarray(0, 100));
  const isUstar = header.toString('latin1', 257, 262) === 'ustar';
  const prefix = isUstar ? textUntilNul(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Records are `<length> <name>=<value>\n`; the length counts itself. */
function paxPath(content: Buffer): string | undefined {
  let at = 0;
  let path: string | undefined;
  while (at < content.length) {
    const space = content.indexOf(0x20, at);
    const length = Number(content.toString('latin1', at, space));
    if (space === -1 || !Number.isInteger(length) || length < 5) return path;
    const record = content.toString('utf8', space + 1, at + length - 1);
    if (record.startsWith('path=')) path = record.slice('path='.length);
    at += length;
  }
  return path;
}

function textUntilNul(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end);
}

function withoutCommonFolder(files: Map<string, { bytes: Buffer; mode: number }>): Tree {
  if (files.has('template.json')) return files;
  const folders = new Set([...files.keys()].map((path) => path.slice(0, path.indexOf('/') + 1)));
  const [folder = ''] = folders;
  if (folders.size !== 1) return files;
  return new Map([...files].map(([path, file]) => [path.slice(folder.length), file]));
}

function notTar(archive: string): Error {
  return damaged(archive, { en: 'it is not a whole tar archive', zh: '不是完整的 tar 归档' });
}
