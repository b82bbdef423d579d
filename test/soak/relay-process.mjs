// A relay whose heap can be asked for: any line on stdin is answered with its memory after a collection. Run with --expose-gc.
import { startRelay } from '../../dist/relay/relay.js';

const relay = await startRelay({ httpPort: 0 });
console.log(JSON.stringify({ event: 'ready', listen: [relay.httpUrl] }));
process.stdin.on('data', () => {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  console.log(JSON.stringify({ event: 'memory', heapUsed, external }));
});
