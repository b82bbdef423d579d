// One process of the tunnel benchmark: `origin`, `relay`, `client` or `load`. Spoken to over IPC: `{ call, ...arguments }`.
import { createServer } from 'node:http';
import { connect } from 'node:net';

const [role, ...args] = process.argv.slice(2);

const started = { origin: startOrigin, relay: startRelay, client: startClient, load: startLoad };
process.send({ ready: await started[role](...args) });

process.on('message', (message) => void answer(message));

async function answer({ call, ...options }) {
  if (call === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send({ cpuUs: user + system, rssMb: process.memoryUsage.rss() / 1e6 });
  } else if (call === 'exit') {
    // Not a shutdown test: the benchmark is over, and a profile is written on exit.
    process.exit();
  } else {
    process.send(await measures[call](options));
  }
}

function startOrigin() {
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
    server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port }));
  });
}

async function startRelay() {
  const { startRelay: start } = await import('../dist/relay/relay.js');
  const relay = await start({ httpPort: 0 });
  return { url: relay.httpUrl, port: Number(new URL(relay.httpUrl).port) };
}

async function startClient(relay, target) {
  const { openTunnel } = await import('../dist/tunnel/tunnel.js');
  const owner = 'benchmark-owner-0123456789';
  const tunnel = await openTunnel({ relay, target, subdomain: 'bench', owner });
  return { host: new URL(tunnel.url).host };
}

function startLoad() {
  return {};
}

const measures = { requests, requestsDuringDownloads, download, upload };

/** As many requests as fit into `ms` on `connections` kept-alive connections, each waiting for its answer. */
async function requests({ port, host, method, path, body, connections, ms }) {
  const length = body === undefined ? '' : `content-length: ${Buffer.byteLength(body)}\r\n`;
  const request = Buffer.from(
    `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${length}\r\n${body ?? ''}`,
  );
  const latencies = [];
  const startedAt = performance.now();
  const deadline = startedAt + ms;
  await Promise.all(
    Array.from({ length: connections }, () => loop(port, request, deadline, latencies)),
  );
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
  const { port, host } = options;
  const sockets = Array.from({ length: downloads }, () => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.write(`GET /down?${1e12} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
    return socket.resume();
  });
  try {
    return await requests(options);
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

function loop(port, request, deadline, latencies) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let sentAt = 0;
    let whole = 0;
    let received = 0;
    const send = () => {
      sentAt = performance.now();
      received = 0;
      socket.write(request);
    };
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection was closed under load')));
    socket.on('data', (bytes) => {
      if (received === 0) {
        const start = bytes.latin1Slice(0, 12);
        if (start !== 'HTTP/1.1 200') {
          reject(new Error(`answered ${bytes.latin1Slice(0, 300)}`));
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
function download({ port, host, bytes }) {
  return transfer(
    port,
    (socket) => {
      socket.write(`GET /down?${bytes} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
    },
    bytes,
  );
}

/** One request with a body of `bytes`. */
function upload({ port, host, bytes }) {
  const chunk = Buffer.alloc(65_536, 'y');
  return transfer(
    port,
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

function transfer(port, send, bytes) {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
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
