import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { renderUnicodeCompact } from 'uqr';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { createWorkspace, runCli, type Workspace } from '../helpers/cli.ts';
import { needProgram } from '../helpers/programs.ts';
import { openTerminal, type TerminalSession } from '../helpers/tmux.ts';

const BIN = resolve(import.meta.dirname, '../../bin/wx-dev.js');
const certutil = '/usr/bin/certutil';
const testTerminal = needProgram('tmux', ['-V']);
const testNss = needProgram(certutil, ['-H']);

interface Machine extends Workspace {
  /** The one NSS database of a home of its own, so that nothing of the real machine is touched. */
  readonly database: string;
  /** Names of the certificates in it. */
  readonly names: () => string;
}

/** No program in PATH connects to prove the trust: that is another test's, and takes a browser's start. */
async function createMachine(): Promise<Machine> {
  const workspace = await createWorkspace();
  const HOME = join(workspace.dir, 'user');
  const database = join(HOME, '.pki/nssdb');
  await mkdir(database, { recursive: true });
  const nss = (...args: string[]): string =>
    execFileSync(certutil, ['-d', `sql:${database}`, ...args], { encoding: 'utf8' });
  nss('-N', '--empty-password');
  return {
    ...workspace,
    env: { ...workspace.env, HOME, PATH: '/nonexistent' },
    database,
    names: () => nss('-L'),
  };
}

const onlyChromium = ['--store', 'chromium'];

function open({ dir, env }: Workspace, lang: string, ...args: string[]): Promise<TerminalSession> {
  return openTerminal(['cert', ...args], { cwd: dir, env: { ...env, WX_DEV_LANG: lang } });
}

async function expectFits(terminal: TerminalSession): Promise<string> {
  const screen = await terminal.waitFor(/exit=\d+/);
  for (const line of screen.split('\n')) expect(stringWidth(line), line).toBeLessThanOrEqual(80);
  return screen;
}

describe('trust', () => {
  testNss(
    'a store that fails is exit 3, is named with what its program said, and stays on the list',
    async () => {
      await using machine = await createMachine();
      const { dir, env, database } = machine;
      const at = { cwd: dir, env };
      await writeFile(join(database, 'cert9.db'), 'no database at all');
      const failed = await runCli(['cert', 'trust', ...onlyChromium, '--yes', '--json'], at);
      expect(failed.code).toBe(3);
      const { stores } = JSON.parse(failed.stdout) as { stores: Record<string, unknown>[] };
      expect(stores).toMatchObject([{ store: 'chromium', path: database, done: false }]);
      expect(stores[0]?.['problem']).toMatch(/SEC_ERROR|certutil/);
      expect(existsSync(join(dir, 'home', 'trust.json'))).toBe(true);
      const text = await runCli(['cert', 'trust', ...onlyChromium, '--yes', '--lang', 'zh'], at);
      expect(text.code).toBe(3);
      expect(text.stdout).toContain('失败');
      const still = await runCli(['cert', 'untrust', '--yes', '--json'], at);
      expect(still.code).toBe(3);
      const kept = await runCli(['cert', 'uninstall', '--yes'], at);
      expect(kept.code).toBe(3);
      expect(existsSync(join(dir, 'home', 'ca', 'ca-key.pem'))).toBe(true);
    },
  );

  testNss(
    '--print shows the commands, and neither it nor a missing yes changes anything',
    async () => {
      await using machine = await createMachine();
      const { dir, env, database, names } = machine;
      const at = { cwd: dir, env };
      const printed = await runCli(['cert', 'trust', ...onlyChromium, '--print'], at);
      expect(printed.code).toBe(0);
      expect(printed.stdout).toContain("certutil -d 'sql:");
      expect(printed.stdout).toContain(database);
      const plan = await runCli(['cert', 'trust', ...onlyChromium, '--print', '--json'], at);
      const { steps } = JSON.parse(plan.stdout) as { steps: { command: string[] }[] };
      expect(steps.map(({ command }) => command[0])).toEqual([certutil]);
      for (const more of [[], ['--json'], ['--no-input']]) {
        const refused = await runCli(['cert', 'trust', ...onlyChromium, ...more], at);
        expect(refused.code).toBe(2);
        expect(refused.stderr).toContain('WXD6002');
      }
      expect(names()).not.toContain('wx-dev ');
      expect(existsSync(join(dir, 'home', 'trust.json'))).toBe(false);
      expect((await runCli(['cert', 'trust', ...onlyChromium, '--yes'], at)).code).toBe(0);
      const removal = await runCli(['cert', 'untrust', '--print'], at);
      expect(removal.stdout).toContain(' -D -n ');
      expect((await runCli(['cert', 'untrust'], at)).code).toBe(2);
      expect(names()).toContain('wx-dev ');
    },
  );

  testTerminal.each([
    ['en', /Run them\?/],
    ['zh', /现在执行吗/],
  ])('asks on a terminal: a no changes nothing, a yes does it (%s)', async (lang, question) => {
    await using machine = await createMachine();
    const { dir, names } = machine;
    {
      await using no = await open(machine, lang, 'trust', ...onlyChromium);
      await no.waitFor(question);
      await no.keys('Enter'); // The answer that is there is no.
      expect(await expectFits(no)).toContain('exit=130');
    }
    expect(names()).not.toContain('wx-dev ');
    expect(existsSync(join(dir, 'home', 'trust.json'))).toBe(false);
    {
      await using yes = await open(machine, lang, 'trust', ...onlyChromium);
      await yes.waitFor(question);
      await yes.keys('y');
      expect(await expectFits(yes)).toContain('exit=0');
    }
    expect(names()).toContain('wx-dev ');
    {
      await using stopped = await open(machine, lang, 'untrust');
      await stopped.waitFor(lang === 'en' ? /Remove the authority/ : /移除/);
      await stopped.keys('C-c');
      expect(await expectFits(stopped)).toContain('exit=130');
    }
    expect(names()).toContain('wx-dev ');
    {
      await using once = await open(machine, lang, 'uninstall');
      await once.waitFor(lang === 'en' ? /delete/ : /删除/);
      await once.keys('y');
      await once.waitFor(lang === 'en' ? /Really\?/ : /确定吗/);
      await once.keys('n');
      expect(await expectFits(once)).toContain('exit=130');
    }
    expect(existsSync(join(dir, 'home', 'ca', 'ca-key.pem'))).toBe(true);
    {
      await using twice = await open(machine, lang, 'uninstall');
      await twice.waitFor(lang === 'en' ? /delete/ : /删除/);
      await twice.keys('y');
      await twice.waitFor(lang === 'en' ? /Really\?/ : /确定吗/);
      await twice.keys('y');
      expect(await expectFits(twice)).toContain('exit=0');
    }
    expect(existsSync(join(dir, 'home', 'ca'))).toBe(false);
    expect(names()).not.toContain('wx-dev ');
  });
});

/** Somebody who is not root, where the tests run as root and that somebody may read them. */
const nobody = 65_534;
const canBeNobody =
  userInfo().uid === 0 &&
  spawnSync(process.execPath, ['-e', 'fs.accessSync(process.argv[1])', BIN], { uid: nobody })
    .status === 0;
if (!canBeNobody) console.info('skipped: needs root, and sources that others may read');

(canBeNobody ? test : test.skip)(
  'without root the system’s commands go through sudo, and only those',
  async () => {
    await using workspace = await createWorkspace();
    const { dir } = workspace;
    const bin = join(dir, 'bin');
    const home = join(dir, 'user');
    const log = join(dir, 'user', 'log');
    await mkdir(bin);
    await mkdir(home);
    // It notes what it is asked for, does nothing, and is content.
    await writeFile(join(bin, 'sudo'), `#!/bin/sh\necho "$@" >>'${log}'\n`, { mode: 0o755 });
    for (const path of [dir, home]) await chmod(path, 0o777);
    const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
      spawnSync(process.execPath, [BIN, 'cert', ...args], {
        cwd: home,
        encoding: 'utf8',
        uid: nobody,
        gid: nobody,
        env: { HOME: home, PATH: bin, WX_DEV_HOME: join(home, 'wx'), WX_DEV_LANG: 'en' },
      });
    const printed = run('trust', '--store', 'system', '--print');
    expect(printed.status, printed.stderr).toBe(0);
    const listed = printed.stdout.split('\n').filter((line) => line.trim().startsWith('sudo '));
    const { steps } = JSON.parse(run('trust', '--store', 'system', '--print', '--json').stdout) as {
      steps: { command: string[]; needsRoot: boolean }[];
    };
    expect(listed).toHaveLength(steps.filter(({ needsRoot }) => needsRoot).length);
    run('trust', '--store', 'system', '--yes');
    const ran = (await readFile(log, 'utf8')).trim().split('\n');
    expect(ran).toEqual(steps.map(({ command }) => command.join(' ')));
    // The file that sudo did not write is not there, so there is nothing to remove.
    expect(run('untrust', '--yes').status).toBe(0);
    expect(existsSync(join(home, 'wx', 'trust.json'))).toBe(false);
  },
);

testTerminal.each(['en', 'zh'])(
  'phone draws a code that leads to its page, in 80 cells (%s)',
  async (lang) => {
    await using workspace = await createWorkspace();
    await using terminal = await open(workspace, lang, 'phone', '--address', '127.0.0.1');
    const screen = await terminal.waitFor(/10 (minutes|分钟)/);
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(screen) ?? [];
    expect((await fetch(url)).status).toBe(200);
    const lines = screen.split('\n').map((line) => line.trimEnd());
    for (const line of renderUnicodeCompact(url).split('\n')) {
      expect(lines).toContain(`  ${line}`.trimEnd());
    }
    await terminal.keys('C-c');
    expect(await expectFits(terminal)).toContain('exit=0');
  },
);
