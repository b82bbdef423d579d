import { createPrivateKey, X509Certificate } from 'node:crypto';
import { basename, resolve } from 'node:path';
import type { Pkcs12Profile } from '../certs/export/pkcs12.ts';
import { checkPassword, newPassword } from '../certs/export/password.ts';
import { privateMode, publicMode, replaceFile } from '../certs/files.ts';
import { openAuthority } from '../certs/store.ts';
import { WxDevError } from '../core/errors.ts';
import { withAuthority } from './cert-authority.ts';
import { loadCertTarget, PROJECT_CERTS, readInput } from './cert-target.ts';
import { textOption, type Invocation } from './command.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { fitFields } from './render/fields.ts';

/** What was written, and the password where one was made: it is nowhere else. */
interface Exported {
  readonly file: string;
  readonly format: string;
  readonly password?: string;
}

/** `wx-dev cert export`: the project's certificate and key as one file, or the authority's certificate for a device. */
export async function runCertExport(invocation: Invocation): Promise<ExitCode> {
  const { options, context } = invocation;
  const { out, json, messages } = context;
  const formats = ['p12', 'der', 'mobileconfig'].filter((name) => options[name] === true);
  const [format = 'p12', second] = formats;
  if (second !== undefined) {
    const expected = '--p12 | --der | --mobileconfig';
    throw new WxDevError('WXD6001', {
      source: { name: `--${second}` },
      received: format,
      expected,
    });
  }
  const exported =
    format === 'p12' ? await exportKey(invocation) : await exportCa(invocation, format);
  if (json) out.line(JSON.stringify(exported));
  else {
    const rows: [string, string][] = [[messages.certUse.exported, exported.file]];
    if (exported.password !== undefined) {
      rows.push(
        [messages.certUse.password, exported.password],
        ['', messages.certUse.passwordOnce],
      );
    }
    for (const line of fitFields(rows, out)) out.line(line);
  }
  return exitCodes.ok;
}

async function exportKey(invocation: Invocation): Promise<Exported> {
  const { args, options, context } = invocation;
  const { cwd } = context;
  const target = await loadCertTarget(args[0], context);
  const [leaf, ...chain] = target.certificates;
  if (!leaf) throw new WxDevError('WXD5007', { path: target.label, found: 'nothing' });
  const keyPath = resolve(cwd, textOption(options, 'key') ?? `${PROJECT_CERTS}/key.pem`);
  const keyPem = (await readInput(keyPath)).toString('utf8');
  checkKey(leaf, keyPem, keyPath);
  const given = await readPassword(invocation);
  const password = given ?? newPassword();
  const profile: Pkcs12Profile = options['profile'] === 'modern' ? 'modern' : 'compat';
  const { buildPkcs12 } = await import('../certs/export/pkcs12.ts');
  const bytes = buildPkcs12({
    certPem: leaf.toString(),
    chainPems: chain.map((certificate) => certificate.toString()),
    keyPem,
    friendlyName: textOption(options, 'friendlyName') ?? basename(cwd),
    password,
    profile,
  });
  const file = resolve(cwd, textOption(options, 'outFile') ?? `${PROJECT_CERTS}/cert.p12`);
  await replaceFile(file, bytes, privateMode);
  return { file, format: `p12 ${profile}`, ...(given === undefined && { password }) };
}

/** The certificate of the authority alone: public. */
async function exportCa(invocation: Invocation, format: string): Promise<Exported> {
  const { options, context } = invocation;
  const { certPem } = await withAuthority(invocation, openAuthority);
  const usual = format === 'der' ? 'wx-dev-ca.cer' : 'wx-dev-ca.mobileconfig';
  const file = resolve(context.cwd, textOption(options, 'outFile') ?? usual);
  if (format === 'der') {
    await replaceFile(file, new X509Certificate(certPem).raw, publicMode);
  } else {
    const { buildMobileConfig } = await import('../certs/export/mobileconfig.ts');
    await replaceFile(file, buildMobileConfig(certPem), publicMode);
  }
  return { file, format };
}

async function readPassword({ options, context }: Invocation): Promise<string | undefined> {
  const path = textOption(options, 'passwordFile');
  if (path === undefined) return undefined;
  const text =
    path === '-'
      ? await context.readStdin()
      : (await readInput(resolve(context.cwd, path))).toString('utf8');
  return checkPassword(text);
}

/** A file whose key and certificate do not belong together opens everywhere and works nowhere. */
function checkKey(leaf: X509Certificate, keyPem: string, path: string): void {
  let matches: boolean;
  try {
    matches = leaf.checkPrivateKey(createPrivateKey(keyPem));
  } catch (cause) {
    throw new WxDevError('WXD5030', { path }, { cause });
  }
  if (!matches) throw new WxDevError('WXD5034', { path });
}
