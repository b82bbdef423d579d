// `npm run soak -- churn [minutes]`: tunnels and visitors come and go, leave early, are cut off and return; the relay must not grow.
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { kill, residentKb, start } from './processes.mjs';

/** Between the second third of the time and the last one, in MB: what is left over by fragments and chance. */
const mayGrowMb = { heap: 2, resident: 8 };

const samples = 60;

const script = (name) => fileURLToPath(new URL(name, import.meta.url));

export async function run([minutes = '30']) {
  let tell = () => undefined;
  let done = {};
  const relay = await start(script('relay-process.mjs'), [], {
    nodeArgs: ['--expose-gc'],
    onEvent: (event) => tell(event),
  });
  const clients = await start(script('churn-clients.mjs'), [relay.ready.listen[0]], {
    onEvent: (event) => {
      done = event;
    },
  });
  const seen = [];
  for (let i = 0; i < samples; i++) {
    await sleep((Number(minutes) * 60_000) / samples);
    const answer = new Promise((resolve) => {
      tell = resolve;
    });
    relay.child.stdin.write('memory\n');
    const { heapUsed, external } = await answer;
    const heap = (heapUsed + external) / 2 ** 20;
    const resident = residentKb(relay.child.pid) / 1024;
    seen.push({ heap, resident });
    const { tunnels, requests, failed, cuts } = done;
    console.log(
      `${(((i + 1) * Number(minutes)) / samples).toFixed(1)} min  heap ${heap.toFixed(1)} MB  resident ${resident.toFixed(1)} MB  ${tunnels} tunnels, ${requests} requests (${failed} failed), ${cuts} cuts`,
    );
  }
  await kill(clients);
  await kill(relay);
  const third = samples / 3;
  const grown = (key) => mean(seen.slice(2 * third), key) - mean(seen.slice(third, 2 * third), key);
  const [heap, resident] = [grown('heap'), grown('resident')];
  console.log(
    `from the second third to the last: heap ${heap.toFixed(1)} MB (at most ${mayGrowMb.heap}), resident ${resident.toFixed(1)} MB (at most ${mayGrowMb.resident})`,
  );
  return heap <= mayGrowMb.heap && resident <= mayGrowMb.resident;
}

function mean(list, key) {
  return list.reduce((sum, each) => sum + each[key], 0) / list.length;
}
