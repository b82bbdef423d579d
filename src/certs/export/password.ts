import { randomInt } from 'node:crypto';
import { WxDevError } from '../../core/errors.ts';

/** Without characters that are read wrongly from a screen; typed on a phone as they are. */
const alphabet = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const passwordLength = 16;

/** 16 random characters: 92 bits. */
export function newPassword(): string {
  return Array.from({ length: passwordLength }, () => alphabet[randomInt(alphabet.length)]).join(
    '',
  );
}

/**
 * A password that every program encodes alike: printable ASCII, not empty. One line end is no part of it.
 * @throws WXD5031
 */
export function checkPassword(text: string): string {
  const password = text.replace(/\r?\n$/, '');
  if (password === '') throw new WxDevError('WXD5031', { fault: 'empty' });
  if (!/^[\x20-\x7e]+$/.test(password)) throw new WxDevError('WXD5031', { fault: 'characters' });
  return password;
}
