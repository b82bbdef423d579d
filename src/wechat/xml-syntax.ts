/** The characters a name begins with: XML 1.0, fifth edition, production 4. */
const nameStart =
  ':A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}\\u{200D}\\u{2070}-\\u{218F}' +
  '\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}';

/** The further characters of a name: production 4a. */
const nameRest = `${nameStart}\\-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}\\u{2040}`;

/** A name (production 5), at `lastIndex`. */
const xmlName: RegExp = new RegExp(`[${nameStart}][${nameRest}]*`, 'uy');

/** Which ASCII characters are of a name, by code: 1 at any place, 2 but for the first. Others are not in the table. */
const asciiName: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[:A-Z_a-z]/.test(character)) return 1;
  return /[-.0-9]/.test(character) ? 2 : 0;
});

/** Where the name at `start` ends; `start` itself where there is none. ASCII, as in all names of WeChat, costs no expression. */
export function endOfXmlName(text: string, start: number): number {
  let at = start;
  let kind = asciiName[text.charCodeAt(at)];
  if (kind === 1) {
    do {
      at += 1;
      kind = asciiName[text.charCodeAt(at)];
    } while (kind === 1 || kind === 2);
  }
  if (kind !== undefined || at >= text.length) return at;
  xmlName.lastIndex = start;
  return xmlName.test(text) ? xmlName.lastIndex : start;
}

const blank = '[ \\t\\r\\n]';

/** An attribute of the declaration, in either kind of quotes. */
function attribute(name: string, value: string): string {
  return `${blank}+${name}${blank}*=${blank}*(?:"${value}"|'${value}')`;
}

/** What may stand before everything else (production 23), at `lastIndex`. */
export const xmlDeclaration: RegExp = new RegExp(
  `<\\?xml${attribute('version', '1\\.[0-9]+')}(?:${attribute('encoding', '[A-Za-z][A-Za-z0-9._\\-]*')})?` +
    `(?:${attribute('standalone', '(?:yes|no)')})?${blank}*\\?>`,
  'y',
);

/** The five names every XML text may refer to (section 4.6). */
export const xmlEntities: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['apos', "'"],
  ['quot', '"'],
]);

/** Whether a reference by number may stand for this code point: production 2. */
export function isXmlCharacter(code: number): boolean {
  return (
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}

/** Whether a text is one name and nothing else. */
export function isXmlName(text: string): boolean {
  return text !== '' && endOfXmlName(text, 0) === text.length;
}
