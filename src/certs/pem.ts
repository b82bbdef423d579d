/** `der` as one PEM block (RFC 7468), with a line end after it. */
export function pemBlock(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** The bytes of the first block with one of `labels`; undefined where there is none. */
export function readPemBlock(text: string, labels: readonly string[]): Buffer | undefined {
  for (const [, begin = '', body = '', end] of text.matchAll(
    /-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END ([A-Z0-9 ]+)-----/g,
  )) {
    if (begin === end && labels.includes(begin)) return Buffer.from(body, 'base64');
  }
  return undefined;
}
