// The app of the loss soak: opens signed and encrypted pushes, handles each MsgId once, and tells what came. `report` on stdin asks.
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { parsePushQuery, unseal } from '../../dist/wechat/index.js';
import { account } from './loss-account.mjs';

/** MsgIds that were seen, pushes in the order they were handled, and how often each try came. */
const known = new Set();
const handled = [];
const tries = new Map();
let refused = 0;

const server = createServer((request, response) => {
  buffer(request).then(
    (body) => {
      const id = request.headers['x-try'];
      tries.set(id, (tries.get(id) ?? 0) + 1);
      try {
        const rawQuery = request.url.split('?')[1] ?? '';
        const { fields } = unseal({ query: parsePushQuery(rawQuery), body }, account);
        if (!known.has(fields.MsgId)) handled.push(fields.MsgId);
        known.add(fields.MsgId);
        response.end('success');
      } catch {
        refused += 1;
        response.writeHead(401).end();
      }
    },
    // WeChat hung up, or the tunnel was killed in the middle of the body: the next try comes whole.
    () => response.destroy(),
  );
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
process.stdin.on('data', () => {
  const twice = [...tries].filter(([, times]) => times > 1).map(([id]) => id);
  const report = {
    event: 'report',
    handled,
    tries: tries.size,
    twice,
    refused,
  };
  console.log(JSON.stringify(report));
});
