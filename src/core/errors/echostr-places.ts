import type { EchostrDifference } from './hints.ts';
import { escapeText } from './text.ts';

/** What stands around an echostr, and where its spaces are. */
interface EchostrPlaces {
  readonly difference: EchostrDifference;
  readonly around?: { readonly before: string; readonly after: string } | undefined;
  readonly spacesAt?: readonly number[] | undefined;
}

/** What to remove, or where the spaces are, in English. */
export function placesEn({ difference, around, spacesAt }: EchostrPlaces): string[] {
  if (difference === 'plus-became-space' && spacesAt !== undefined) {
    return [`spaces at ${spacesAt.join(', ')}`];
  }
  if (around === undefined || !(difference === 'bom' || difference === 'whitespace')) return [];
  const parts = [bytesEn(around.before, 'before'), bytesEn(around.after, 'after')];
  return [`remove ${parts.filter((part) => part !== '').join(' and ')}`];
}

const bytesEn = (text: string, where: string): string =>
  text === '' ? '' : `${countOf(text)} "${escapeText(text)}" ${where} it`;

const countOf = (text: string): string => {
  const bytes = Buffer.byteLength(text);
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
};

/** The same in Chinese. */
export function placesZh({ difference, around, spacesAt }: EchostrPlaces): string[] {
  if (difference === 'plus-became-space' && spacesAt !== undefined) {
    return [`空格在第 ${spacesAt.join('、')} 位`];
  }
  if (around === undefined || !(difference === 'bom' || difference === 'whitespace')) return [];
  const parts = [bytesZh(around.before, '前面'), bytesZh(around.after, '后面')];
  return [`请去掉${parts.filter((part) => part !== '').join('和')}`];
}

const bytesZh = (text: string, where: string): string =>
  text === '' ? '' : `${where}的 ${Buffer.byteLength(text)} 字节 "${escapeText(text)}"`;
