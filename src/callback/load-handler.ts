import type { Handler } from './handler.ts';

/**
 * Imports the handler module at `path` and gives its default export.
 *
 * @throws WXD3005 when it cannot be loaded, WXD3006 when it has no default export that is a function.
 */
export async function loadHandler(path: string): Promise<Handler> {
  throw new Error(path);
}
