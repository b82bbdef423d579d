import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isWxDevError, WxDevError, type Words } from '../core/errors.ts';
import { errorCode, fileProblem } from '../core/system-error.ts';
import { parseManifest, type TemplateManifest } from './manifest.ts';

/** Where a project says what `init` wrote. Committed, so that colleagues can add layers too. */
export const recordFile = '.wx-dev.json';

/** What `init` and `add` wrote into a project. */
export interface ProjectRecord {
  /** Version of wx-dev that wrote last. */
  readonly wxDev: string;
  /** The manifest at that time: later versions of the template may differ. */
  readonly manifest: TemplateManifest;
  readonly layers: readonly string[];
  readonly answers: {
    readonly name: string;
    readonly module?: string | undefined;
    readonly port?: number | undefined;
    readonly appId?: string | undefined;
  };
  /** SHA-256 of each file as it was written, as hex, by path. */
  readonly files: Readonly<Record<string, string>>;
}

/** SHA-256 as hex: whether a file is still as it was written. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The text of `.wx-dev.json`. */
export function formatRecord(record: ProjectRecord): string {
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/**
 * Reads the record of the project in `dir`.
 *
 * @throws WXD7011 when there is none, or it is damaged.
 */
export async function readRecord(dir: string): Promise<ProjectRecord> {
  let text: string;
  try {
    text = await readFile(join(dir, recordFile), 'utf8');
  } catch (error) {
    const isMissing = errorCode(error) === 'ENOENT';
    const missing = { en: `there is no ${recordFile}`, zh: `没有 ${recordFile}` };
    throw noRecord(dir, isMissing ? missing : fileProblem(error), error);
  }
  return parseRecord(text, dir);
}

function parseRecord(text: string, dir: string): ProjectRecord {
  const value = parseObject(text);
  const { wxDev, manifest, layers, answers, files } = value ?? {};
  const { name, module, port, appId } = objectOf(answers) ?? {};
  const hashes = Object.entries(objectOf(files) ?? {});
  if (typeof wxDev !== 'string' || typeof name !== 'string' || !Array.isArray(layers)) {
    throw damagedRecord(dir);
  }
  try {
    return {
      wxDev,
      manifest: parseManifest(JSON.stringify(manifest ?? null), undefined),
      layers: layers.filter((layer: unknown) => typeof layer === 'string'),
      answers: {
        name,
        module: typeof module === 'string' ? module : undefined,
        port: typeof port === 'number' ? port : undefined,
        appId: typeof appId === 'string' ? appId : undefined,
      },
      files: Object.fromEntries(hashes.map(([path, hash]) => [path, String(hash)])),
    };
  } catch (error) {
    if (isWxDevError(error, 'WXD7004')) throw damagedRecord(dir, error);
    throw error;
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return undefined; // Said by the caller: the file is damaged.
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? Object.fromEntries(Object.entries(value)) : undefined;
}

function damagedRecord(dir: string, cause?: unknown): WxDevError {
  const reason = { en: `${recordFile} is damaged`, zh: `${recordFile} 已损坏` };
  return noRecord(dir, reason, cause);
}

function noRecord(dir: string, reason: Words, cause: unknown): WxDevError {
  return new WxDevError('WXD7011', { dir, reason }, { cause });
}
