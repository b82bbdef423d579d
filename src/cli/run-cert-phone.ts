import { findLanAddresses, startPhoneServer } from '../certs/phone.ts';
import { openAuthority } from '../certs/store.ts';
import { WxDevError } from '../core/errors.ts';
import { withAuthority } from './cert-authority.ts';
import { textOption, type Invocation } from './command.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { fitFields } from './render/fields.ts';

/** `wx-dev cert phone`: hands the authority's certificate to a phone of the same network, for ten minutes. */
export async function runCertPhone(invocation: Invocation): Promise<ExitCode> {
  const { options, context } = invocation;
  const { out, err, json, quiet, messages, signal } = context;
  const { certUse } = messages;
  const authority = await withAuthority(invocation, openAuthority);
  const address = textOption(options, 'address') ?? findLanAddresses()[0];
  if (address === undefined) throw new WxDevError('WXD5033', { address: '192.168.x.x' });
  const onTrusted = (): void => {
    if (json) out.line(JSON.stringify({ event: 'trusted' }));
    else err.line(`  ${err.tone('good', certUse.phoneTrusted)}`);
  };
  await using server = await startPhoneServer({ authority, address, signal, onTrusted });
  const { url, checkUrl } = server;
  const { fingerprint256 } = authority;
  if (json) out.line(JSON.stringify({ event: 'ready', url, check: checkUrl, fingerprint256 }));
  else {
    out.line(url);
    if (!quiet) {
      const { renderUnicodeCompact } = await import('uqr');
      for (const line of renderUnicodeCompact(url).split('\n')) err.line(`  ${line}`);
      const rows = [
        [certUse.phoneOpen, url],
        [certUse.phoneCompare, fingerprint256],
        ['', certUse.phoneScan],
      ] as const;
      for (const line of fitFields(rows, err)) err.line(line);
    }
  }
  const reason = await server.closed;
  if (json) out.line(JSON.stringify({ event: 'closed', reason: reason.type }));
  if (reason.type === 'failed') throw reason.error;
  return exitCodes.ok;
}
