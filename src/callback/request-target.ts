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

/**
 * Whether an app may take both paths for one route: frameworks decode, merge slashes, drop the last one and ignore case. Where
 * nothing unverified may pass, a spelling of the callback path is the callback path.
 */
export function isSameRoute(a: string, b: string): boolean {
  return canonicalPath(a) === canonicalPath(b);
}

/** Whether an app may take `path` for `parent` or something below it, in whatever spelling. */
export function isAtOrBelow(path: string, parent: string): boolean {
  return `${canonicalPath(path)}/`.startsWith(`${canonicalPath(parent)}/`);
}

/** Proxies and frameworks in a row may decode more than once; without a bound a crafted path would cost thousands of rounds. */
const maxDecodings = 4;

function canonicalPath(path: string): string {
  let text = path.replaceAll(/;[^/]*/g, '');
  for (let pass = 0; pass < maxDecodings; pass += 1) {
    text = text.replaceAll(/%([0-7][0-9a-f])/gi, (_match, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
  const { pathname } = new URL(`http://localhost/${text.replaceAll(/[/\\]+/g, '/')}`);
  return pathname.replaceAll(/\/+/g, '/').replace(/\/$/, '').toLowerCase();
}
