import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeTemporaryFolder } from '../workshop.ts';

const run = promisify(execFile);

/** How a certificate differs from a good one. */
export interface Recipe {
  readonly names?: string;
  readonly usage?: string;
  readonly extra?: string;
  readonly digest?: string;
  /** An argument of `openssl genpkey`. */
  readonly rsaBits?: number;
  readonly serial?: string;
  /** `YYMMDDhhmmssZ`. @default a day ago */
  readonly start?: string;
  readonly end?: string;
}

export interface Made {
  readonly cert: string;
  readonly key: string;
  readonly certPath: string;
  readonly keyPath: string;
}

const leafExtensions = ({
  names = 'DNS:a.test,IP:127.0.0.1',
  usage = 'serverAuth',
  extra = '',
}: Recipe) => `
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=${usage}
subjectAltName=${names}
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
${extra}`;

const authorityExtensions = `
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash`;

/** An authority made by OpenSSL alone, which is no code of ours: what it makes can prove our reading wrong. */
export class OpensslCa {
  readonly dir: string;
  root!: Made;

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async create(extra = ''): Promise<OpensslCa> {
    const ca = new OpensslCa(await makeTemporaryFolder());
    ca.root = await ca.#make('root', 'Test Root', undefined, authorityExtensions + extra, {});
    return ca;
  }

  leaf(recipe: Recipe = {}, issuer: Made = this.root): Promise<Made> {
    const name = `leaf-${Math.random().toString(36).slice(2)}`;
    return this.#make(name, 'a.test', issuer, leafExtensions(recipe), recipe);
  }

  intermediate(recipe: Recipe = {}): Promise<Made> {
    const { extra = '' } = recipe;
    return this.#make('middle', 'Middle', this.root, `${authorityExtensions}\n${extra}`, recipe);
  }

  async #make(
    name: string,
    commonName: string,
    issuer: Made | undefined,
    extensions: string,
    recipe: Recipe,
  ): Promise<Made> {
    const path = (end: string): string => join(this.dir, `${name}${end}`);
    const { rsaBits, digest = 'sha256', serial = '0x1001', start, end } = recipe;
    const algorithm =
      rsaBits === undefined
        ? ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256']
        : ['RSA', '-pkeyopt', `rsa_keygen_bits:${rsaBits}`];
    await run('openssl', ['genpkey', '-algorithm', ...algorithm, '-out', path('.key')]);
    const config = `
[req]
distinguished_name=dn
prompt=no
[dn]
CN=${commonName}
[ext]
${extensions}
[ca]
default_ca=here
[here]
database=${path('.db')}
new_certs_dir=${this.dir}
serial=${path('.srl')}
policy=any
unique_subject=no
[any]
commonName=supplied
`;
    await writeFile(path('.cnf'), config);
    await writeFile(path('.db'), '');
    await writeFile(path('.srl'), `${serial.replace('0x', '')}\n`);
    const request = ['req', '-new', '-config', path('.cnf'), '-key', path('.key')];
    await run('openssl', [...request, '-out', path('.csr')]);
    if (issuer && serial.startsWith('-')) {
      // `ca` reads no negative number; `x509` does.
      const signing = ['-CA', issuer.certPath, '-CAkey', issuer.keyPath, '-set_serial', serial];
      const described = ['-extfile', path('.cnf'), '-extensions', 'ext', '-days', '90'];
      const files = ['-in', path('.csr'), '-out', path('.pem')];
      await run('openssl', ['x509', '-req', ...files, ...signing, ...described]);
      return read(path('.pem'), path('.key'));
    }
    const signer = issuer
      ? ['-cert', issuer.certPath, '-keyfile', issuer.keyPath]
      : ['-selfsign', '-keyfile', path('.key')];
    const settings = ['-config', path('.cnf'), '-extensions', 'ext', '-md', digest];
    const lifetime = ['-startdate', start ?? stamp(-1), '-enddate', end ?? stamp(90)];
    const files = ['-in', path('.csr'), '-out', path('.pem')];
    await run('openssl', [
      'ca',
      '-batch',
      '-notext',
      ...settings,
      ...lifetime,
      ...files,
      ...signer,
    ]);
    return read(path('.pem'), path('.key'));
  }
}

async function read(certPath: string, keyPath: string): Promise<Made> {
  const [cert, key] = await Promise.all([readFile(certPath, 'utf8'), readFile(keyPath, 'utf8')]);
  return { cert, key, certPath, keyPath };
}

/** A day from today as OpenSSL's `ca` takes it. */
export function stamp(days: number): string {
  const date = new Date(Date.now() + days * 86_400_000);
  return `${date.toISOString().replace(/[-:T]|\..*/g, '')}Z`;
}
