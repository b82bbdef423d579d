import type { Socket } from 'node:net';
import { LINGER_BYTES, LINGER_MS, WRITE_STALL_MS } from './limits.ts';

/**
 * Ends our side of `socket` after what has been written to it, and reads on for a moment: closing with unread bytes would reset
 * the answer away. A peer that does not hang up, or takes nothing of the answer, is hung up on.
 */
export function linger(socket: Socket): void {
  let timer = setTimeout(() => socket.destroy(), WRITE_STALL_MS);
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > LINGER_BYTES) socket.destroy();
  });
  socket.once('close', () => clearTimeout(timer));
  // All has been taken by the system: from now on only the peer's own end is awaited.
  socket.end(() => {
    if (socket.destroyed) return;
    clearTimeout(timer);
    timer = setTimeout(() => socket.destroy(), LINGER_MS);
  });
  socket.resume();
}
