import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Authority } from '../authority.ts';
import type { StoreName } from './plan.ts';

/** A program that connects, and the store it reads; without one its result is for information. */
interface Client {
  readonly name: string;
  readonly store?: StoreName;
  readonly command: (url: string, folder: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** How one program took the authority. */
export interface TrustProof {
  readonly client: string;
  /** The store it reads, where wx-dev can say. */
  readonly store: StoreName | undefined;
  readonly result: 'trusted' | 'refused' | 'absent';
}

/** Who connects. */
export interface ProveOptions {
  readonly authority: Pick<Authority, 'issue' | 'certPath'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The home that clients see, in which Chromium looks for its database. */
  readonly home: string;
  /** Node's program, and whether it knows `--use-system-ca`. */
  readonly node: { readonly path: string; readonly readsSystemStore: boolean };
  readonly signal?: AbortSignal | undefined;
}

/** Chromium's first start on a busy machine takes some ten seconds. */
const clientMs = 60_000;

const chromiums = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Settings that would decide in the store's place. */
const overriding =
  /^(SSL_CERT_(FILE|DIR)|CURL_CA_BUNDLE|REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS|NODE_TLS_REJECT_UNAUTHORIZED|NODE_OPTIONS|HTTPS?_PROXY|ALL_PROXY)$/i;

/**
 * Starts a TLS server on the loopback address with a certificate of the authority and lets each program that is there connect: what
 * a browser does counts, not what an installer said.
 */
export async function proveTrust(options: ProveOptions): Promise<readonly TrustProof[]> {
  const leaf = await options.authority.issue({ names: ['localhost', '127.0.0.1'], days: 1 });
  const word = `wx-dev-${randomBytes(8).toString('hex')}`;
  const server = createServer({ cert: leaf.certPem, key: leaf.keyPem }, (_request, response) =>
    response.end(word),
  );
  const folder = await mkdtemp(join(tmpdir(), 'wx-dev-prove-'));
  try {
    const url = `https://localhost:${await listen(server)}/`;
    const proofs: TrustProof[] = [];
    for (const client of clientsOf(options)) {
      proofs.push({
        client: client.name,
        store: client.store,
        result: await connect(client, { url, folder, word, options }),
      });
    }
    // One Chromium is enough.
    const tried = proofs.filter((proof) => proof.result !== 'absent');
    return proofs.filter(
      (proof) =>
        proof.result !== 'absent' ||
        (proof.client === 'chromium' && !tried.some(({ store }) => store === 'chromium')) ||
        !chromiums.includes(proof.client),
    );
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function clientsOf({ node, authority }: ProveOptions): readonly Client[] {
  const script = (url: string): string =>
    `require('https').get('${url}', (r) => r.on('data', (d) => require('fs').writeSync(1, d)))`;
  const python =
    'import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())';
  return [
    { name: 'curl', store: 'system', command: (url) => ['curl', '-sS', '--noproxy', '*', url] },
    { name: 'python3', command: (url) => ['python3', '-c', python, url] },
    node.readsSystemStore
      ? {
          name: 'node --use-system-ca',
          store: 'system',
          command: (url) => [node.path, '--use-system-ca', '-e', script(url)],
        }
      : {
          name: 'node (NODE_EXTRA_CA_CERTS)',
          command: (url) => [node.path, '-e', script(url)],
          env: { NODE_EXTRA_CA_CERTS: authority.certPath },
        },
    ...chromiums.map((name): Client => ({ name, store: 'chromium', command: chromium(name) })),
  ];
}

function chromium(program: string): Client['command'] {
  return (url, folder) => [
    program,
    '--headless',
    // A sandbox needs a kernel feature that containers lack; the only page it loads is our own.
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-proxy-server',
    `--user-data-dir=${join(folder, program)}`,
    '--dump-dom',
    url,
  ];
}

async function connect(
  client: Client,
  given: { url: string; folder: string; word: string; options: ProveOptions },
): Promise<TrustProof['result']> {
  const { url, folder, word, options } = given;
  const { env, home, signal } = options;
  const [file = '', ...args] = client.command(url, folder);
  // Chromium leaves crash settings and caches beside its profile.
  const away = {
    XDG_CONFIG_HOME: folder,
    XDG_CACHE_HOME: folder,
    ...(await dataHome(home, folder)),
  };
  const kept = Object.entries(env).filter(([name]) => !overriding.test(name));
  const ended = await execa(file, args, {
    env: { ...Object.fromEntries(kept), HOME: home, NO_PROXY: '*', ...away, ...client.env },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: clientMs,
    ...(signal && { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  // No text at all where the program could not be started.
  if (typeof ended.stdout === 'string' && ended.stdout.includes(word)) return 'trusted';
  return ended.exitCode === undefined && !ended.timedOut && ended.signal === undefined
    ? 'absent'
    : 'refused';
}

/** Chromium makes itself a database where it finds none; one that is there must be read. */
async function dataHome(home: string, folder: string): Promise<{ XDG_DATA_HOME?: string }> {
  const databases = ['.pki/nssdb', '.local/share/pki/nssdb'].map((path) => join(home, path));
  const found = await Promise.any(databases.map((path) => access(path))).then(
    () => true,
    () => false,
  );
  return found ? {} : { XDG_DATA_HOME: folder };
}

async function listen(server: Server): Promise<number> {
  server.on('tlsClientError', () => undefined); // A refusal is a result.
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}
