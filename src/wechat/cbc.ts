import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import type { AesKey } from './account.ts';

/** Bytes of an AES block. */
export const aesBlock = 16;

/**
 * AES-256-CBC under one key, always with the same initialisation vector, as WeChat uses it. One cipher of OpenSSL serves all messages:
 * making one takes three times as long as a message.
 *
 * A cipher that goes on mixes the last block of cipher text into the next message where a new one mixes in the vector. Both are known, so
 * that the first block of each message is mixed with both, and comes out as if the cipher were new.
 */
export class Cbc {
  readonly #iv: Buffer;
  readonly #cipher: ReturnType<typeof createCipheriv>;
  readonly #decipher: ReturnType<typeof createDecipheriv>;
  /** What each of them mixes into the next block. */
  readonly #lastEncrypted: Buffer;
  readonly #lastReceived: Buffer;

  private constructor({ bytes, iv }: AesKey) {
    const key: KeyObject = createSecretKey(bytes);
    this.#iv = iv;
    this.#lastEncrypted = Buffer.from(iv);
    this.#lastReceived = Buffer.from(iv);
    // OpenSSL's own unpadding refuses padding bytes above 16; without padding every whole block comes out at once.
    this.#cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
    this.#decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  }

  /** The one for `key`. */
  static of(key: AesKey): Cbc {
    const known = ciphers.get(key);
    if (known) return known;
    const made = new Cbc(key);
    ciphers.set(key, made);
    return made;
  }

  /** Encrypts whole blocks. Changes the first block of `plain`. */
  encrypt(plain: Buffer): Buffer {
    mix(plain, this.#iv, this.#lastEncrypted);
    const encrypted = this.#cipher.update(plain);
    encrypted.copy(this.#lastEncrypted, 0, encrypted.length - aesBlock);
    return encrypted;
  }

  /** Decrypts whole blocks. */
  decrypt(encrypted: Buffer): Buffer {
    const plain = this.#decipher.update(encrypted);
    mix(plain, this.#iv, this.#lastReceived);
    encrypted.copy(this.#lastReceived, 0, encrypted.length - aesBlock);
    return plain;
  }
}

/** Forgotten with their keys. */
const ciphers = new WeakMap<AesKey, Cbc>();

function mix(bytes: Buffer, iv: Buffer, last: Buffer): void {
  for (let at = 0; at < aesBlock; at += 1) {
    bytes[at] = (bytes[at] ?? 0) ^ (iv[at] ?? 0) ^ (last[at] ?? 0);
  }
}
