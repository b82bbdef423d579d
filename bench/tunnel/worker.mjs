// One process of the tunnel benchmark: `origin`, `relay`, `client` or `load`. Spoken to over IPC: `{ call, ...arguments }`.
import { createServer } from 'node:http';
import { connect } from 'node:net';

const [role, ...args] = process.argv.slice(2);

/** Also the relay's token: it listens where others could reach it when there is a line between the two. */
const owner = 'benchmark-owner-0123456789';

/** A way that has not answered for this long does not work, in ms. */
const hungMs = 20_000;

const started = { origin: startOrigin, relay: startRelay, client: startClient, load: startLoad };
process.send({ ready: await started[role](...args) });

process.on('message', (message) => void answer(message));

async function answer({ call, ...options }) {
  // Not a shutdown test: the benchmark is over, and a profile is written on exit.
  if (call === 'exit') process.exit();
  try {
    process.send(await measures[call](options));
  } catch (error) {
    process.send({ error: error.message });
  }
}

function startOrigin(host) {
  const small = Buffer.from('hello');
  const chunk = Buffer.alloc(65_536, 'x');
  const server = createServer((request, response) => {
    const [path, query] = request.url.split('?');
    if (path === '/down') {
      response.setHeader('content-length', query);
      let left = Number(query);
      const more = () => {
        while (left > 0) {
          left -= chunk.length;
          if (!response.write(left < 0 ? chunk.subarray(0, left) : chunk)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
      return;
    }
    request.resume().on('end', () => {
      response.setHeader('content-length', small.length);
      response.end(small);
    });
  });
  return new Promise((resolve) => {
    server.listen(0, host, () => resolve({ port: server.address().port }));
  });
}

async function startRelay(host) {
  const { startRelay: start } = await import('../../dist/relay/relay.js');
  const relay = await start({ httpPort: 0, host, tokens: [owner] });
  return { port: Number(new URL(relay.httpUrl).port) };
}

async function startClient(relay, target) {
  const { openTunnel } = await import('../../dist/tunnel/tunnel.js');
  const tunnel = await openTunnel({ relay, target, subdomain: 'bench', owner, token: owner });
  return { host: new URL(tunnel.url).host };
}

function startLoad() {
  return {};
}

const measures = { requests, newConnections, requestsDuringDownloads, download, upload };

/** As many requests as fit into `ms` on `connections` kept-alive connections, each waiting for its answer. */
async function requests({ address, port, host, method, path, body, connections, ms }) {
  const length = body === undefined ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`;
  const request = Buffer.from(
    `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${length}\r\n${body ?? ''}`,
  );
  const latencies = [];
  const startedAt = performance.now();
  const deadline = startedAt + ms;
  await Promise.all(
    Array.from({ length: connections }, () =>
      loop({ address, port }, request, deadline, latencies),
    ),
  );
  return summary(latencies, startedAt);
}

/** The same with a new connection for each request. */
async function newConnections({ address, port, host, connections, ms }) {
  const request = Buffer.from(`GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
  const latencies = [];
  const startedAt = performance.now();
  const deadline = startedAt + ms;
  const one = async () => {
    // With a deadline that is over a loop ends after one request.
    while (performance.now() < deadline) await loop({ address, port }, request, 0, latencies, true);
  };
  await Promise.all(Array.from({ length: connections }, one));
  return summary(latencies, startedAt);
}

function summary(latencies, startedAt) {
  const seconds = (performance.now() - startedAt) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.floor((latencies.length - 1) * share)];
  return {
    count: latencies.length,
    perSecond: latencies.length / seconds,
    p50: at(0.5),
    p99: at(0.99),
  };
}

/** The same while other connections download without end. */
async function requestsDuringDownloads({ downloads, ...options }) {
  const { address, port, host } = options;
  const sockets = Array.from({ length: downloads }, () => {
    const socket = connect({ port, host: address });
    socket.on('error', () => undefined);
    socket.write(`GET /down?${1e12} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
    return socket.resume();
  });
  try {
    return await requests(options);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

function loop({ address, port }, request, deadline, latencies, countsConnect = false) {
  return new Promise((resolve, reject) => {
    let sentAt = performance.now();
    const socket = connect({ port, host: address, noDelay: true });
    let whole = 0;
    let received = 0;
    const send = () => {
      if (!countsConnect) sentAt = performance.now();
      received = 0;
      socket.write(request);
    };
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection was closed under load')));
    socket.setTimeout(hungMs, () => socket.destroy(new Error('no answer')));
    socket.on('data', (bytes) => {
      if (received === 0) {
        const start = bytes.toString('latin1', 0, 12);
        if (start !== 'HTTP/1.1 200') {
          reject(new Error(`answered ${bytes.toString('latin1', 0, 300)}`));
          return;
        }
        // The answers of one measurement differ in digits only, so the first tells the length of all.
        if (whole === 0) whole = answerLength(bytes);
      }
      received += bytes.length;
      if (received < whole) return;
      const now = performance.now();
      latencies.push(now - sentAt);
      if (now < deadline) send();
      else {
        socket.removeAllListeners('close').destroy();
        resolve();
      }
    });
  });
}

function answerLength(bytes) {
  const end = bytes.indexOf('\r\n\r\n') + 4;
  const [, length] = /^content-length: *(\d+)/im.exec(bytes.latin1Slice(0, end));
  return end + Number(length);
}

/** One answer with a body of `bytes`. */
function download({ address, port, host, bytes }) {
  return transfer(
    { address, port },
    (socket) => {
      socket.write(`GET /down?${bytes} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
    },
    bytes,
  );
}

/** One request with a body of `bytes`. */
function upload({ address, port, host, bytes }) {
  const chunk = Buffer.alloc(65_536, 'y');
  return transfer(
    { address, port },
    (socket) => {
      socket.write(`POST /up HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${bytes}\r\n\r\n`);
      let left = bytes;
      const more = () => {
        while (left > 0) {
          const part = left < chunk.length ? chunk.subarray(0, left) : chunk;
          left -= part.length;
          if (!socket.write(part)) {
            socket.once('drain', more);
            return;
          }
        }
      };
      more();
    },
    bytes,
  );
}

function transfer({ address, port }, send, bytes) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: address, noDelay: true });
    socket.setTimeout(hungMs, () => socket.destroy(new Error('nothing came')));
    const startedAt = performance.now();
    let whole = 0;
    let received = 0;
    socket.on('connect', () => send(socket));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after ${received} of ${whole} bytes`)));
    socket.on('data', (part) => {
      if (whole === 0) whole = answerLength(part);
      received += part.length;
      if (received < whole) return;
      socket.removeAllListeners('close').destroy();
      resolve({ mbPerSecond: bytes / 1e3 / (performance.now() - startedAt) });
    });
  });
}
