import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { access, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { Agent } from 'node:https';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { freePort } from '../helpers/free-port.ts';
import { needProgram } from '../helpers/programs.ts';
import { ask, startNginx } from './harness/nginx.ts';
import { initProject, listFiles, runCommand, type Project } from './harness/project.ts';

const run = promisify(execFile);
const layers = ['docker', 'compose', 'ci', 'nginx'];
/** Every template that takes layers. */
const apps = templatesWith('layers');

type Tree = Readonly<Record<string, unknown>>;

let readYaml: (text: string) => Tree;
let composeProblems: (value: Tree) => unknown;
const projects = new Map<string, Project>();

function templatesWith(field: string): string[] {
  const root = resolve(import.meta.dirname, '../../templates');
  const manifests = readdirSync(root)
    .map((name) => join(root, name, 'template.json'))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Tree);
  return manifests.filter((manifest) => field in manifest).map(({ name }) => String(name));
}

function project(app: string): Project {
  const found = projects.get(app);
  if (found === undefined) throw new Error(`no project ${app}`);
  return found;
}

function read(app: string, path: string): Promise<string> {
  return readFile(join(project(app).dir, path), 'utf8');
}

/** What is below the keys of `path`. */
function at(tree: unknown, ...path: string[]): Tree {
  let value = tree;
  for (const key of path) value = (value as Tree | undefined)?.[key]; // Keys of YAML; a missing one gives undefined.
  return value as Tree;
}

beforeAll(async () => {
  const tools = join(inject('folder'), 'yaml');
  await mkdir(tools);
  await writeFile(join(tools, 'package.json'), '{"name":"tools","private":true}\n');
  const args = ['install', '--no-audit', '--no-fund', '--prefer-offline', 'yaml@2.9.1', 'ajv@8.20.0'];
  await run('npm', args, { cwd: tools });
  const load = createRequire(join(tools, 'package.json'));
  readYaml = (load('yaml') as { parse: typeof readYaml }).parse;
  const { default: Ajv } = load('ajv') as { default: new (options: Tree) => Validator };
  // schema/compose-spec.json of github.com/compose-spec/compose-spec at 170098b (Apache-2.0), unchanged.
  const schema = await readFile(resolve(import.meta.dirname, 'schemas/compose-spec.json'), 'utf8');
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const validate = ajv.compile(JSON.parse(schema.replace('https://json-schema.org/draft-07', 'http://json-schema.org/draft-07')));
  composeProblems = (value) => (validate(value) ? undefined : validate.errors);
  for (const app of apps) {
    projects.set(app, await initProject(app, { name: `layers-${app}`, flags: ['--with', layers.join(',')] }));
  }
});

interface Validator {
  compile(schema: unknown): ((value: unknown) => boolean) & { errors?: unknown };
}

describe.each(apps)('layers of %s', (app) => {
  test('bring the files of their list, with nothing left to fill in', async () => {
    const { dir } = project(app);
    const brought = (await listFiles(dir)).filter((path) =>
      /^(\.dockerignore|Dockerfile|compose\.yaml|\.github\/|nginx\/|docs\/)/.test(path),
    );
    await expect(`${brought.join('\n')}\n`).toMatchFileSnapshot(`files/layers-${app}.txt`);
    for (const path of brought) {
      const text = await read(app, path.replace(/ x$/, ''));
      expect(text, path).not.toMatch(/__[A-Z][A-Z_]*__|\r/);
    }
    expect((await stat(join(dir, '.github/e2e.sh'))).mode & 0o111).toBe(0o111);
  });

  test('Dockerfile: two stages, no rights, health, and only files that are there', async () => {
    const lines = (await read(app, 'Dockerfile')).replaceAll('\\\n', ' ').split('\n');
    const of = (word: string): string[] => lines.filter((line) => line.startsWith(`${word} `));
    expect(of('FROM')).toHaveLength(2);
    expect(of('USER').at(-1)).toMatch(/^USER (node|\d+(:\d+)?)$/);
    expect(of('HEALTHCHECK')).toHaveLength(1);
    expect(of('ARG').length).toBeGreaterThan(0);
    // Exec form: with a shell between, SIGTERM would not reach the app.
    expect([...of('CMD'), ...of('ENTRYPOINT')].at(-1)).toMatch(/^\w+ \[".*"\]$/);
    const copied = of('COPY').filter((line) => !line.includes('--from='));
    for (const source of copied.flatMap((line) => line.split(/\s+/).slice(1, -1))) {
      if (!source.includes('*')) await access(join(project(app).dir, source));
    }
    const ignored = (await read(app, '.dockerignore')).split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.env', '.git', 'certs', '**/node_modules']));
  });

  test('compose.yaml keeps to the schema of Compose and publishes to this machine only', async () => {
    const compose = readYaml(await read(app, 'compose.yaml'));
    expect(composeProblems(compose)).toBeUndefined();
    expect(composeProblems({ ...compose, services: { app: { build: 1 } } })).toBeDefined();
    const services = at(compose, 'services');
    for (const name of Object.keys(services)) {
      const ports = (at(services, name)['ports'] ?? []) as string[];
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
      if (name !== 'app') expect(at(services, name, 'healthcheck')['test']).toBeDefined();
    }
    expect(Object.keys(services)).toEqual(
      app.endsWith('minimal') ? ['app'] : ['app', 'redis', 'mysql'],
    );
  });

  test('ci.yml may only read, and pins each action by commit', async () => {
    const text = await read(app, '.github/workflows/ci.yml');
    const workflow = readYaml(text);
    expect(workflow['permissions']).toEqual({ contents: 'read' });
    expect(workflow['concurrency']).toBeDefined();
    expect(Object.keys(at(workflow, 'jobs'))).toEqual(['lint', 'test', 'e2e', 'image']);
    const actions = text.match(/uses: .*/g) ?? [];
    expect(actions.length).toBeGreaterThan(6);
    for (const action of actions) expect(action).toMatch(/^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });
});

// Again on a machine that is too busy for WeChat's 5 s, which the script leaves as they are.
test('the end-to-end script of CI passes, and fails where the app does not start', { retry: 2 }, async () => {
  const { dir } = project('node-minimal');
  const port = await freePort();
  const variables = `PORT=${port} WX_API_BASE=http://127.0.0.1:${await freePort()}`;
  const wxDev = `WX_DEV='${process.execPath} ${inject('wxDev')}' WX_DEV_HOME='${dir}/../home'`;
  const script = `${variables} ${wxDev} .github/e2e.sh`;
  const good = await runCommand(project('node-minimal'), `${script} ${process.execPath} server.mjs`);
  expect(good.code, good.output).toBe(0);
  expect(good.output).toContain('ok ');
  const bad = await runCommand(project('node-minimal'), `${script} ${process.execPath} nothing.mjs`);
  expect(bad.code).toBe(1);
  expect(bad.output).toContain('Cannot find module');
});

needProgram('nginx', ['-v'])('nginx gives up on a callback after 6 s, and on a body above 1 MB at once', async () => {
  await using upstream = await startSilent();
  await using nginx = await startNginx(project('python-fastapi'), upstream.port);
  const startedAt = performance.now();
  const late = await ask(nginx, '/wx?signature=secret', { method: 'POST' }, '<xml/>');
  expect(late.status).toBe(504);
  expect(performance.now() - startedAt).toBeGreaterThan(5500);
  const large = await ask(nginx, '/wx', { method: 'POST' }, Buffer.alloc(1024 * 1024 + 1));
  expect(large.status).toBe(413);
  const [line = ''] = (await nginx.log()).split('\n');
  expect(JSON.parse(line)).toMatchObject({ method: 'POST', path: '/wx', status: 504 });
  expect(line).not.toContain('secret');
});

needProgram('nginx', ['-v'])('nginx passes on web logins, and limits them', async () => {
  const server = createHttpServer((request, response) => response.end(`app ${request.url}`));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Few connections: a busy machine must not be what spreads the requests.
  const agent = new Agent({ keepAlive: true, maxSockets: 10 });
  try {
    const { port } = server.address() as AddressInfo; // Of a server that listens.
    await using nginx = await startNginx(project('go-gin'), port);
    const passed = await ask(nginx, '/oauth/start?to=%2F');
    expect(passed.body.toString()).toBe('app /oauth/start?to=%2F');
    const many = Array.from({ length: 200 }, () => ask(nginx, '/oauth/callback', { agent }));
    const statuses = new Set((await Promise.all(many)).map(({ status }) => status));
    expect(statuses).toEqual(new Set([200, 429]));
  } finally {
    agent.destroy();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

/** A server that takes requests and never answers. */
async function startSilent(): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // Of a server that listens.
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
