// A WebSocket for the mini program: what one user says, all who are connected hear.
import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { answerError } from '../lib/envelope.ts';
import type { Services } from '../services.ts';

/** Connections of this process; each costs some 50 KB. */
const MOST_CONNECTIONS = 1000;
/** Proxies cut a connection that is silent for a minute. */
const PING_MS = 30_000;
const MOST_MISSED = 3;
/** Bytes that wait for one phone. A slower one is dropped: it must not fill our memory. */
const MOST_BUFFERED = 64 * 1024;
/** What one connection may send a second, and at once: all others have to take it. */
const PER_SECOND = 5;
const BURST = 20;

const Said = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ping') }),
  z.object({ type: z.literal('text'), text: z.string().min(1).max(500) }),
]);

export async function chatRoutes(app: FastifyInstance, { sessions }: Services): Promise<void> {
  const connected = new Map<WebSocket, { missed: number }>();
  app.setErrorHandler(answerError);
  await app.register(websocket, { options: { maxPayload: 16 * 1024 } });

  const pings = setInterval(() => {
    for (const [socket, state] of connected) {
      state.missed += 1;
      if (state.missed > MOST_MISSED) socket.terminate();
      else socket.ping();
    }
  }, PING_MS).unref();
  app.addHook('onClose', async () => clearInterval(pings));

  const authenticate = async (request: Parameters<typeof sessions.find>[0]) => {
    request.session = await sessions.find(request);
  };
  app.get('/ws', { websocket: true, onRequest: authenticate }, (socket: WebSocket, request) => {
    const user = request.session?.user ?? '';
    if (connected.size >= MOST_CONNECTIONS) return socket.close(1013, 'too many connections');
    const state = { missed: 0 };
    const mayTalk = allowance();
    connected.set(socket, state);
    socket.on('pong', () => {
      state.missed = 0;
    });
    socket.on('close', () => connected.delete(socket));
    socket.on('error', () => socket.terminate());
    socket.on('message', (data) => {
      if (!mayTalk())
        return send(socket, { type: 'error', msg: 'too many messages: wait a second' });
      const said = Said.safeParse(parseJson(String(data)));
      if (!said.success) return send(socket, { type: 'error', msg: 'expected {type, text}' });
      if (said.data.type === 'ping') return send(socket, { type: 'pong' });
      for (const other of connected.keys())
        send(other, { type: 'text', user, text: said.data.text });
    });
    return send(socket, { type: 'welcome', user });
  });
}

/** Fills with time, and is used up by what is sent. */
function allowance(): () => boolean {
  let left = BURST;
  let since = performance.now();
  return () => {
    const now = performance.now();
    left = Math.min(BURST, left + ((now - since) / 1000) * PER_SECOND);
    since = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}

function send(socket: WebSocket, event: object): void {
  if (socket.bufferedAmount > MOST_BUFFERED) socket.terminate();
  else if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(event));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not JSON: refused like any other wrong message.
  }
}
