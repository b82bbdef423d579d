import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { CommandSpec } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands.ts';
import { en } from '../../src/cli/messages/en.ts';
import { zh } from '../../src/cli/messages/zh.ts';
import { globalOptions } from '../../src/cli/options.ts';
import { createProgram } from '../../src/cli/program.ts';
import type { Language } from '../../src/core/errors.ts';
import { isSettingKey } from '../../src/config/schema.ts';
import { createWorkspace, runCli } from '../helpers/cli.ts';
import { createFakeOutput } from './fake-output.ts';

const LANGUAGES: readonly Language[] = ['en', 'zh'];
const tables = { en, zh };

/** Every command and subcommand with the words that lead to it. */
const all: readonly (readonly [path: string, spec: CommandSpec])[] = commands.flatMap((spec) => [
  [spec.name, spec] as const,
  ...(spec.subcommands ?? []).map((sub) => [`${spec.name} ${sub.name}`, sub] as const),
]);

describe.each(LANGUAGES)('help in %s', (language) => {
  const { help, options, commands: summaries, arguments: texts } = tables[language];

  test.each(['', ...all.map(([path]) => path)])(
    'of "%s" fits every width and lacks nothing',
    async (path) => {
      for (const columns of [80, 200]) {
        const text = await helpOf(path, { language, columns });
        for (const line of text.split('\n')) {
          expect(stringWidth(line), line).toBeLessThanOrEqual(80);
          expect(line, 'no space at the end of a line').toBe(line.trimEnd());
        }
        expect(text).toContain(help.usage);
        expect(text).toContain(help.options);
        expect(text).toMatch(new RegExp(`${help.examples}\n  (npx )?wx-dev ${path}`));
        expect(text).toContain(`${help.exitCodes}\n  0 `);
        expect(text).toContain('130 Ctrl-C');
        expect(text).not.toMatch(/undefined|Usage:.*Usage:|\[object/);
        if (language === 'zh')
          expect(text).not.toMatch(/^(Usage|Options|Arguments|Commands|Global)/m);
      }
    },
  );

  test.each(all)('of "%s" explains each of its options and arguments', async (path, spec) => {
    const text = squeeze(await helpOf(path, { language, columns: 80 }));
    expect(text).toContain(squeeze(summaries[spec.summary]));
    for (const option of [...spec.options, ...globalOptions])
      expect(text).toContain(squeeze(option.flags + options[option.text]));
    for (const argument of spec.arguments ?? [])
      expect(text).toContain(squeeze(texts[argument.text]));
  });

  test('of wx-dev lists every command with its summary', async () => {
    const text = squeeze(await helpOf('', { language, columns: 80 }));
    for (const { name, summary } of commands) {
      expect(text).toContain(name);
      expect(text).toContain(squeeze(summaries[summary]));
    }
  });
});

describe('the commands', () => {
  test.each(all)('%s has examples that it understands itself', async (path, spec) => {
    expect(spec.examples.length).toBeGreaterThan(0);
    for (const example of spec.examples) {
      const called: string[] = [];
      const program = createProgram({
        version: '0.0.0',
        messages: en,
        out: createFakeOutput(),
        commands,
        dispatch: (chosen) => {
          called.push(chosen.name);
          return Promise.resolve(0);
        },
      });
      await program.parseAsync(example.split(' ').slice(1), { from: 'user' });
      // The examples of a command may show its subcommands.
      expect(called, example).toHaveLength(1);
      expect(`${path} `).toContain(example.split(' ')[1] ?? '');
    }
  });

  test('an option is written once and means the same in every command', () => {
    const meanings = new Map<string, Set<string>>();
    for (const [, { options }] of all) {
      for (const { flags, text } of options) {
        const name = flags.split(/[ ,]+/).find((word) => word.startsWith('--')) ?? flags;
        meanings.set(name, (meanings.get(name) ?? new Set()).add(text));
      }
    }
    // send asks the callback and comes from a follower, init from a folder, a relay takes many tokens; each list, dry run and print is of the command's own things.
    const several = [...meanings].filter(([, texts]) => texts.size > 1).map(([name]) => name);
    expect(several.toSorted((a, b) => a.localeCompare(b))).toEqual([
      '--diff',
      '--dry-run',
      '--forward-to',
      '--from',
      '--list',
      '--print',
      '--relay-token-file',
    ]);
  });

  test('no option takes a secret as its value', () => {
    const names = all.flatMap(([, { options }]) => options.map(({ flags }) => flags));
    for (const flags of names)
      if (/token|key|secret|pass/i.test(flags) && flags.includes('<'))
        expect(flags, flags).toMatch(/<(path|file)>$/);
  });

  test('every option that is a setting is called as the setting is', () => {
    const camel = (flag: string): string =>
      flag.replace(/^--(no-)?/, '').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const flags = commands
      .filter(({ name }) => ['dev', 'serve', 'tunnel', 'relay'].includes(name))
      .flatMap(({ options }) => options.map((option) => option.flags.match(/--[\w-]+/)?.[0] ?? ''));
    // It opens the authority, as in `cert`: a file of settings must not say where the passphrase lies.
    // What `tunnel` changes in a request is a list, which no environment variable could hold.
    const own = ['--passphrase-file', '--header', '--remove-header'];
    const others = flags.filter((flag) => !own.includes(flag));
    expect(others.filter((flag) => !isSettingKey(camel(flag)))).toEqual([]);
  });
});

describe('the program', () => {
  test('bare, it shows its help and succeeds', async () => {
    await using workspace = await createWorkspace();
    for (const args of [[], ['--json'], ['-v'], ['--lang', 'en']]) {
      const result = await runCli(args, { cwd: workspace.dir, env: workspace.env });
      expect(result).toMatchObject({ code: 0, stderr: '' });
      expect(result.stdout).toContain('Usage: wx-dev <command> [options]');
    }
  });

  test.each(['--version', '-V'])(
    '%s prints the version of the package and nothing else',
    async (flag) => {
      const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
      await using workspace = await createWorkspace();
      const result = await runCli([flag], { cwd: workspace.dir, env: workspace.env });
      expect(result).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
    },
  );

  test('help leaves nothing behind in the folder where it is asked for', async () => {
    const { readdir } = await import('node:fs/promises');
    await using workspace = await createWorkspace();
    await runCli(['dev', '--help'], { cwd: workspace.dir, env: workspace.env });
    expect(await readdir(workspace.dir)).toEqual([]);
  });
});

interface HelpOptions {
  readonly language: Language;
  readonly columns: number;
}

async function helpOf(path: string, { language, columns }: HelpOptions): Promise<string> {
  const out = createFakeOutput({ columns });
  const messages = tables[language];
  const dispatch = (): Promise<0> => Promise.resolve(0);
  const program = createProgram({ version: '0.0.0', messages, out, commands, dispatch });
  const words = path === '' ? [] : path.split(' ');
  await program.parseAsync([...words, '--help'], { from: 'user' }).catch((error: unknown) => {
    expect((error as { code?: string }).code).toBe('commander.helpDisplayed');
  });
  return out.text();
}

/** Without spaces and line ends, since help is wrapped. */
function squeeze(text: string): string {
  return text.replace(/\s+/g, '');
}
