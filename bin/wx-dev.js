#!/usr/bin/env node
// Plain JavaScript without static imports: it must still parse, and say what is wrong, on a Node that cannot run the rest.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    'wx-dev needs Node 20.19 or newer; this is ' +
      process.version +
      ' (' +
      process.execPath +
      ')\n',
  );
  process.exitCode = 3;
} else {
  void start();
}

async function start() {
  const [command] = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
  // Before the rest is loaded, which is most of what it changes.
  if (command === 'relay') (await import('../dist/cli/relay-heap.js')).startSmall();
  await (await import('../dist/cli/main.js')).main();
}
