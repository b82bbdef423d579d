import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { encodeFrame, frameTypes } from '../../src/wire/frame.ts';
import { encodeHello, subprotocol } from '../../src/wire/handshake.ts';
import { TUNNEL_PATH } from '../../src/wire/link.ts';
import { ownerOf } from './tunnel.ts';

/** One frame as a test writes it; the payload is latin1. */
export type EvilFrame = readonly [
  type: keyof typeof frameTypes,
  stream: number,
  flags: number,
  payload: string,
];

/** A tunnel client that sends whatever frames a test wants, under the name `evil` or another; ends with the test. */
export class EvilClient {
  readonly socket: WebSocket;

  constructor(socket: WebSocket) {
    this.socket = socket;
    onTestFinished(() => socket.terminate());
  }

  static async connect(
    port: number,
    features: readonly string[] = [],
    name = 'evil',
  ): Promise<EvilClient> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${TUNNEL_PATH}`, [subprotocol]);
    await once(socket, 'open');
    const hello = { protocol: 1, agent: 'x', name, owner: ownerOf('e') } as const;
    socket.send(encodeHello({ ...hello, features }));
    await once(socket, 'message');
    return new EvilClient(socket);
  }

  /** Waits for the next message of the relay, such as the OPEN of a request. */
  async next(): Promise<void> {
    await once(this.socket, 'message');
  }

  /** Sends frames in one message. */
  send(...frames: readonly EvilFrame[]): void {
    const bytes = frames.map(([type, stream, flags, payload]) =>
      encodeFrame({
        type: frameTypes[type],
        stream,
        flags,
        payload: Buffer.from(payload, 'latin1'),
      }),
    );
    this.socket.send(Buffer.concat(bytes));
  }
}
