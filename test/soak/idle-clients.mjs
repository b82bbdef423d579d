// Opens tunnels that then do nothing: `idle-clients.mjs <relay> <count>`.
import { openTunnel } from '../../dist/tunnel/tunnel.js';

const [relay, count] = process.argv.slice(2);
const options = { relay, target: 'http://127.0.0.1:1', owner: 'soak-owner-0123456789abcdefghijkl' };

/** Dialled at once; more only wait in the queue of the system. */
const batch = 50;
for (let left = Number(count); left > 0; left -= batch) {
  await Promise.all(Array.from({ length: Math.min(batch, left) }, () => openTunnel(options)));
}
console.log(JSON.stringify({ event: 'ready' }));
