import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Follows a request through several services: a W3C trace context, else X-Trace-Id, else new. */
export function traceId({ traceparent, 'x-trace-id': given }: IncomingHttpHeaders): string {
  const [, id] = /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-/.exec(String(traceparent ?? '')) ?? [];
  if (id !== undefined) return id;
  return typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : randomUUID();
}
