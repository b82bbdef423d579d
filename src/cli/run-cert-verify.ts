import { resolve } from 'node:path';
import { packNames, type PackName } from '../certs/verify/packs.ts';
import { verifyCertificates } from '../certs/verify/verify.ts';
import { readAuthorityPem } from '../dev/local-tls.ts';
import { loadCertTarget, readInput, type CertTarget } from './cert-target.ts';
import { textOption, type Invocation } from './command.ts';
import type { Context } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { renderVerification } from './render/cert-verify.ts';
import { dataFolderOf } from './data-folder.ts';

/** What clients of a developer's machine demand; `wechat` demands a public certificate, which a local one never is. */
const USUAL_PACKS: readonly PackName[] = packNames.filter((name) => name !== 'wechat');

/** `wx-dev cert verify [file|host:port]`: exit 4 when one of the clients would refuse it. */
export async function runCertVerify({ args, options, context }: Invocation): Promise<ExitCode> {
  const { out, json } = context;
  const target = await loadCertTarget(args[0], context);
  const as = packNames.filter((name) => name === textOption(options, 'as'));
  const keyPath = keyPathOf(target, options, context);
  const found = verifyCertificates(
    {
      certificates: target.certificates,
      as: as.length > 0 ? as : USUAL_PACKS,
      ca: await rootsOf(options, context),
      name: textOption(options, 'hostName') ?? target.peer?.host,
      keyPem: keyPath === undefined ? undefined : (await readInput(keyPath)).toString('utf8'),
      now: Date.now(),
      offersTls12: target.peer?.offersTls12,
    },
    target.label,
  );
  const checked = as.length > 0 ? as : USUAL_PACKS;
  if (json) {
    const { label, peer } = target;
    out.line(JSON.stringify({ target: label, as: checked, protocol: peer?.protocol, ...found }));
  } else {
    for (const line of renderVerification(target, found, checked, context)) out.line(line);
  }
  return found.accepted ? exitCodes.ok : exitCodes.verification;
}

function keyPathOf(
  target: CertTarget,
  options: Invocation['options'],
  { cwd }: Context,
): string | undefined {
  const given = textOption(options, 'key');
  return given === undefined ? target.keyPath : resolve(cwd, given);
}

/** The local authority, as if it were trusted, or the roots of `--ca` in its place. */
async function rootsOf(options: Invocation['options'], context: Context): Promise<string[]> {
  const given = textOption(options, 'ca');
  if (given !== undefined) {
    return [(await readInput(resolve(context.cwd, given))).toString('utf8')];
  }
  const own = await readAuthorityPem(dataFolderOf(context));
  return own === undefined ? [] : [own];
}
