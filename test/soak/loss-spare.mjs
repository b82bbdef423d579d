// A relay or a client that has loaded its code and waits: `loss-spare.mjs relay|client <arguments>`. It begins at a line on stdin, so that
// a busy machine does not make an outage of half a second one of ten.
import { startRelay } from '../../dist/relay/relay.js';
import { openTunnel } from '../../dist/tunnel/tunnel.js';

const [role, ...args] = process.argv.slice(2);
const begin = {
  relay: ([port]) => startRelay({ httpPort: Number(port) }),
  client: ([relay, target]) =>
    openTunnel({ relay, target, subdomain: 'loss', owner: 'soak-owner-0123456789abcdefghijkl' }),
};

console.log(JSON.stringify({ event: 'ready' }));
process.stdin.once('data', () => {
  begin[role](args).then(
    ({ httpUrl }) => console.log(JSON.stringify({ event: 'begun', listen: [httpUrl] })),
    () => process.exit(1),
  );
});
