import { resolve4, resolve6 } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { AbortableOptions } from '../core/abort.ts';
import { WxDevError } from '../core/errors.ts';
import { findUrlProblem } from '../wechat/callback-url.ts';

/** Answers of name servers are a matter of milliseconds; a start-up need not wait longer. */
const lookupMs = 2000;

/** Looks for what keeps WeChat, but not this machine, from connecting to a public URL. Never rejects for what a name server says. */
export async function checkPublicUrl(
  url: string,
  { signal }: AbortableOptions,
): Promise<WxDevError<'WXD1151'> | undefined> {
  const problem =
    findUrlProblem(url) ??
    ((await isIpv6Only(new URL(url).hostname, signal)) ? 'ipv6-only' : undefined);
  return problem === undefined ? undefined : new WxDevError('WXD1151', { url, problem });
}

async function isIpv6Only(hostname: string, signal: AbortSignal | undefined): Promise<boolean> {
  const name = hostname.replace(/^\[|\]$/g, '');
  if (isIP(name) !== 0) return isIP(name) === 6;
  const [four, six] = await within(
    Promise.all([resolve4(name).then(count, none), resolve6(name).then(count, none)]),
    signal,
  );
  return four === 0 && six > 0;
}

/** c-ares cannot be told to stop; the wait for it can. */
function within(
  counts: Promise<[number, number]>,
  signal: AbortSignal | undefined,
): Promise<readonly [number, number]> {
  return new Promise((resolve) => {
    const giveUp = (): void => finish([0, 0]);
    const timer = setTimeout(giveUp, lookupMs);
    const finish = (result: readonly [number, number]): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      resolve(result);
    };
    signal?.addEventListener('abort', giveUp, { once: true });
    counts.then(finish, giveUp);
  });
}

function count(addresses: readonly string[]): number {
  return addresses.length;
}

/** A name that does not exist, or a server that does not answer, is told by the self-check. */
function none(): number {
  return 0;
}
