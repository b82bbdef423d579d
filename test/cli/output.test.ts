import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createWorkspace, isReady, runCli, startCli } from '../helpers/cli.ts';
import { needProgram } from '../helpers/programs.ts';
import { freePort, isAlive, onTerminal, startWxDev } from './child.ts';

// oxlint-disable-next-line no-control-regex -- escape codes are what is looked for
const ESCAPE_CODE = /[\u001B\u009B]/;

describe('piped output', () => {
  test.each([
    ['--help'],
    ['serve', '--help', '--lang', 'zh'],
    ['serve', '--prot'],
    ['cert', 'show', 'missing.pem'],
    ['init', '--list'],
  ])('of wx-dev %s holds no escape codes', async (...args) => {
    await using workspace = await createWorkspace();
    const { stdout, stderr } = await runCli(args, { cwd: workspace.dir, env: workspace.env });
    expect(stdout + stderr).not.toBe('');
    expect(stdout + stderr).not.toMatch(ESCAPE_CODE);
  });

  test('of a command that runs on holds none either, from the first line to the last', async () => {
    await using workspace = await createWorkspace();
    await using serve = startWxDev(['serve', '-p', '0', '--print-url'], {
      cwd: workspace.dir,
      env: workspace.env,
    });
    await serve.waitFor('Ctrl-C ends.');
    const url = /^http:\S+$/m.exec(serve.output())?.[0] ?? '';
    const response = await fetch(url);
    await response.arrayBuffer();
    serve.process.kill('SIGINT');
    expect(await serve.exited).toBe(0);
    expect(serve.output()).not.toMatch(ESCAPE_CODE);
    expect(serve.output()).toContain('1 exchange ');
  });

  test.each([
    [['--color'], {}, true],
    [[], { FORCE_COLOR: '1' }, true],
    [[], { FORCE_COLOR: '0' }, false],
    [['--no-color'], { FORCE_COLOR: '1' }, false],
    [[], { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    [['--color'], { TERM: 'dumb' }, true],
    [[], { NO_COLOR: '1' }, false],
  ])('with %j and %j has colour: %s', async (flags, variables, expected) => {
    await using workspace = await createWorkspace();
    const env = { ...workspace.env, ...variables };
    const { stderr } = await runCli(['cert', 'show', 'missing.pem', ...flags], {
      cwd: workspace.dir,
      env,
    });
    expect(ESCAPE_CODE.test(stderr)).toBe(expected);
  });
});

describe.skipIf(process.platform === 'win32')('on a terminal', () => {
  // script(1) gives the command a pseudo-terminal.
  const needScript = needProgram('script');

  const cases: readonly [
    name: string,
    env: Record<string, string>,
    flags: string,
    coloured: boolean,
  ][] = [
    ['is coloured', {}, '', true],
    ['is plain with NO_COLOR', { NO_COLOR: '1' }, '', false],
    ['is plain with TERM=dumb', { TERM: 'dumb' }, '', false],
    ['is plain with --no-color', {}, '--no-color', false],
  ];
  for (const [name, extra, flags, coloured] of cases) {
    needScript(`an error ${name}`, async () => {
      await using workspace = await createWorkspace();
      const { output } = await onTerminal(`cert show missing.pem ${flags}`, {
        cwd: workspace.dir,
        env: { ...workspace.env, ...extra },
      });
      expect(output).toContain('WXD6006');
      expect(ESCAPE_CODE.test(output)).toBe(coloured);
    });
  }

  needScript('a start-up that fails at once ends the spinner and the process', async () => {
    await using workspace = await createWorkspace();
    await writeFile(join(workspace.dir, '.env'), 'WX_DEV_PORT=abc\n');
    for (const command of ['serve', 'dev']) {
      const { output, code } = await onTerminal(command, {
        cwd: workspace.dir,
        env: workspace.env,
      });
      expect(output).toContain('WXD6001');
      expect(code).toBe(3);
    }
  });

  needScript('a spinner of a terminal without colour is not coloured', async () => {
    await using workspace = await createWorkspace();
    const env = { ...workspace.env, NO_COLOR: '1' };
    const { output } = await onTerminal('tunnel 1 --relay http://127.0.0.1:1', {
      cwd: workspace.dir,
      env,
    });
    expect(output).toContain('WXD4001');
    // oxlint-disable-next-line no-control-regex -- colour codes are what is looked for
    expect(output).not.toMatch(/\u001B\[[\d;]*m/);
  });
});

describe('a closed pipe', () => {
  test.each([[['--help']], [['serve', '--help']], [['init', '--list']]])(
    'of wx-dev %j is no error',
    async (args) => {
      await using workspace = await createWorkspace();
      await using child = startWxDev(args, { cwd: workspace.dir, env: workspace.env });
      child.process.stdout.destroy();
      expect(await child.exited).toBe(0);
      expect(child.output()).toBe('');
    },
  );

  test('does not end a command that runs on', async () => {
    await using workspace = await createWorkspace();
    const file = join(workspace.dir, 'ready.json');
    await using serve = startWxDev(['serve', '-p', '0', '--ready-file', file], {
      cwd: workspace.dir,
      env: workspace.env,
    });
    await serve.waitFor('Ctrl-C ends.');
    const { local, path } = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
    serve.process.stdout.destroy();
    for (let count = 0; count < 5; count += 1) {
      const response = await fetch(`${local}${path}`);
      await response.arrayBuffer();
    }
    serve.process.kill('SIGINT');
    expect(await serve.exited).toBe(0);
    expect(serve.output()).toContain('5 exchanges');
    expect(serve.output()).not.toMatch(/EPIPE|^ +at /m);
  });
});

describe('signals', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s is the good end of a command that runs on',
    async (name) => {
      await using workspace = await createWorkspace();
      await using serve = startCli(['serve', '--json', '-p', '0'], {
        cwd: workspace.dir,
        env: workspace.env,
      });
      const { local } = await serve.waitFor(isReady);
      serve.kill(name);
      expect(await serve.exited).toBe(0);
      expect(serve.events().at(-1)).toEqual({
        event: 'closed',
        reason: 'closed',
        ranMs: expect.any(Number) as number,
        exchanges: 0,
        late: 0,
        retries: 0,
      });
      expect(serve.events().filter(isReady)).toHaveLength(1);
      await expect(fetch(String(local))).rejects.toThrow();
    },
  );

  test('a second one ends the process although the app holds the first one up', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    await writeFile(
      join(dir, 'app.mjs'),
      `import { createServer } from 'node:http';
       process.on('SIGTERM', () => console.log('deaf'));
       createServer((_request, response) => response.end()).listen(process.env.PORT);`,
    );
    const port = await freePort();
    const command = ['dev', '--no-tunnel', '-p', '0', '--', process.execPath, 'app.mjs'];
    await using dev = startWxDev(command, { cwd: dir, env: { ...env, PORT: String(port) } });
    await dev.waitFor('Ctrl-C ends.');
    const pid = Number(/pid (\d+)/.exec(dev.output())?.[1]);
    dev.process.kill('SIGINT');
    await dev.waitFor('deaf');
    dev.process.kill('SIGINT');
    expect(await dev.exited).toBe(130);
    // It was killed as the last thing; on a busy machine that takes a moment.
    await expect.poll(() => isAlive(pid), { timeout: 30_000 }).toBe(false);
  });
});
