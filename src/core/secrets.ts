import { randomBytes, randomInt } from 'node:crypto';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const alphanumeric = `${letters}0123456789`;

/** Digits of the base64 alphabet whose two low bits are zero, so that strict decoders take 43 of them as 32 whole bytes. */
const lastKeyCharacters = 'AEIMQUYcgkosw048';

/** No `0 1 i l o u`: a subdomain is read aloud and typed by hand. */
const subdomainLetters = 'abcdefghjkmnpqrstvwxyz';

/** A callback token: 20 letters and digits. WeChat takes 3 to 32 of them. */
export function newToken(): string {
  return pick(alphanumeric, 20);
}

/** An EncodingAESKey: 43 letters and digits, the base64 text of 32 bytes without its `=`. */
export function newAesKey(): string {
  return pick(alphanumeric, 42) + pick(lastKeyCharacters, 1);
}

/** A secret that signs tokens or requests: 43 letters and digits, about 256 bits. */
function newSigningSecret(): string {
  return pick(alphanumeric, 43);
}

/** Values of a project's own `.env`, by name: made for each project, of which each takes those that it names. */
export function newProjectSecrets(): Record<string, string> {
  return {
    WX_TOKEN: newToken(),
    WX_AES_KEY: newAesKey(),
    JWT_SECRET: newSigningSecret(),
    API_SIGN_SECRET: newSigningSecret(),
  };
}

/** A host label nobody guesses: 8 characters, about 39 bits, the first a letter. */
export function newSubdomain(): string {
  return pick(subdomainLetters, 1) + pick(`${subdomainLetters}23456789`, 7);
}

/** Proves to a relay that a name is asked for by the project that had it: 32 bytes as hex. */
export function newOwnerSecret(): string {
  return randomBytes(32).toString('hex');
}

function pick(alphabet: string, length: number): string {
  let text = '';
  while (text.length < length) text += alphabet.charAt(randomInt(alphabet.length));
  return text;
}
