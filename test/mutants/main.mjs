// `npm run mutants -- <room> [words of a name]`: puts one fault after the other into a copy of the sources and runs the tests that
// should see it. Exit code 1 when a fault goes unseen, or when the tests are red without any.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rooms = ['certs'];

/** Longer than any of these test files takes on a busy machine. */
const LIMIT_MS = 180_000;

/** A fault that is none. The tests must be green with it, or red would mean nothing. */
const control = 'control: a comment';

const [room, ...words] = process.argv.slice(2);
if (!rooms.includes(room)) {
  console.error(`usage: npm run mutants -- <${rooms.join(' | ')}> [words of a name]`);
  process.exitCode = 2;
} else {
  const { mutants } = await import(`./${room}.mjs`);
  process.exitCode = runAll(mutants, words.join(' '));
}

function runAll(mutants, wanted) {
  const copy = makeCopy();
  try {
    const chosen = mutants.filter(({ name }) => name.includes(wanted));
    const tests = [...new Set(chosen.flatMap((mutant) => mutant.tests))];
    const file = mutants[0].file;
    // Asked for by name it counts as any other fault: it goes unseen, and that is an error.
    const asked = wanted !== '' && control.includes(wanted);
    const all = asked ? mutants[0].tests : tests;
    const clean = apply(copy, { file, append: '\n// Nothing.\n' }, () => judge(copy, all));
    print(control, clean.verdict, clean);
    if (asked) return clean.verdict === 'seen' ? 0 : 1;
    if (clean.verdict !== 'UNSEEN') {
      console.error(clean.output);
      return 1;
    }
    const unseen = chosen.filter((mutant) => {
      const result = apply(copy, mutant, () => judge(copy, mutant.tests));
      print(mutant.name, result.verdict, result);
      if (result.verdict === 'BROKEN') console.error(result.output);
      return result.verdict !== 'seen';
    });
    console.log(`\n${chosen.length - unseen.length} of ${chosen.length} faults seen`);
    return unseen.length === 0 && chosen.length > 0 ? 0 : 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function makeCopy() {
  const copy = mkdtempSync(join(tmpdir(), 'wx-dev-mutants-'));
  for (const name of ['src', 'test', 'package.json', 'tsconfig.json']) {
    cpSync(join(root, name), join(copy, name), {
      recursive: true,
      filter: (path) => !path.endsWith('node_modules'),
    });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Does `work` while the fault is in the copy. A fault whose text is not there exactly once is a mistake of the list. */
function apply(copy, { file, find, replace, append }, work) {
  const path = join(copy, file);
  const original = readFileSync(path, 'utf8');
  const count = find === undefined ? 1 : original.split(find).length - 1;
  if (count !== 1) throw new Error(`${file} has ${count} times, not once: ${find}`);
  const text = find === undefined ? original + append : original.replace(find, () => replace);
  writeFileSync(path, text);
  try {
    return work();
  } finally {
    writeFileSync(path, original);
  }
}

/** `seen` only where a test that ran said no: a file that does not even load would be red for any fault. */
function judge(copy, tests) {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const options = ['--config', 'test/vitest.config.ts', '--bail', '1', '--reporter', 'json'];
  const startedAt = performance.now();
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [vitest, 'run', ...options, '--outputFile', report, ...tests],
    { cwd: copy, encoding: 'utf8', timeout: LIMIT_MS },
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const output = `${stdout}${stderr}`;
  let results;
  try {
    results = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { verdict: 'BROKEN', seconds, by: 'no report', output };
  }
  const failed = results.testResults.flatMap((file) =>
    file.assertionResults.filter(({ status }) => status === 'failed'),
  );
  if (failed.length > 0) return { verdict: 'seen', seconds, by: failed[0].fullName, output };
  const isGreen = results.success && results.numPassedTests > 0;
  return { verdict: isGreen ? 'UNSEEN' : 'BROKEN', seconds, by: '', output };
}

function print(name, verdict, { seconds, by }) {
  console.log(`${verdict.padEnd(7)} ${seconds.toFixed(1).padStart(5)} s  ${name}`);
  if (by !== '') console.log(`                 by: ${by.trim().slice(0, 100)}`);
}
