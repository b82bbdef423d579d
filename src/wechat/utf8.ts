/** A text, or the offset of the first byte that does not belong to UTF-8. A byte order mark stays in the text. */
export type DecodedUtf8 =
  | { readonly text: string; readonly badAt?: undefined }
  | { readonly text?: undefined; readonly badAt: number };

/** Decodes UTF-8 without replacing anything. */
export function decodeUtf8(bytes: Uint8Array): DecodedUtf8 {
  try {
    return { text: strict.decode(bytes) };
  } catch {
    return { badAt: firstBadByte(bytes) }; // The only failure of a fatal decoder.
  }
}

/** Made once: making one takes longer than decoding a push. */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Where decoding with replacement first differs from the bytes. */
function firstBadByte(bytes: Uint8Array): number {
  const replaced = Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  return replaced.findIndex((byte, index) => byte !== bytes[index]);
}
