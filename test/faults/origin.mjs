// The app behind the tunnels of these tests, in a process of its own, so that it can be killed and frozen: `origin.mjs [port]`.
// What it answers depends on the tunnel and on the id of the request, so that a byte of another tunnel or another request shows.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import { WebSocketServer } from 'ws';

const [port = '0'] = process.argv.slice(2);
const chunk = Buffer.alloc(65_536, 'x');
const zipped = gzipSync(Buffer.alloc(50_000, 'y'));

/** Bytes of endless answers that the system has taken. */
let streamedBytes = 0;
let requests = 0;
let sayNext = () => undefined;

const routes = {
  /** What came, as it came. */
  async echo(request, response) {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const part of request) {
      hash.update(part);
      bytes += part.length;
    }
    const { method, url, rawHeaders, rawTrailers } = request;
    const sha256 = hash.digest('hex');
    const seen = { name: nameOf(request), method, url, rawHeaders, rawTrailers, bytes, sha256 };
    response.end(JSON.stringify(seen));
  },
  /** `/work/<id>/<bytes>/<ms>`: an answer that only this request can have, after a while. */
  async work(request, response, id, bytes, ms) {
    // Told at once, so that also a process that is killed has told it.
    console.log(JSON.stringify({ event: 'work', id: `${nameOf(request)}/${id}` }));
    let received = 0;
    for await (const part of request) received += part.length;
    if (ms !== '0') await new Promise((resolve) => setTimeout(resolve, Number(ms)));
    response.setHeader('x-received', received);
    response.end(Buffer.alloc(Number(bytes), `${nameOf(request)}/${id}|`));
  },
  stats(_request, response) {
    response.end(JSON.stringify({ streamedBytes, requests }));
  },
  /** Never ends and sends as fast as it is read. */
  endless(_request, response) {
    const more = () => {
      for (;;) {
        streamedBytes += chunk.length;
        if (!response.write(chunk)) return;
      }
    };
    response.on('drain', more);
    more();
  },
  gzip(_request, response) {
    response.setHeader('content-encoding', 'gzip');
    response.end(zipped);
  },
  /** Sends one event at once and the others when `/next` is asked for. */
  events(_request, response) {
    response.setHeader('content-type', 'text/event-stream');
    let count = 0;
    sayNext = () => response.write(`data: ${++count}\n\n`);
    sayNext();
  },
  next(_request, response) {
    sayNext();
    response.end();
  },
  trailers(_request, response) {
    response.writeHead(200, { trailer: 'X-Sum' });
    response.write('body');
    response.addTrailers({ 'X-Sum': '42' });
    response.end();
  },
  hints(_request, response) {
    response.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => response.end('after hints'));
  },
  unchanged(_request, response) {
    response.writeHead(304, { etag: '"1"', 'content-length': '5' }).end();
  },
  named(_request, response) {
    response.writeHead(200, { connection: 'X-Hop', 'x-hop': 'secret', 'x-stays': '1' }).end();
  },
  head(_request, response) {
    response.writeHead(200, { 'content-length': '12345' }).end();
  },
  multi(_request, response) {
    response.writeHead(207, [
      ['Set-Cookie', 'a=1'],
      ['set-COOKIE', 'b=2'],
    ]);
    response.end('multi');
  },
};

/** The tunnel that it came through. */
function nameOf({ headers }) {
  return headers.host.split('.')[0];
}

const server = createServer((request, response) => {
  requests += 1;
  const [, route = '', ...rest] = request.url.split('?')[0].split('/');
  const known = Object.hasOwn(routes, route) ? route : 'echo';
  // A visitor who leaves is no news here.
  void Promise.resolve(routes[known](request, response, ...rest)).catch(() => response.destroy());
});
const sockets = new WebSocketServer({ noServer: true, maxPayload: 8_000_000 });
server.on('upgrade', (request, socket, head) => {
  socket.on('error', () => undefined);
  if (request.headers.upgrade === 'websocket') {
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('message', (message, isBinary) => webSocket.send(message, { binary: isBinary }));
    });
    return;
  }
  // First bytes in one packet with the head, on both sides.
  socket.write(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: bytes\r\n\r\nfirst ',
  );
  if (head.length > 0) socket.write(head);
  socket.pipe(socket);
});
server.listen(Number(port), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
