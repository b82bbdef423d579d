import { fork } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WxDevError } from '../core/errors.ts';
import type { Handler } from './handler.ts';
import { placeOf } from './place.ts';

/**
 * Imports the handler module at `path` and gives its default export.
 *
 * @throws WXD3005 when it cannot be loaded, WXD3006 when it has no default export that is a function.
 */
export async function loadHandler(path: string): Promise<Handler> {
  const file = resolve(path);
  await checkFile(file, path);
  const exports = await importModule(file, path);
  const handler = defaultOf(exports);
  if (typeof handler !== 'function')
    throw new WxDevError('WXD3006', { path, exports: Object.keys(exports) });
  // What it takes and gives is checked at each call.
  return handler as Handler;
}

/** Node's own message about a missing file names the importing module, which is ours. */
async function checkFile(file: string, path: string): Promise<void> {
  try {
    if ((await stat(file)).isFile()) return;
  } catch (cause) {
    throw new WxDevError('WXD3005', { path, reason: reasonOf(cause) }, { cause });
  }
  throw new WxDevError('WXD3005', { path, reason: 'EISDIR: a folder, not a file' });
}

async function importModule(file: string, path: string): Promise<Record<string, unknown>> {
  try {
    return await (import(pathToFileURL(file).href) as Promise<Record<string, unknown>>);
  } catch (cause) {
    const unplaced = cause instanceof SyntaxError && placeOf(cause) === undefined;
    const place = unplaced ? await findSyntaxError(file) : placeOf(cause);
    throw new WxDevError('WXD3005', { path, reason: reasonOf(cause), place }, { cause });
  }
}

/** TypeScript compiled to CommonJS puts the default export one level down. */
function defaultOf(exports: Record<string, unknown>): unknown {
  const value = exports['default'];
  return typeof value === 'object' && value !== null && 'default' in value ? value.default : value;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}

/** The check takes some 50 ms; a machine that needs this long has other worries than the line number. */
const checkTimeoutMs = 5000;

/**
 * Where the syntax error in `file` is. `import()` of an ES module does not say, but `node --check` does; `fork` starts the
 * same Node that runs this, and with --check it runs nothing of the file.
 */
function findSyntaxError(file: string): Promise<string | undefined> {
  return new Promise((resolvePlace) => {
    const check = fork(file, { execArgv: ['--check'], silent: true, timeout: checkTimeoutMs });
    let output = '';
    check.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    check.on('error', () => resolvePlace(undefined));
    check.on('close', () => resolvePlace(placeOf({ stack: output })));
  });
}
