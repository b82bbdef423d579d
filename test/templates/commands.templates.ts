import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createWorkspace, runCli, startCli, type RunResult } from '../helpers/cli.ts';

type Json = Readonly<Record<string, unknown>>;

function json({ stdout }: RunResult): Json {
  return JSON.parse(stdout) as Json;
}

/** A project in a folder of its own, without a question and without git. */
async function makeProject(flags: readonly string[] = []) {
  const workspace = await createWorkspace();
  const { dir, env } = workspace;
  const run = (args: readonly string[], cwd = dir): Promise<RunResult> =>
    runCli(args, { cwd, env });
  const made = await run(['init', '机器人', '--yes', '--no-git', ...flags, '--json']);
  expect(made.code, made.stderr).toBe(0);
  const project = join(dir, '机器人');
  return { ...workspace, project, made: json(made), run };
}

describe('wx-dev try', () => {
  test('starts a new project, shows a signed and an encrypted round trip, and stops it', async () => {
    await using made = await makeProject();
    const tried = await made.run(['try', '--json'], made.project);
    expect(tried.code, tried.stderr).toBe(0);
    const { ok, steps } = json(tried) as { ok: boolean; steps: (Json & { name: string })[] };
    expect(ok).toBe(true);
    expect(steps.map(({ name }) => name)).toEqual(['started', 'verified', 'plain', 'encrypted']);
    const reply = { type: 'text', content: '你好' };
    expect(steps.slice(2).map((step) => step['reply'])).toEqual([reply, reply]);
    const port = /:(\d+)$/.exec(String(steps[0]?.['what']))?.[1];
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow('fetch failed');
    const shown = await made.run(['try', '机器人', '--lang', 'zh']);
    expect(shown.stdout).toMatch(/密文 +\d+ ms {2}"你好" -> "你好"[^]*启动到第一条加密回复/);
  });

  test('says what the app did wrong', async () => {
    await using made = await makeProject();
    await writeFile(join(made.project, 'bot.mjs'), 'export const onMessage = 1;\n');
    await writeFile(
      join(made.project, 'server.mjs'),
      `import { createServer } from 'node:http';
createServer((_, response) => response.end('hello')).listen(process.env.PORT, '127.0.0.1');\n`,
    );
    const tried = await made.run(['try', '--json'], made.project);
    expect(tried.code).toBe(7);
    expect(json(tried)['ok']).toBe(false);
    const shown = await made.run(['try'], made.project);
    expect(shown.stderr).toMatch(/WXD\d{4}/);
  });

  test('ends what it started when it is interrupted', async () => {
    await using made = await makeProject();
    const hangs = `console.log(process.pid); setInterval(() => {}, 1000);\n`;
    await writeFile(join(made.project, 'server.mjs'), hangs);
    await using running = startCli(['try', '--verbose'], { cwd: made.project, env: made.env });
    while (!/^\d+$/m.test(running.stderr())) await new Promise((done) => setTimeout(done, 20));
    const pid = Number(/^\d+$/m.exec(running.stderr())?.[0]);
    running.kill('SIGTERM');
    await running.exited;
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test.each<[string, (project: string) => Promise<unknown>, RegExp, number]>([
    ['the record', (project) => rm(join(project, '.wx-dev.json')), /WXD7011[^]*\.wx-dev\.json/, 2],
    ['a whole record', (project) => writeFile(join(project, '.wx-dev.json'), '{'), /WXD7011/, 2],
    ['the program', (project) => require(project, { cobol: '>=7' }), /cobol is not installed/, 3],
    ['its version', (project) => require(project, { node: '>=99.1' }), /too old[^]*>=99.1/, 3],
    [
      'its packages',
      (project) => script(project, 'install', 'npm ci'),
      /node_modules[^]*npm ci/,
      3,
    ],
    ['a good build', (project) => script(project, 'build', 'echo why; exit 9'), /with 9[^]*why/, 5],
    ['its start', (project) => script(project, 'start', 'node no.mjs'), /WXD3008/, 5],
  ])('without %s, says what to do', async (_name, spoil, pattern, code) => {
    await using made = await makeProject();
    await spoil(made.project);
    const tried = await made.run(['try'], made.project);
    expect(tried.stderr).toMatch(pattern);
    expect(tried.code).toBe(code);
  });
});

async function changeManifest(project: string, change: (manifest: Json) => Json): Promise<void> {
  const file = join(project, '.wx-dev.json');
  const record = JSON.parse(await readFile(file, 'utf8')) as { manifest: Json };
  await writeFile(file, JSON.stringify({ ...record, manifest: change(record.manifest) }));
}

function require(project: string, requires: Json): Promise<void> {
  return changeManifest(project, (manifest) => ({ ...manifest, requires }));
}

function script(project: string, name: string, line: string): Promise<void> {
  return changeManifest(project, (manifest) => ({
    ...manifest,
    scripts: { ...(manifest['scripts'] as Json), [name]: line },
  }));
}

describe('wx-dev add', () => {
  test('adds layers, once, and remembers them', async () => {
    await using made = await makeProject();
    const ignored = await readFile(join(made.project, '.gitignore'), 'utf8');
    const dry = json(await made.run(['add', 'docker,ci', '--dry-run', '--json'], made.project));
    expect(dry['files']).toContain('Dockerfile');
    await expect(stat(join(made.project, 'Dockerfile'))).rejects.toThrow('ENOENT');
    const added = json(await made.run(['add', 'docker', 'ci', '--json'], made.project));
    expect(added['files']).toEqual(dry['files']);
    expect(await readFile(join(made.project, 'Dockerfile'), 'utf8')).not.toMatch(/__[A-Z_]+__/);
    const again = json(await made.run(['add', 'docker', '--json'], made.project));
    expect(again['files']).toEqual([]);
    expect(await readFile(join(made.project, '.gitignore'), 'utf8')).toBe(ignored);
    const record = await readFile(join(made.project, '.wx-dev.json'), 'utf8');
    expect((JSON.parse(record) as Json)['layers']).toEqual(['docker', 'ci']);
  });

  test('never overwrites what the user changed or made', async () => {
    await using made = await makeProject();
    const mine = join(made.project, 'Dockerfile');
    await writeFile(mine, 'FROM mine\n');
    const refused = await made.run(['add', 'docker'], made.project);
    expect(refused.stderr).toMatch(/WXD7010[^]*Dockerfile/);
    expect(refused.code).toBe(2);
    await expect(stat(join(made.project, '.dockerignore'))).rejects.toThrow('ENOENT');
    expect((await made.run(['add', 'docker', '--keep'], made.project)).code).toBe(0);
    expect(await readFile(mine, 'utf8')).toBe('FROM mine\n');
    expect((await stat(join(made.project, '.dockerignore'))).isFile()).toBe(true);
    const unknown = await made.run(['add', 'dokcer'], made.project);
    expect(unknown.stderr).toMatch(/WXD7007[^]*docker/);
    expect(unknown.code).toBe(2);
  });

  test('renews a file that is still as wx-dev wrote it', async () => {
    await using made = await makeProject(['--with', 'docker']);
    const file = join(made.project, 'Dockerfile');
    const current = await readFile(file, 'utf8');
    const record = join(made.project, '.wx-dev.json');
    const old = 'FROM old\n';
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256').update(old).digest('hex');
    const { files, ...rest } = JSON.parse(await readFile(record, 'utf8')) as { files: Json };
    await writeFile(record, JSON.stringify({ ...rest, files: { ...files, Dockerfile: hash } }));
    await writeFile(file, old);
    const diff = json(await made.run(['init', '--diff', '--json'], made.project));
    expect(diff['files']).toContainEqual({ path: 'Dockerfile', state: 'update' });
    const renewed = json(await made.run(['add', 'docker', '--json'], made.project));
    expect(renewed['files']).toEqual(['Dockerfile']);
    expect(await readFile(file, 'utf8')).toBe(current);
  });
});

/** Asks as creators do, and makes a project in the folder that is its last argument. */
const creator = `printf 'Which language? '
for dir; do :; done
mkdir -p "$dir"
echo '{}' >"$dir/package.json"
echo dist >"$dir/.gitignore"
printf '%s' "$*" >"$dir/asked"`;

/** A folder where creators of others are programs that need no network. */
async function createCreators(script = creator) {
  const workspace = await createWorkspace();
  const bin = join(workspace.dir, 'bin');
  await mkdir(bin);
  for (const name of ['npm', 'npx']) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return { ...workspace, env: { ...workspace.env, PATH: `${bin}:${process.env['PATH']}` } };
}

describe('wx-dev init', () => {
  test('--diff tells apart what is new, mine, and changed on both sides', async () => {
    await using made = await makeProject();
    const { project, run } = made;
    expect((await run(['init', '--diff'], project)).stdout).toMatch(/as the template has them/);
    await writeFile(join(project, 'bot.mjs'), '// mine\n');
    await rm(join(project, 'api.mjs'));
    const { files } = json(await run(['init', '--diff', '--json'], project)) as {
      files: { path: string; state: string }[];
    };
    const states = Object.fromEntries(files.map(({ path, state }) => [path, state]));
    expect(states).toMatchObject({ 'bot.mjs': 'changed', 'api.mjs': 'new', 'server.mjs': 'same' });
    expect(files.map(({ path }) => path)).not.toContain('.env');
    const shown = await run(['init', '--diff'], project);
    expect(shown.stderr).toContain('no file was changed');
    expect(await readFile(join(project, 'bot.mjs'), 'utf8')).toBe('// mine\n');
    await expect(stat(join(project, 'api.mjs'))).rejects.toThrow('ENOENT');
  });

  test('--into adds the callback to a project, and leaves every file of it', async () => {
    await using workspace = await createWorkspace();
    const { dir: cwd, env } = workspace;
    await mkdir(join(cwd, 'app'));
    await writeFile(join(cwd, 'app/package.json'), '{"name":"mine"}');
    await writeFile(join(cwd, 'app/server.mjs'), '// mine\n');
    await writeFile(join(cwd, 'app/.gitignore'), 'dist\n');
    const made = await runCli(['init', '--into', 'app', '--yes', '--no-git', '--json'], {
      cwd,
      env,
    });
    expect(made.code, made.stderr).toBe(0);
    const { files, kept } = json(made) as { files: string[]; kept: string[] };
    expect(kept).toContain('server.mjs');
    expect(files).toEqual(expect.arrayContaining(['wechat.mjs', '.env', '.wx-dev.json']));
    expect(files).not.toContain('README.md');
    expect(files).not.toContain('package.json');
    expect(await readFile(join(cwd, 'app/server.mjs'), 'utf8')).toBe('// mine\n');
    expect(await readFile(join(cwd, 'app/.gitignore'), 'utf8')).toMatch(/^dist\n[^]*^\.env$/m);
  });

  test('makes a Go project of any module path, and keeps the imports', async () => {
    await using made = await makeProject([
      '-t',
      'go-minimal',
      '--module',
      'github.com/me/机器人',
    ]).catch(() => ({ project: '', [Symbol.asyncDispose]: () => Promise.resolve() }));
    expect(made.project).toBe('');
    await using good = await makeProject(['-t', 'go-minimal', '--module', 'github.com/me/bot']);
    expect(await readFile(join(good.project, 'go.mod'), 'utf8')).toMatch(
      /^module github\.com\/me\/bot$/m,
    );
    const main = await readFile(join(good.project, 'main.go'), 'utf8');
    expect(main).toContain('"github.com/me/bot/wechat"');
    expect(main).not.toContain('example.com/wxapp');
  });

  test('speaks the language of the package manager that runs it', async () => {
    await using workspace = await createWorkspace();
    const { dir: cwd } = workspace;
    const env = { ...workspace.env, npm_config_user_agent: 'pnpm/10.1.0 npm/? node/v20' };
    const args = ['init', 'api', '-t', 'node-fastify', '--yes', '--no-git', '--json'];
    const made = json(await runCli(args, { cwd, env }));
    expect(made['pm']).toBe('pnpm');
    expect(made['next']).toEqual(
      expect.arrayContaining(['pnpm install', 'npx wx-dev dev -- pnpm run dev']),
    );
    expect(made['files']).not.toContain('package-lock.json');
    await mkdir(join(cwd, 'mono'));
    await writeFile(join(cwd, 'mono/yarn.lock'), '');
    const inside = await runCli([...args.slice(0, 1), 'mono/b', ...args.slice(2)], {
      cwd,
      env: workspace.env,
    });
    expect(json(inside)['pm']).toBe('yarn');
  });

  test('--install runs the one command that needs a network, and says why it failed', async () => {
    await using workspace = await createWorkspace();
    const { dir: cwd } = workspace;
    await mkdir(join(cwd, 'bin'));
    await writeFile(join(cwd, 'bin/npm'), '#!/bin/sh\necho ENOTFOUND registry; exit 3\n');
    await chmod(join(cwd, 'bin/npm'), 0o755);
    const env = { ...workspace.env, PATH: `${join(cwd, 'bin')}:${process.env['PATH']}` };
    const args = [
      'init',
      'api',
      '-t',
      'node-fastify',
      '--yes',
      '--no-git',
      '--install',
      '--pm',
      'npm',
    ];
    const made = await runCli(args, { cwd, env });
    expect(made.stderr).toMatch(/WXD7013[^]*ENOTFOUND registry/);
    expect(made.code).toBe(5);
    expect((await stat(join(cwd, 'api/package.json'))).isFile()).toBe(true);
  });

  test('prints the command of the creators of others', async () => {
    await using workspace = await createWorkspace();
    const { dir: cwd, env } = workspace;
    const print = async (template: string, pm: string): Promise<unknown> => {
      const args = ['init', 'my app', '-t', template, '--pm', pm, '--json'];
      return json(await runCli(args, { cwd, env }))['next'];
    };
    expect(await print('taro', 'npm')).toEqual([`npx --yes @tarojs/cli@latest init 'my app'`]);
    expect(await print('unibest', 'pnpm')).toEqual([`pnpm create unibest@latest 'my app'`]);
    expect(await print('nest', 'bun')).toEqual([`bunx @nestjs/cli@latest new 'my app'`]);
  });

  test('--run lets a creator ask at the terminal, and gives a server its secrets', async () => {
    await using workspace = await createCreators();
    const { dir: cwd, env } = workspace;
    const args = ['init', '我的 app', '-t', 'nest', '--pm', 'npm', '--run', '--json'];
    const made = await runCli([...args, '--appid', 'wx1234567890abcdef'], { cwd, env });
    expect(made.code, made.stderr).toBe(0);
    // What the creator prints must not get among our data.
    expect(made.stderr).toContain('Which language?');
    const project = join(cwd, '我的 app');
    expect(json(made)).toMatchObject({
      dir: project,
      template: 'nest',
      ran: true,
      files: ['.env.example', '.gitignore', '.env'],
      next: [`cd '我的 app'`, 'wx-dev dev -- npm run start:dev'],
    });
    expect(await readFile(join(project, 'asked'), 'utf8')).toBe(
      '--yes @nestjs/cli@latest new 我的 app',
    );
    const secrets = await readFile(join(project, '.env'), 'utf8');
    expect(secrets).toMatch(/^PORT=3000\nWX_APPID=wx1234567890abcdef$/m);
    expect(secrets).toMatch(/^WX_TOKEN=\w{20}\nWX_AES_KEY=\w{43}$/m);
    expect((await stat(join(project, '.env'))).mode & 0o777).toBe(0o600);
    expect(await readFile(join(project, '.gitignore'), 'utf8')).toMatch(/^dist\n\.env\n/);
    for (const secret of secrets.match(/(?<==)\w{20,}$/gm) ?? ['none']) {
      expect(made.stdout + made.stderr).not.toContain(secret);
    }
    // A second run of the creator must not change the secrets, which the console has by now.
    expect((await runCli(args, { cwd, env })).code).toBe(0);
    expect(await readFile(join(project, '.env'), 'utf8')).toBe(secrets);
  });

  test('--run adds nothing to a front end, and says so', async () => {
    await using workspace = await createCreators();
    const { dir: cwd, env } = workspace;
    const args = ['init', 'app', '--pm', 'npm', '--run'];
    for (const template of ['taro', 'unibest', 'weapp-vite']) {
      const made = await runCli([...args, '-t', template], { cwd, env });
      expect(made.stdout).toMatch(/wx-dev added nothing[^]*cd app/);
      expect((await readdir(join(cwd, 'app'))).toSorted()).toEqual(['.gitignore', 'asked', 'package.json']);
    }
    const zh = await runCli([...args, '-t', 'taro', '--lang', 'zh'], { cwd, env });
    expect(zh.stdout).toContain('wx-dev 没有加入任何文件');
  });

  test.each([
    ['fails', 'echo no such thing >&2; exit 3', /no such thing[^]*ended with 3[^]*WXD7013/, 5],
    ['is told to stop', 'exit 0', /ended without a project[^]*new app$/m, 0],
  ])('--run with a creator that %s writes nothing', async (_what, script, said, code) => {
    await using workspace = await createCreators(script);
    const { dir: cwd, env } = workspace;
    const args = ['init', 'app', '-t', 'nest', '--pm', 'npm', '--run'];
    const made = await runCli(args, { cwd, env });
    expect(made.stderr + made.stdout).toMatch(said);
    expect(made.code).toBe(code);
    expect((await readdir(cwd)).toSorted()).toEqual(['bin']);
  });

  test('--run without the package manager says so', async () => {
    await using workspace = await createWorkspace();
    const { dir: cwd } = workspace;
    const env = { ...workspace.env, PATH: cwd };
    const args = ['init', 'app', '-t', 'unibest', '--pm', 'pnpm', '--run'];
    const made = await runCli(args, { cwd, env });
    expect(made.stderr).toMatch(/WXD7013[^]*pnpm[^]*ENOENT/);
    expect(made.code).toBe(5);
  });

  test('--from makes a project of a template of one’s own', async () => {
    await using workspace = await createWorkspace();
    const { dir: cwd, env } = workspace;
    const manifest = {
      ...{ name: 'own', lang: 'any', kind: 'callback', tokens: ['README.md'], rename: {} },
      ...{ title: { en: 'Own', zh: '自己的' }, readme: { en: 'README.md', zh: 'README.md' } },
      ...{
        requires: {},
        scripts: {},
        ports: { app: 3000 },
        wx: { callbackPath: '/wx', health: '/' },
      },
    };
    await mkdir(join(cwd, 'own/files'), { recursive: true });
    await writeFile(join(cwd, 'own/template.json'), JSON.stringify(manifest));
    await writeFile(join(cwd, 'own/files/README.md'), '# __APP_NAME__\n');
    const args = ['init', 'bot', '--from', 'own', '--yes', '--no-git', '--json'];
    expect(json(await runCli(args, { cwd, env }))['files']).toEqual(['README.md', '.wx-dev.json']);
    expect(await readFile(join(cwd, 'bot/README.md'), 'utf8')).toBe('# bot\n');
    const wrong = await runCli(['init', 'x', '--from', 'nothing.tgz', '--yes'], { cwd, env });
    expect(wrong.stderr).toMatch(/WXD7009/);
    expect(wrong.code).toBe(2);
  });
});
