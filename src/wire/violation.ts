import { WxDevError } from '../core/errors.ts';

/** The two ends of a tunnel: the client dials, the relay opens streams. */
export type Side = 'client' | 'relay';

/** The error for a peer that broke the protocol: `side` is who broke it, `rule` what was seen and what is allowed. */
export function violation(side: Side, rule: string): WxDevError<'WXD4009'> {
  return new WxDevError('WXD4009', { side, rule });
}
