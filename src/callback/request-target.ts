/** What a request asks for, as received. */
export interface RequestTarget {
  /** Path and query, not re-encoded. */
  readonly target: string;
  readonly path: string;
  /** Without `?`. */
  readonly rawQuery: string;
}

/** Splits a request target; a proxy's form names scheme and host too (RFC 9112 §3.2.2). */
export function splitTarget(received: string): RequestTarget {
  const target = originForm(received);
  const mark = target.indexOf('?');
  if (mark === -1) return { target, path: target, rawQuery: '' };
  return { target, path: target.slice(0, mark), rawQuery: target.slice(mark + 1) };
}

function originForm(received: string): string {
  if (received.startsWith('/') || received === '*') return received;
  const rest = received.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}
