import { X509Certificate } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type { Constraints } from '../certs/constraints.ts';
import { ensureLeaf, openAuthority, type Authority } from '../certs/store.ts';
import { formatError, WxDevError } from '../core/errors.ts';
import { readAuthorityPem } from '../dev/local-tls.ts';
import { certificateFolder, withAuthority } from './cert-authority.ts';
import { textOption, type Invocation } from './command.ts';
import type { Context } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { findMistyped } from './mistyped.ts';
import { renderLeaf } from './render/cert.ts';
import { fitText } from './render/wrap.ts';
import { dataFolderOf } from './data-folder.ts';

/** What a local server is usually called. */
const USUAL_NAMES = ['localhost', '127.0.0.1', '::1'];

/** `wx-dev cert [names…]`: a certificate of the local authority, made or still good. */
export async function runCert(
  invocation: Invocation,
  subcommands: readonly string[],
): Promise<ExitCode> {
  const { args, options, context } = invocation;
  const { out, err, json, language } = context;
  const days = daysOf(options);
  await refuseMistyped(args[0], subcommands, context);
  const authority = await withAuthority(invocation, (place) => openAuthority(place));
  const lan = options['ipAuto'] === true ? await ownLanNames(authority, context) : [];
  const leaf = await ensureLeaf({
    authority,
    dir: await certificateFolder(invocation),
    names: [...(args.length > 0 ? args : USUAL_NAMES), ...lan],
    days,
    keyKind: options['rsa'] === true ? 'rsa' : undefined,
  });
  if (leaf.warnings.length > 0) {
    const { renderError } = await import('./render/error.ts');
    for (const warning of leaf.warnings) {
      for (const line of renderError(formatError(warning, language), err)) err.line(line);
    }
  }
  if (json) {
    const { cert, key, ca, fullchain, names, notAfter, reused, pin, oldPin } = leaf;
    out.line(JSON.stringify({ cert, key, ca, fullchain, names, notAfter, reused, pin, oldPin }));
  } else for (const line of renderLeaf(leaf, authority, context)) out.line(line);
  return exitCodes.ok;
}

/** The value of `--days`. @throws WXD6001 */
export function daysOf(options: Invocation['options']): number | undefined {
  const days = textOption(options, 'days');
  if (days === undefined) return undefined;
  // 825 days is the most that Apple's systems take, also from an authority that the user trusts.
  if (/^\d{1,3}$/.test(days) && Number(days) >= 1 && Number(days) <= 825) return Number(days);
  throw new WxDevError('WXD6001', {
    source: { name: '--days' },
    received: days,
    expected: { en: 'a whole number from 1 to 825', zh: '1 到 825 的整数' },
  });
}

/**
 * `cert lst` would make a certificate for a host called lst. A word that is nearly a subcommand is taken for a host only where
 * the authority names it among what it may certify, or with a dot at its end. @throws WXD5040
 */
async function refuseMistyped(
  typed: string | undefined,
  subcommands: readonly string[],
  context: Context,
): Promise<void> {
  if (typed === undefined || !/^[a-z-]+$/i.test(typed)) return;
  const guess = findMistyped(typed.toLowerCase(), subcommands);
  if (guess === undefined) return;
  const pem = await readAuthorityPem(dataFolderOf(context));
  const { permitted = [] } = (pem === undefined ? undefined : await constraintsOf(pem)) ?? {};
  const isOurs = permitted.some(
    (subtree) => subtree.type === 'dns' && subtree.base === typed.toLowerCase(),
  );
  if (!isOurs) throw new WxDevError('WXD5040', { received: typed, guess });
}

async function constraintsOf(pem: string): Promise<Constraints | undefined> {
  const { readNameConstraints } = await import('../certs/extensions.ts');
  return readNameConstraints(new X509Certificate(pem).raw);
}

/** What this machine is called in its network; says which addresses had to be left out. */
async function ownLanNames(authority: Authority, context: Context): Promise<readonly string[]> {
  const { lanNames } = await import('../certs/lan-names.ts');
  const constraints = await constraintsOf(authority.certPem);
  const { names, outside } = lanNames(networkInterfaces(), context.hostname, constraints);
  if (outside.length > 0) {
    const { certIssue } = context.messages;
    for (const line of fitText(certIssue.outsideLan(outside.join(' ')), context.err)) {
      context.err.line(line);
    }
  }
  return names;
}
