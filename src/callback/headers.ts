import type { HeaderList } from '../core/http-message.ts';

/** The values of every field called `name`, in order. */
export function headerValues(headers: HeaderList, name: string): string[] {
  return headers.flatMap(([key, value]) => (key.toLowerCase() === name ? [value] : []));
}

/** The headers without those that belong to one connection only (RFC 9110 §7.6.1) or are named in `also`. */
export function withoutHopByHop(headers: HeaderList, also: readonly string[] = []): HeaderList {
  const named = headerValues(headers, 'connection')
    .flatMap((value) => value.split(','))
    .map((name) => name.trim().toLowerCase());
  const dropped = new Set([...hopByHop, ...named, ...also]);
  for (const name of neverNamed) dropped.delete(name);
  return headers.filter(([name]) => !dropped.has(name.toLowerCase()));
}

/** Adds the length of a body whose framing by chunks was removed with the hop-by-hop fields. */
export function withLength(headers: HeaderList, bodyBytes: number): HeaderList {
  if (headerValues(headers, 'content-length').length > 0) return headers;
  return [...headers, ['Content-Length', String(bodyBytes)]];
}

/** Without the length of its body a request would be two; without Host it would be somebody else's. */
const neverNamed = ['content-length', 'host'];

const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
