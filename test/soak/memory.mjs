// `npm run soak -- memory [tunnels]`: what an idle relay needs, and what each idle tunnel adds to it: resident, of the command as users
// run it, and in the heap, of the relay in a process that collects when it is told to.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { kill, residentKb, start, startCli } from './processes.mjs';

/** What the relay may need before anybody has come, in MB (2^20 bytes). */
const idleMb = 60;
/** What one idle tunnel may add, in KB, both as the system and as the heap see it. */
const tunnelKb = 12;

/** Until tunnels have sent their first PINGs, and V8 has given back what only the start needed. */
const settleMs = 30_000;

const relayScript = fileURLToPath(new URL('relay-process.mjs', import.meta.url));
const clientsScript = fileURLToPath(new URL('idle-clients.mjs', import.meta.url));

export async function run([count = '5000']) {
  const tunnels = Number(count);
  const files = Number(execFileSync('sh', ['-c', 'ulimit -n']));
  if (files < tunnels + 100) {
    console.error(`${tunnels} tunnels need as many open files; ulimit -n ${tunnels + 100}`);
    return false;
  }
  const resident = await residentOf(count);
  const heap = await heapOf(count);
  const lines = [
    ['wx-dev relay, idle', resident.idleKb / 1024, 'MB resident', idleMb],
    [`${tunnels} idle tunnels, each`, resident.addedKb / tunnels, 'KB resident', tunnelKb],
    [`${tunnels} idle tunnels, each`, heap.addedKb / tunnels, 'KB heap and buffers', tunnelKb],
  ];
  for (const [what, measured, unit, most] of lines) {
    const verdict = measured <= most ? 'ok' : 'TOO MUCH';
    const figure = `${measured.toFixed(1)} ${unit} (at most ${most})`;
    console.log(`${what.padEnd(26)}${figure.padEnd(42)}${verdict}`);
  }
  return lines.every(([, measured, , most]) => measured <= most);
}

/** Of `wx-dev relay`, which nobody tells to collect. */
async function residentOf(count) {
  const { child, exited, ready } = await startCli(['relay', '--port', '0', '--json', '--quiet']);
  await sleep(settleMs);
  const idleKb = residentKb(child.pid);
  const clients = await start(clientsScript, [ready.listen[0], count]);
  await sleep(settleMs);
  const addedKb = residentKb(child.pid) - idleKb;
  await kill(clients);
  await kill({ child, exited });
  return { idleKb, addedKb };
}

/** Of what is in use after a collection. */
async function heapOf(count) {
  let tell = () => undefined;
  const relay = await start(relayScript, [], {
    nodeArgs: ['--expose-gc'],
    onEvent: (event) => tell(event),
  });
  const used = async () => {
    const answer = new Promise((resolve) => {
      tell = resolve;
    });
    relay.child.stdin.write('memory\n');
    const { heapUsed, external } = await answer;
    return (heapUsed + external) / 1024;
  };
  const before = await used();
  const clients = await start(clientsScript, [relay.ready.listen[0], count]);
  await sleep(settleMs);
  const addedKb = (await used()) - before;
  await kill(clients);
  await kill(relay);
  return { addedKb };
}
