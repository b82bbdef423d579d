import type { ServerResponse } from 'node:http';
import type { Answer } from './responder.ts';

/** Writes a complete answer with exactly its header lines. */
export function writeAnswer(response: ServerResponse, answer: Answer): void {
  response.sendDate = answer.verbatim !== true;
  // Always a Buffer: before a string Node writes non-ASCII header bytes as UTF-8.
  const body = Buffer.from(answer.body.buffer, answer.body.byteOffset, answer.body.byteLength);
  if (answer.reason === undefined) response.writeHead(answer.status, answer.headers.flat());
  else response.writeHead(answer.status, answer.reason, answer.headers.flat());
  response.end(body);
}
