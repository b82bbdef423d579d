import { readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { conform, endWithin, type ConformRun } from './drive.ts';
import { initProject, listFiles, runCommand, runScript, startApp, type Project } from './project.ts';

/** A fault that the template's own tests and `wx-dev conform` must both see; one of kind `other` only its own tests. */
export interface Mutant {
  readonly fault: 'signature' | 'dedupe' | 'deadline' | 'other';
  /** Relative to the project. */
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** Those of the template's tests that see it, as a command, where all of them take long. */
  readonly tests?: string;
}

export interface TemplateSpec {
  /** At least one of each fault. */
  readonly mutants: readonly Mutant[];
  /** Variables of the app beside those of every template. */
  readonly env?: Readonly<Record<string, string>>;
  /** Scripts beside `install`, `lint`, `test`, `dev` and `start`: each must succeed. */
  readonly scripts?: readonly string[];
  /** The linter to run, as a command, where the template has no script `lint`. */
  readonly lint?: string;
  /** Further tests of this template, once it is installed and built. */
  readonly more?: (project: () => Project) => void;
}

/** Rules that show a fault, as few as possible: each run costs seconds. */
const rulesOf: Readonly<Record<Exclude<Mutant['fault'], 'other'>, string>> = {
  signature: 'signature',
  dedupe: 'dedupe',
  deadline: 'slow.answered-in-time',
};

/** Everything that is demanded of a callback template, in the order in which its user would do it. */
export function describeTemplate(name: string, spec: TemplateSpec): void {
  describe(name, () => {
    let project: Project;
    const current = (): Project => project;
    // Set-up, because nothing else can be tested where it fails.
    beforeAll(async () => {
      project = await initProject(name);
      const { code, output } = (await runScript(project, 'install')) ?? { code: 0, output: '' };
      expect(code, output).toBe(0);
    });
    describeFiles(name, current);
    test('a linter finds nothing in it', async () => {
      const command = spec.lint ?? project.manifest.scripts['lint'];
      if (command === undefined) throw new Error(`nothing lints ${name}`);
      const { code, output } = await runCommand(project, command);
      expect(code, output).toBe(0);
    });
    test.each([...(spec.scripts ?? []), 'test'])('its script %s succeeds', async (script) => {
      const ended = await runScript(project, script);
      expect(ended?.code, ended?.output).toBe(0);
    });
    test('has the scripts that are tested, and no others', () => {
      const others = Object.keys(project.manifest.scripts).filter((script) => !['install', 'lint'].includes(script));
      expect(others.toSorted()).toEqual([...(spec.scripts ?? []), 'test', 'dev', 'start'].toSorted());
    });
    test('keeps every rule of wx-dev conform, and its log and its end too', async () => {
      // Slow work first and alone. It takes 6 s and must be answered before; WeChat's own 5 s would leave an app that answers at
      // 4.5 s too little on a busy machine. All else has more patience still.
      await using app = await startApp(project, spec.env);
      const slow = await conform(project, app, ['--only', 'slow', '--timeout', '5900ms']);
      expect(problemsOf(slow), await tail(app.log)).toEqual([]);
      const rest = await conform(project, app, ['--skip', 'slow', '--timeout', '30s', '--pid', String(app.pid)]);
      expect(problemsOf(rest), await tail(app.log)).toEqual([]);
      await app.exited;
    });
    test('ends within 2 s of SIGTERM while it handles a push', { retry: 2 }, () =>
      endWithin(project, 2000, spec.env));
    test('has a mutant for each fault', () => {
      const faults = spec.mutants.map(({ fault }) => fault);
      expect(faults).toEqual(expect.arrayContaining(Object.keys(rulesOf)));
    });
    test.each(spec.mutants)('its tests and conform see the fault: $fault, $file', (mutant) =>
      withMutant(project, mutant, () => demandRed(project, mutant, spec)));
    spec.more?.(current);
  });
}

/** What init wrote: no more and no less than the list in `files/<name>.txt`, and nothing that must not be packed. */
export function describeFiles(name: string, project: () => Project): void {
  test('is packed without secrets, dependencies and build output', () => {
    const files = inject('packed').filter((path) => path.startsWith(`templates/${name}/`));
    expect(files.length).toBeGreaterThan(3);
    const wrong =
      /(^|\/)(node_modules|dist|\.venv|__pycache__|\.pytest_cache|bin)\/|\/\.env(\.local)?$|\.(pem|key|p12|log|pyc|tgz)$/;
    expect(files.filter((path) => wrong.test(path))).toEqual([]);
    // npm would drop them: they wait under another name.
    expect(files.filter((path) => /\/\.(gitignore|npmrc)$/.test(path))).toEqual([]);
  });
  test('writes exactly the files of its list', async () => {
    const { dir } = project();
    const all = await listFiles(dir);
    const made = /^((node_modules|\.venv|dist|bin)\/|\.wx-dev\.json$)/;
    const own = all.filter((path) => !made.test(path));
    const list = resolve(import.meta.dirname, '..', 'files', `${name}.txt`);
    await expect(`${own.join('\n')}\n`).toMatchFileSnapshot(list);
    expect(own).toContain('.gitignore');
    if (own.includes('.env')) expect((await stat(join(dir, '.env'))).mode & 0o777).toBe(0o600);
    for (const path of own) {
      const text = await readFile(join(dir, path), 'utf8');
      expect(text, path).not.toMatch(/__(APP_NAME|APP_TITLE|GO_MODULE|APPID|PORT)__|\r\n/);
    }
  });
}

function problemsOf({ rules }: ConformRun): string[] {
  return rules.filter(({ result }) => result !== 'passed').map((rule) => JSON.stringify(rule));
}

async function tail(log: string): Promise<string> {
  return (await readFile(log, 'utf8')).split('\n').slice(-20).join('\n');
}

async function demandRed(
  project: Project,
  { fault, tests: narrow }: Mutant,
  spec: TemplateSpec,
): Promise<void> {
  const tests =
    narrow === undefined
      ? await runScript(project, 'test')
      : await runCommand(project, narrow);
  expect(tests?.code, tests?.output).not.toBe(0);
  if (fault === 'other') return;
  const build = await runScript(project, 'build');
  if (build !== undefined) expect(build.code, build.output).toBe(0);
  await using app = await startApp(project, spec.env);
  const { code, rules } = await conform(project, app, ['--only', rulesOf[fault]]);
  expect(code, JSON.stringify(rules)).toBe(7);
}

async function withMutant(
  { dir }: Project,
  { file, find, replace }: Mutant,
  work: () => Promise<void>,
): Promise<void> {
  const path = join(dir, file);
  const source = await readFile(path, 'utf8');
  expect(source.split(find), `${file} must hold once: ${find}`).toHaveLength(2);
  await writeFile(path, source.replace(find, () => replace));
  try {
    await work();
  } finally {
    await writeFile(path, source);
  }
}
