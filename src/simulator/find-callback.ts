import { isWxDevError, WxDevError } from '../core/errors.ts';
import { sendVerify, type SendOptions } from './send.ts';
import type { TargetOptions } from './target.ts';

/** Where templates, SDKs and the documents put a callback, besides the path that was tried. */
const usualPaths = [
  '/wx',
  '/wechat',
  '/weixin',
  '/callback',
  '/wechat/callback',
  '/api/wechat',
  '/',
];

/** How long one path may take, in milliseconds: it is a guess, and there are several. */
const guessTimeoutMs = 1500;

/** Looks for the path at which the same server answers a verification, by asking for it as the console would. */
async function findCallback(
  options: Pick<SendOptions, keyof TargetOptions | 'account'>,
): Promise<string | undefined> {
  const { origin, pathname } = new URL(options.url);
  const slashed = pathname.endsWith('/') ? pathname.slice(0, -1) : `${pathname}/`;
  const paths = new Set(
    [slashed, ...usualPaths].filter((path) => path !== '' && path !== pathname),
  );
  for (const path of paths) {
    const { accepted, status } = await sendVerify({
      ...options,
      url: origin + path,
      timeoutMs: guessTimeoutMs,
    });
    if (accepted) return path;
    if (status === 0) return undefined; // The server is gone; the other paths would tell no more.
  }
  return undefined;
}

/** The faults of an answer, a 404 with the path that was probably meant. */
export async function withLikelyPath(
  faults: readonly WxDevError[],
  options: Pick<SendOptions, keyof TargetOptions | 'account'>,
): Promise<readonly WxDevError[]> {
  const [fault, ...others] = faults;
  if (!isWxDevError(fault, 'WXD2101') || fault.details.status !== 404) return faults;
  const likely = await findCallback(options);
  if (likely === undefined) return faults;
  const cause = { type: 'no-route', likely } as const;
  return [new WxDevError('WXD2101', { ...fault.details, cause }), ...others];
}
