// Opens tunnels, and closes them again or leaves them idle: `idle-clients.mjs <relay> <count> [names]`. With `names` each is closed
// at once, and they take turns with so many names. Prints `ready`, and the same for each line on stdin, when it has done it again.
import { openTunnel } from '../../dist/tunnel/tunnel.js';

const [relay, count, names] = process.argv.slice(2);
const options = { relay, target: 'http://127.0.0.1:1' };

/** A relay gives one owner a thousand names. */
const tunnelsPerOwner = 500;

/** Dialled at once; more only wait in the queue of the system. */
const batch = 50;
let opened = 0;

async function open() {
  for (;;) {
    const turn = opened++;
    const subdomain = names === undefined ? undefined : `idle${turn % Number(names)}`;
    const run = names === undefined ? Math.floor(turn / tunnelsPerOwner) : 0;
    const owner = `soak-owner-0123456789abcdefghijkl-${run}`;
    // On a busy machine a dial may take too long.
    const tunnel = await openTunnel({ ...options, subdomain, owner }).catch(() => undefined);
    if (!tunnel) continue;
    if (names !== undefined) await tunnel.close();
    return;
  }
}

async function openAll() {
  for (let left = Number(count); left > 0; left -= batch)
    await Promise.all(Array.from({ length: Math.min(batch, left) }, open));
  console.log(JSON.stringify({ event: 'ready' }));
}

await openAll();
process.stdin.on('data', () => void openAll());
