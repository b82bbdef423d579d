// Tunnels that come and go, with visitors of every kind: `churn-clients.mjs <relay>`. Prints how much it did every few seconds.
import { createServer, request } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTunnel } from '../../dist/tunnel/tunnel.js';

const [relay] = process.argv.slice(2);
const port = Number(new URL(relay).port);
const owner = 'soak-owner-0123456789abcdefghijkl';

/** Tunnels at once, and names they take turns with: few enough that each is used again and again. */
const tunnelsAtOnce = 12;
const names = 200;

const done = { tunnels: 0, requests: 0, failed: 0, cuts: 0 };
const random = (below) => Math.floor(Math.random() * below);

const app = createServer((incoming, response) => {
  incoming.on('error', () => undefined);
  incoming.resume().on('end', () => response.end(Buffer.alloc(Number(incoming.url.slice(1)) || 5)));
});
app.on('upgrade', (_request, socket) => {
  socket.on('error', () => undefined);
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: y\r\n\r\n');
  socket.pipe(socket);
});

/** Between some clients and the relay: cuts connections now and then, without a farewell. */
const cutter = createTcpServer((near) => {
  const far = connect(port, '127.0.0.1');
  const cut = () => {
    near.destroy();
    far.destroy();
  };
  for (const socket of [near, far]) {
    socket.on('error', () => undefined);
    socket.on('close', cut);
  }
  near.pipe(far).pipe(near);
  if (random(3) > 0) return;
  setTimeout(() => {
    done.cuts += 1;
    cut();
  }, random(1_000));
});

const listen = (server) =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
const target = `http://127.0.0.1:${await listen(app)}`;
const cutUrl = `http://127.0.0.1:${await listen(cutter)}`;

/** A whole request and its whole answer. */
function fetchOnce(host, method, path, body) {
  return new Promise((resolve) => {
    const options = { port, host: '127.0.0.1', method, path, headers: { host }, agent: false };
    const sent = request(options, (response) => {
      response.on('error', () => resolve(false));
      response.resume().on('end', () => resolve(response.statusCode === 200));
    });
    sent.on('error', () => resolve(false));
    sent.end(body);
  });
}

/** Somebody who sends `text`, reads a little, and leaves. */
function leaveEarly(host, text) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(true));
    socket.write(text.replaceAll('HOST', host));
    setTimeout(() => socket.destroy(), random(200));
  });
}

const visits = [
  (host) => fetchOnce(host, 'GET', '/20'),
  (host) => fetchOnce(host, 'GET', '/1000000'),
  (host) => fetchOnce(host, 'POST', '/5', Buffer.alloc(200_000)),
  (host) => leaveEarly(host, 'GET /5000000 HTTP/1.1\r\nHost: HOST\r\n\r\n'),
  (host) => leaveEarly(host, 'POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 500000\r\n\r\nx'),
  (host) =>
    leaveEarly(host, 'GET / HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade\r\nUpgrade: y\r\n\r\nx'),
  (host) => leaveEarly(host, 'GET / HTTP/1.1\r\nHost: HOST\r\nBroken\r\n\r\n'),
  (host) => fetchOnce(`nobody${random(100)}.${host}`, 'GET', '/'),
];

async function live() {
  for (;;) {
    const subdomain = `churn${random(names)}`;
    const way = random(2) === 0 ? relay : cutUrl;
    const options = { target, owner, subdomain, relay: way };
    const tunnel = await openTunnel(options).catch(() => undefined);
    if (!tunnel) continue;
    done.tunnels += 1;
    const host = new URL(tunnel.url).host;
    for (let rounds = random(6); rounds > 0; rounds--) {
      const answers = await Promise.all(
        Array.from({ length: 4 }, () => visits[random(visits.length)](host)),
      );
      done.requests += answers.length;
      done.failed += answers.filter((isGood) => !isGood).length;
    }
    await sleep(random(300));
    await tunnel.close();
  }
}

console.log(JSON.stringify({ event: 'ready' }));
setInterval(() => console.log(JSON.stringify({ event: 'done', ...done })), 5_000);
for (let i = 0; i < tunnelsAtOnce; i++) void live();
