// Signed requests: X-Timestamp, X-Nonce and X-Signature, so that nobody changes or repeats one.
import { createHash, createHmac } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '../lib/envelope.ts';
import type { Store } from '../lib/store.ts';
import { isSame } from '../wechat/signature.ts';

/** How far the clocks of both sides may differ. */
const SIGNED_WITHIN_S = 300;

/** HMAC-SHA256 as hex; `target` is the path with its query. */
export function signRequest(
  secret: string,
  request: { method: string; target: string; timestamp: string; nonce: string; body: string },
): string {
  const { method, target, timestamp, nonce, body } = request;
  const digest = createHash('sha256').update(body).digest('hex');
  const text = [method, target, timestamp, nonce, digest].join('\n');
  return createHmac('sha256', secret).update(text).digest('hex');
}

/** Throws unless the request is signed, fresh, and comes for the first time. */
export async function checkSigned(
  request: FastifyRequest,
  secret: string,
  store: Store,
): Promise<void> {
  const timestamp = String(request.headers['x-timestamp'] ?? '');
  const nonce = String(request.headers['x-nonce'] ?? '');
  const given = String(request.headers['x-signature'] ?? '');
  if (!/^\d{1,12}$/.test(timestamp) || !/^[\x21-\x7e]{8,64}$/.test(nonce)) {
    throw new ApiError(40101, 'not signed: X-Timestamp, X-Nonce and X-Signature are needed');
  }
  const { method, url: target, rawBody: body } = request;
  const expected = signRequest(secret, { method, target, timestamp, nonce, body });
  if (!isSame(given, expected)) throw new ApiError(40102, 'wrong signature');
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > SIGNED_WITHIN_S) {
    throw new ApiError(40103, 'signed too long ago, or a clock is wrong');
  }
  if (!(await store.add(`nonce:${nonce}`, '1', 2 * SIGNED_WITHIN_S))) {
    throw new ApiError(40104, 'this request came before');
  }
}
