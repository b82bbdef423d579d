// `npm run soak -- memory [tunnels]`: what an idle relay needs, and what each idle tunnel adds to it.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { kill, residentKb, start, startCli } from './processes.mjs';

/** What the relay may need before anybody has come, in MB (2^20 bytes). */
const idleMb = 60;
/** What one idle tunnel may add, in KB, both as the system and as the heap see it. */
const tunnelKb = 12;

/** Until the memory of the start is collected and given back, and tunnels have sent their first PINGs. */
const settleMs = 30_000;

/** Before each measurement, spread over `settleMs`. */
const collections = 6;

const relayScript = fileURLToPath(new URL('relay-process.mjs', import.meta.url));
const clientsScript = fileURLToPath(new URL('idle-clients.mjs', import.meta.url));

export async function run([count = '5000']) {
  const tunnels = Number(count);
  const files = Number(execFileSync('sh', ['-c', 'ulimit -n']));
  if (files < tunnels + 100) {
    console.error(`${tunnels} tunnels need as many open files; ulimit -n ${tunnels + 100}`);
    return false;
  }
  const command = await startCli(['relay', '--port', '0', '--json', '--quiet']);
  await sleep(settleMs);
  const idle = residentKb(command.child.pid) / 1024;
  await kill(command);

  let tell = () => undefined;
  const relay = await start(relayScript, [], {
    nodeArgs: ['--expose-gc'],
    onEvent: (event) => tell(event),
  });
  const collect = async () => {
    const answer = new Promise((resolve) => {
      tell = resolve;
    });
    relay.child.stdin.write('memory\n');
    const { heapUsed, external } = await answer;
    return { heapKb: (heapUsed + external) / 1024, residentKb: residentKb(relay.child.pid) };
  };
  // V8 gives memory back some collections later, and takes some for the next garbage: the least is what is needed.
  const measure = async () => {
    const seen = [];
    for (let times = 0; times < collections; times++) {
      await sleep(settleMs / collections);
      seen.push(await collect());
    }
    return {
      heapKb: Math.min(...seen.map((each) => each.heapKb)),
      residentKb: Math.min(...seen.map((each) => each.residentKb)),
    };
  };
  const before = await measure();
  const clients = await start(clientsScript, [relay.ready.listen[0], count]);
  const after = await measure();
  await kill(clients);
  await kill(relay);
  const resident = (after.residentKb - before.residentKb) / tunnels;
  const heap = (after.heapKb - before.heapKb) / tunnels;
  console.log(`wx-dev relay, idle        ${idle.toFixed(1)} MB resident (at most ${idleMb})`);
  console.log(
    `${tunnels} idle tunnels, each    ${resident.toFixed(1)} KB resident (at most ${tunnelKb})`,
  );
  console.log(
    `                          ${heap.toFixed(1)} KB heap and buffers (at most ${tunnelKb})`,
  );
  return idle <= idleMb && resident <= tunnelKb && heap <= tunnelKb;
}
