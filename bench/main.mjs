// `npm run bench -- <name> [options]`: each benchmark is a file beside this one that exports `run(args)`.
import { readdirSync } from 'node:fs';

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.mjs') && file !== 'main.mjs' && !file.includes('-worker'))
  .map((file) => file.slice(0, -'.mjs'.length));
const [name, ...args] = process.argv.slice(2);

if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run bench -- <${names.join(' | ')}>`);
  process.exitCode = 2;
} else {
  const { run } = await import(`./${name}.mjs`);
  await run(args);
}
