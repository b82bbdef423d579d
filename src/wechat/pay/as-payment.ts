import { isWxDevError, WxDevError } from '../../core/errors.ts';

/** What can be wrong with the answer to a payment as with that to a push: nobody follows a merchant, and WeChat Pay tries longer. */
const common = ['WXD2001', 'WXD2002', 'WXD2005', 'WXD3001', 'WXD3002'] as const;

/** The same error in the words of WeChat Pay. */
export function asPayment(error: WxDevError): WxDevError {
  if (!isWxDevError(error, ...common)) return error;
  // Each of them has this detail; the union of their details does not say so.
  const details = { ...error.details, isPayment: true } as never;
  return new WxDevError(error.code, details, { cause: error.cause });
}
