import { expect, test } from 'vitest';
import { connectionError } from '../../src/core/connection-error.ts';

const target = 'http://127.0.0.1:3000/wx';

function failure(code: string): Error {
  return Object.assign(new Error(`it failed: ${code}`), { code });
}

test.each([
  ['ECONNREFUSED', 'WXD3001'],
  ['ENOTFOUND', 'WXD3001'],
  ['ECONNRESET', 'WXD3001'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'WXD3004'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'WXD3004'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'WXD3004'],
  ['CERT_HAS_EXPIRED', 'WXD3004'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'WXD3004'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'WXD3004'],
  ['EPROTO', 'WXD3004'],
])('before the connection stands, %s is %s', (reason, code) => {
  const error = connectionError(failure(reason), { target, connected: false });
  expect({ code: error.code, details: error.details }).toEqual({
    code,
    details: { target, reason },
  });
});

test('once the connection stands, every failure is an incomplete answer', () => {
  for (const reason of ['ECONNRESET', 'HPE_INVALID_CONSTANT', 'EPROTO'])
    expect(connectionError(failure(reason), { target, connected: true }).code).toBe('WXD3002');
});

test('takes the message of an error without a code, and anything that was thrown', () => {
  const reason = (cause: unknown) =>
    connectionError(cause, { target, connected: true }).details.reason;
  expect(reason(new Error('socket hang up'))).toBe('socket hang up');
  expect(reason('odd')).toBe('odd');
});
