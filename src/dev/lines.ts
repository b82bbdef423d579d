import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** A longer line is handed on in pieces of this many characters, so that an app that never ends its line cannot fill our memory. */
const MAX_LINE_LENGTH = 65_536;

/**
 * Calls `visit` with every line of UTF-8 text, without its line end (`\n`, `\r\n`, or `\r` of a progress bar), and with what
 * stands behind the last line end.
 */
export function forEachLine(stream: Readable, visit: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    // A `\r` at the end may be the first half of `\r\n`.
    const lines = (rest + decoder.write(chunk)).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) visitPieces(line);
    if (rest.length > MAX_LINE_LENGTH) rest = visitPieces(rest, { keepLast: true });
  });
  stream.on('end', () => {
    rest = (rest + decoder.end()).replace(/\r$/, '');
    if (rest !== '') visitPieces(rest);
  });

  function visitPieces(line: string, { keepLast = false } = {}): string {
    let from = 0;
    for (; from + MAX_LINE_LENGTH < line.length; from += MAX_LINE_LENGTH)
      visit(line.slice(from, from + MAX_LINE_LENGTH));
    if (!keepLast) visit(line.slice(from));
    return line.slice(from);
  }
}
