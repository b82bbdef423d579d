import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { encodeHello, linksFeature, subprotocol } from '../../src/wire/handshake.ts';
import { TUNNEL_PATH } from '../../src/wire/link.ts';
import { EvilClient } from '../helpers/evil-client.ts';
import { ownerOf, portOf, useRelay } from '../helpers/tunnel.ts';

/** One link that says hello; gives it and the first answer. */
async function dial(
  port: number,
  owner: string,
  name: string,
): Promise<{ socket: WebSocket; answer: string }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${TUNNEL_PATH}`, [subprotocol]);
  onTestFinished(() => socket.terminate());
  socket.on('error', () => undefined);
  await once(socket, 'open');
  const tunnel = 'one-and-the-same-run';
  const features = [linksFeature];
  socket.send(
    encodeHello({ protocol: 1, agent: 'x', name, owner: ownerOf(owner), tunnel, features }),
  );
  const [message] = (await once(socket, 'message')) as [Buffer];
  return { socket, answer: message.toString('latin1') };
}

test.each([
  [4321, 'bye\u001b[2J\r\n  tunnel bank opened', 'connection closed (4321)'],
  [1000, 'the relay ends', 'its client ended'],
] as const)(
  'what a client says as it leaves with %i stays out of the log',
  async (code, words, told) => {
    const relay = await useRelay();
    const evil = await EvilClient.connect(portOf(relay));
    const closed = once(relay.events, 'tunnel-closed');
    evil.socket.close(code, words);
    const [{ reason }] = (await closed) as [{ reason: string }];
    expect(reason).toBe(told);
  },
);

test('nothing stays of a client that was refused: its id is free for whoever has it', async () => {
  const relay = await useRelay();
  const port = portOf(relay);
  await EvilClient.connect(port);
  expect((await dial(port, 'thief', 'evil')).answer).toContain('WXD4004');
  const first = await dial(port, 'me', 'app');
  const opened: string[] = [];
  relay.events.on('tunnel-open', ({ name }) => opened.push(name));
  const second = await dial(port, 'me', 'app');
  // Links of one run serve together; of two, the second would have taken over and been announced.
  expect(opened).toEqual([]);
  expect([first.socket.readyState, second.socket.readyState]).toEqual([1, 1]);
});
