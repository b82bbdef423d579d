import { fileURLToPath } from 'node:url';

/**
 * The place in the user's own code that `cause` points at: `/path/app.mjs:12:5`, or `/path/app.mjs:12` for a syntax error. Frames of
 * Node, of packages and of this room are not the user's.
 */
export function placeOf(cause: unknown): string | undefined {
  const stack = stackOf(cause);
  const [first = '', ...rest] = stack.split('\n');
  // A syntax error that Node decorated starts with `/path/app.mjs:12`, before the line itself.
  const decorated = /^((?:file:\/\/)?\/.*|[A-Za-z]:\\.*):(\d+)$/.exec(first.trim());
  if (decorated) return `${toPath(decorated[1])}:${decorated[2]}`;
  const own = rest.find((line) => /^\s+at /.test(line) && !isForeign(line));
  const frame = own && /\(?((?:file:\/\/)?\/[^()]*|[A-Za-z]:\\[^()]*):(\d+):(\d+)\)?$/.exec(own);
  return frame ? `${toPath(frame[1])}:${frame[2]}:${frame[3]}` : undefined;
}

function stackOf(cause: unknown): string {
  const stack: unknown = typeof cause === 'object' && cause && 'stack' in cause ? cause.stack : '';
  return typeof stack === 'string' ? stack : '';
}

function isForeign(line: string): boolean {
  return /node:|node_modules/.test(line) || line.includes(ourFolder);
}

function toPath(file = ''): string {
  return file.startsWith('file:') ? fileURLToPath(file) : file;
}

const ourFolder = new URL('.', import.meta.url).pathname;
