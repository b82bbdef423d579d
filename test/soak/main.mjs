// `npm run soak -- <name> [options]`: each soak is a file beside this one that exports `run(args)` and gives whether its limits hold.
const names = ['loss', 'memory', 'churn'];
const [name, ...args] = process.argv.slice(2);

if (!names.includes(name)) {
  console.error(`usage: npm run soak -- <${names.join(' | ')}> [options]`);
  process.exitCode = 2;
} else {
  const { run } = await import(`./${name}.mjs`);
  // Also what still runs for it ends here.
  process.exit((await run(args)) ? 0 : 1);
}
