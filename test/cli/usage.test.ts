import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { en } from '../../src/cli/messages/en.ts';
import { createProgram } from '../../src/cli/program.ts';
import { commandOf } from '../../src/cli/usage-error.ts';
import { createWorkspace, runCli } from '../helpers/cli.ts';
import { createFakeOutput } from './fake-output.ts';

/** What is typed, what is said in English and in Chinese. */
const mistakes: readonly (readonly [args: string, en: readonly string[], zh: readonly string[]])[] =
  [
    [
      'serv',
      ['unknown command serv', 'did you mean serve?', 'wx-dev --help'],
      ['未知命令 serv', '是否想输入 serve？', 'wx-dev --help'],
    ],
    [
      'frobnicate',
      ['unknown command frobnicate', 'wx-dev --help'],
      ['未知命令 frobnicate', 'wx-dev --help'],
    ],
    [
      'serve --prot 1',
      ['unknown option --prot', 'did you mean --port?', 'wx-dev serve --help'],
      ['未知选项 --prot', '是否想输入 --port？', 'wx-dev serve --help'],
    ],
    [
      '--jsn',
      ['unknown option --jsn', 'did you mean --json?', 'wx-dev --help'],
      ['未知选项 --jsn', '是否想输入 --json？', 'wx-dev --help'],
    ],
    [
      'dev --header X-A:1',
      ['unknown option --header', 'it is an option of wx-dev tunnel', 'wx-dev dev --help'],
      ['未知选项 --header', '它是 wx-dev tunnel 的选项', 'wx-dev dev --help'],
    ],
    [
      'serve --zzzzzz',
      ['unknown option --zzzzzz', 'wx-dev serve --help'],
      ['未知选项 --zzzzzz', 'wx-dev serve --help'],
    ],
    [
      'tunnel',
      ['missing argument: port|url', 'wx-dev tunnel --help'],
      ['缺少参数：port|url', 'wx-dev tunnel --help'],
    ],
    [
      'cert trust x',
      ['too many arguments: 1, expected at most 0', 'wx-dev cert trust --help'],
      ['参数过多：1 个，最多 0 个', 'wx-dev cert trust --help'],
    ],
    [
      'serve -p',
      ['option -p, --port <n> needs a value', 'wx-dev serve --help'],
      ['选项 -p, --port <n> 需要一个值', 'wx-dev serve --help'],
    ],
    [
      'serve --cwd',
      ['option -C, --cwd <dir> needs a value', 'wx-dev serve --help'],
      ['选项 -C, --cwd <dir> 需要一个值', 'wx-dev serve --help'],
    ],
    [
      'relay x',
      ['too many arguments: 1, expected at most 0', 'wx-dev relay --help'],
      ['参数过多：1 个，最多 0 个', 'wx-dev relay --help'],
    ],
    [
      'send a b c d',
      ['too many arguments: 4, expected at most 2', 'wx-dev send --help'],
      ['参数过多：4 个，最多 2 个', 'wx-dev send --help'],
    ],
    [
      'serve --mode bogus',
      ['--mode does not take "bogus"; expected plain, compat, safe', 'wx-dev serve --help'],
      ['--mode 不接受 "bogus"；应为 plain, compat, safe', 'wx-dev serve --help'],
    ],
    [
      'relay --tls maybe',
      ['--tls does not take "maybe"; expected off, local, files', 'wx-dev relay --help'],
      ['--tls 不接受 "maybe"；应为 off, local, files', 'wx-dev relay --help'],
    ],
  ];

describe('a mistake on the command line', () => {
  test.each(mistakes)('wx-dev %s', async (args, english, chinese) => {
    await using workspace = await createWorkspace();
    for (const [language, expected] of [
      ['en', english],
      ['zh', chinese],
    ] as const) {
      const env = { ...workspace.env, WX_DEV_LANG: language };
      const result = await runCli(args.split(' '), { cwd: workspace.dir, env });
      expect(result.code).toBe(2);
      expect(result.stdout).toBe('');
      const [title = '', ...rest] = expected;
      expect(result.stderr).toBe([`x ${title}`, ...rest.map((line) => `  ${line}`), ''].join('\n'));
    }
    expect(await readdir(workspace.dir)).toEqual([]);
  });

  test('is told in the language that the command line itself asks for', async () => {
    await using workspace = await createWorkspace();
    const options = { cwd: workspace.dir, env: workspace.env };
    expect((await runCli(['serve', '--lang', 'zh', '--prot'], options)).stderr).toContain(
      '未知选项',
    );
    expect((await runCli(['--lang', 'fr'], options)).stderr).toContain('--lang does not take "fr"');
  });

  test('prints nothing on stdout with --json either', async () => {
    await using workspace = await createWorkspace();
    const result = await runCli(['serve', '--json', '--prot'], {
      cwd: workspace.dir,
      env: workspace.env,
    });
    expect(result).toMatchObject({ code: 2, stdout: '' });
  });

  test('a folder that does not exist is not made', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    for (const args of [
      ['-C', 'nowhere', 'serve'],
      ['serve', '--cwd', 'nowhere'],
    ]) {
      const result = await runCli(args, { cwd: dir, env });
      expect(result).toMatchObject({ code: 2, stdout: '' });
      expect(result.stderr).toContain('Invalid value for --cwd');
      expect(await readdir(dir)).toEqual([]);
    }
  });

  test.each([
    ['serve --port abc', 2],
    ['serve --port 70000', 2],
    ['tunnel nonsense!', 2],
    ['cert --days 0', 2],
    ['cert trust', 2],
    ['send nonsense', 2],
    ['send text hi --set Content', 2],
    ['init --template nonsense --yes', 2],
    ['cert show missing.pem', 3],
    ['serve missing.mjs', 3],
    ['relay --tls files', 2],
  ])('wx-dev %s exits with %i and shows no stack', async (args, code) => {
    await using workspace = await createWorkspace();
    const result = await runCli(args.split(' '), { cwd: workspace.dir, env: workspace.env });
    expect(result.code, result.stderr).toBe(code);
    expect(result.stderr).toMatch(/^x .* {2}WXD\d{4}$/m);
    expect(result.stderr).not.toMatch(/^ +at |bug/m);
    expect(result.stdout).toBe('');
  });

  test('with --json an error that ended a command is one object on stdout', async () => {
    await using workspace = await createWorkspace();
    const result = await runCli(['cert', 'show', 'missing.pem', '--json'], {
      cwd: workspace.dir,
      env: workspace.env,
    });
    const error = JSON.parse(result.stdout) as Record<string, unknown>;
    expect(error).toMatchObject({ event: 'error', code: 'WXD6006' });
    expect(error['run']).toMatch(/^ls -l /);
  });
});

describe('global options', () => {
  test.each([
    ['--json -q -v -y --no-input --no-color -C /tmp -c a.json --lang en serve app.mjs'],
    ['serve --json -q -v -y --no-input --no-color -C /tmp -c a.json --lang en app.mjs'],
    ['serve app.mjs --json -qvy --no-input --no-color --cwd=/tmp --config=a.json --lang=en'],
    ['-qv serve -p 1 --json app.mjs -y --no-input --no-color -C/tmp -ca.json --lang en'],
  ])('wx-dev %s', async (line) => {
    const { name, args, options } = await parse(line);
    expect(name).toBe('serve');
    expect(args).toEqual(['app.mjs']);
    expect(options).toMatchObject({
      json: true,
      quiet: true,
      verbose: true,
      yes: true,
      input: false,
      color: false,
      cwd: '/tmp',
      config: 'a.json',
      lang: 'en',
    });
  });

  test('are not given unless they are', async () => {
    const { options } = await parse('serve');
    expect(options).toEqual({ input: true });
    expect((await parse('dev')).options).toEqual({ input: true });
  });

  test('whatever stands behind -- belongs to the app', async () => {
    const app = 'npm start --json -C x --port 3 -- -v';
    for (const line of [`dev -- ${app}`, `dev --path /a -- ${app}`, `--lang en dev -- ${app}`]) {
      const { args, options } = await parse(line);
      expect(args.join(' ')).toBe(app);
      expect(options).not.toHaveProperty('json');
      expect(options).not.toHaveProperty('port');
    }
  });

  test('a switch and its opposite: the last one counts, none is none', async () => {
    expect((await parse('dev --tunnel')).options['tunnel']).toBe(true);
    expect((await parse('dev --no-tunnel')).options['tunnel']).toBe(false);
    expect((await parse('dev --no-tunnel --tunnel')).options['tunnel']).toBe(true);
  });

  test('a repeatable option keeps every value in order', async () => {
    const { options } = await parse('send text --set A=1 --set B=2 --set A=3');
    expect(options['set']).toEqual(['A=1', 'B=2', 'A=3']);
  });

  test('subcommands see the options of their parents', async () => {
    const { name, args, options } = await parse('cert --json show a.pem');
    expect({ name, args }).toEqual({ name: 'show', args: ['a.pem'] });
    expect(options['json']).toBe(true);
  });
});

describe('the command that a mistake is about', () => {
  test.each([
    ['', 'wx-dev'],
    ['serve --prot', 'wx-dev serve'],
    ['--lang zh serve --prot', 'wx-dev serve'],
    ['--cwd dev serve --prot', 'wx-dev serve'],
    ['-C dev serve', 'wx-dev serve'],
    ['--cwd=dev serve', 'wx-dev serve'],
    ['cert show', 'wx-dev cert show'],
    ['cert dev.test show', 'wx-dev cert'],
    ['send relay', 'wx-dev send'],
    ['dev -- serve', 'wx-dev dev'],
    ['nonsense serve', 'wx-dev'],
  ])('%j is about %s', (line, expected) => {
    expect(commandOf(line === '' ? [] : line.split(' '), commands)).toBe(expected);
  });
});

interface Parsed {
  readonly name: string;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

async function parse(line: string): Promise<Parsed> {
  let parsed: Parsed | undefined;
  const program = createProgram({
    version: '0.0.0',
    messages: en,
    out: createFakeOutput(),
    commands,
    dispatch: (spec, args, options) => {
      parsed = { name: spec.name, args, options };
      return Promise.resolve(0);
    },
  });
  await program.parseAsync(line.split(' '), { from: 'user' });
  if (!parsed) throw new Error('no command was chosen');
  return parsed;
}
