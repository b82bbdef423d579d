// @ts-check
// WeChat's callback protocol: signatures, encryption, XML, duplicates. Knows nothing about HTTP.
// https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.html
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

/**
 * @typedef {{ token: string, appId: string, aesKey?: Buffer, onlySafe: boolean }} Account
 * @typedef {{ readonly [name: string]: any }} Fields Text, another Fields, or a list, by name.
 */

/** A push that is refused, with the HTTP status to answer. */
export class Refusal extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** SHA-1 over the values in byte order, as hex. @param {string[]} values */
export function sign(...values) {
  return createHash('sha1').update(values.sort().join('')).digest('hex');
}

/**
 * In constant time, so that nobody can guess a signature digit by digit.
 * @param {string | undefined} signature @param {string[]} values
 */
export function isSigned(signature, ...values) {
  const expected = Buffer.from(sign(...values));
  const received = Buffer.from(signature ?? '');
  return received.length === expected.length && timingSafeEqual(received, expected);
}

/** How far a timestamp may be from our clock: a recorded push is of no use for longer. */
const REPLAY_WINDOW_S = 300;

/**
 * Refuses what is not signed with the token, or was signed long ago.
 * @param {Record<string, string | undefined>} query @param {'signature' | 'msg_signature'} name
 * @param {string[]} values the token, and what else is signed
 */
export function checkStamp(query, name, ...values) {
  const { timestamp = '', nonce = '' } = query;
  if (!isSigned(query[name], timestamp, nonce, ...values)) throw new Refusal(403, `wrong ${name}`);
  const isFresh = Math.abs(Date.now() / 1000 - Number(timestamp)) <= REPLAY_WINDOW_S;
  if (!isFresh) throw new Refusal(403, 'signed long ago: a replay, or a clock that is wrong');
}

/** @param {string} text EncodingAESKey: base64 of 32 bytes without its last `=` */
export function parseAesKey(text) {
  if (!/^[A-Za-z0-9+/]{43}$/.test(text)) {
    throw new Error(`WX_AES_KEY must have 43 letters and digits, it has ${text.length} characters`);
  }
  return Buffer.from(`${text}=`, 'base64');
}

/** WeChat pads to blocks of 32 bytes, not AES's 16: padding is done here, never by OpenSSL. */
const BLOCK = 32;

/** @param {string} text @param {Buffer} key @param {string} appId @param {Buffer} random 16 bytes */
export function encrypt(text, key, appId, random = randomBytes(16)) {
  const message = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  const content = Buffer.concat([random, length, message, Buffer.from(appId)]);
  const padding = BLOCK - (content.length % BLOCK);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([content, Buffer.alloc(padding, padding)]);
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64');
}

/** @param {string} encrypted @param {Buffer} key @returns {{ text: string, appId: string }} */
export function decrypt(encrypted, key) {
  const bytes = Buffer.from(encrypted, 'base64');
  if (bytes.length < BLOCK || bytes.length % 16 > 0) throw new Refusal(400, 'Encrypt is not whole');
  const iv = key.subarray(0, 16);
  const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(bytes), decipher.final()]);
  const padding = padded.at(-1) ?? 0;
  const end = 20 + padded.readUInt32BE(16);
  const contentEnd = padded.length - padding;
  if (padding < 1 || padding > BLOCK || end > contentEnd) {
    throw new Refusal(400, 'decryption failed: WX_AES_KEY is not the key of this account');
  }
  return {
    text: padded.toString('utf8', 20, end),
    appId: padded.toString('utf8', end, contentEnd),
  };
}

/**
 * Checks and reads what WeChat posted, in any of the three modes.
 * @param {Record<string, string | undefined>} query @param {string} body @param {Account} account
 * @returns {{ message: Fields, sealFor?: string }} `sealFor` when the reply must be encrypted
 */
export function readPush(query, body, { token, appId, aesKey, onlySafe }) {
  const { encrypt_type } = query;
  if (!encrypt_type || encrypt_type === 'raw') {
    if (onlySafe) throw new Refusal(403, 'not encrypted, but WX_MODE is safe');
    checkStamp(query, 'signature', token);
    return { message: toMessage(parseXml(body)) };
  }
  if (!aesKey) throw new Refusal(400, 'encrypted, but WX_AES_KEY is not set');
  const { Encrypt } = parseXml(body);
  if (typeof Encrypt !== 'string') throw new Refusal(400, 'Encrypt is missing');
  checkStamp(query, 'msg_signature', token, Encrypt);
  const opened = decrypt(Encrypt, aesKey);
  if (appId && opened.appId !== appId) {
    throw new Refusal(403, `encrypted for ${opened.appId}, but WX_APPID is ${appId}`);
  }
  return { message: toMessage(parseXml(opened.text)), sealFor: opened.appId };
}

/** @param {Fields} fields */
function toMessage(fields) {
  for (const name of ['ToUserName', 'FromUserName', 'CreateTime', 'MsgType']) {
    if (typeof fields[name] !== 'string') throw new Refusal(400, `${name} is missing`);
  }
  return fields;
}

/**
 * The XML that answers `message`: addresses swapped, time in seconds.
 * @param {Fields} message @param {string | Fields} reply text, or the fields that say more
 */
export function formatReply({ FromUserName, ToUserName }, reply) {
  const fields = typeof reply === 'string' ? { MsgType: 'text', Content: reply } : reply;
  const CreateTime = Math.floor(Date.now() / 1000);
  return formatXml({ ToUserName: FromUserName, FromUserName: ToUserName, CreateTime, ...fields });
}

/**
 * Encrypts a reply, as it must be when the push was encrypted.
 * @param {string} reply @param {string} appId @param {Account} account
 */
export function sealReply(reply, appId, { token, aesKey }) {
  if (!aesKey) throw new Error('WX_AES_KEY is not set');
  const encrypted = encrypt(reply, aesKey, appId);
  const timestamp = Math.floor(Date.now() / 1000);
  const nonce = randomBytes(8).toString('hex');
  return formatXml({
    Encrypt: encrypted,
    MsgSignature: sign(token, String(timestamp), nonce, encrypted),
    TimeStamp: timestamp,
    Nonce: nonce,
  });
}

/**
 * WeChat sends a push again when it was not answered. Messages keep their MsgId; events have none,
 * but come again with all fields as they were.
 * @param {Fields} message @returns {string}
 */
export function pushId(message) {
  const { MsgId } = message;
  if (typeof MsgId === 'string' && MsgId) return MsgId;
  return createHash('sha256').update(JSON.stringify(message)).digest('hex').slice(0, 16);
}

/** A recorded push is fresh for up to two windows after the first. */
const REMEMBERED_MS = 2 * REPLAY_WINDOW_S * 1000;
const REMEMBERED_PUSHES = 10_000;

/** Runs `work` once for each id; repetitions get the result of the first. @template T */
export class Once {
  /** @type {Map<string, { result: Promise<T>, startedAt: number, attempts: number }>} */
  #known = new Map();

  /** @param {string} id @param {() => Promise<T>} work */
  run(id, work) {
    const now = Date.now();
    for (const [oldId, { startedAt }] of this.#known) {
      if (now - startedAt < REMEMBERED_MS && this.#known.size < REMEMBERED_PUSHES) break;
      this.#known.delete(oldId);
    }
    let entry = this.#known.get(id);
    if (!entry) {
      entry = { result: work(), startedAt: now, attempts: 0 };
      this.#known.set(id, entry);
    }
    entry.attempts += 1;
    return { result: entry.result, attempt: entry.attempts };
  }
}

/**
 * Reads the fields of a push. All values stay text: MsgId has more digits than a JavaScript number.
 * @param {string} text @returns {Fields}
 */
export function parseXml(text) {
  const root = newElement('');
  const open = [root];
  TOKEN.lastIndex = /^\s*<\?xml[^<>]*\?>/.exec(text)?.[0].length ?? 0;
  while (TOKEN.lastIndex < text.length) {
    const [whole = '', cdata, start, isEmpty, end, plain] = TOKEN.exec(text) ?? [];
    const current = open[open.length - 1] ?? root;
    const parent = open[open.length - 2] ?? root;
    if (start && isEmpty) addField(current, start, '');
    else if (start && open.length <= DEEPEST) open.push(newElement(start));
    else if (end && open.length > 1 && end === current.name) {
      addField(parent, end, Object.keys(current.fields).length > 0 ? current.fields : current.text);
      open.pop();
    } else if (cdata !== undefined) current.text += cdata;
    else if (plain !== undefined) current.text += plain.trim() && decodeEntities(plain);
    else throw new Refusal(400, `not the XML of a push${whole && `: ${whole.slice(0, 20)}`}`);
  }
  const { xml } = root.fields;
  if (open.length > 1 || root.text || typeof xml !== 'object' || Array.isArray(xml)) {
    throw new Refusal(400, 'expected one <xml>');
  }
  return xml;
}

/** Writes a reply: numbers bare, text as CDATA. @param {Fields} fields */
export function formatXml(fields) {
  return `<xml>${formatFields(fields)}</xml>`;
}

/** CDATA, an opening or empty tag, a closing tag, text. No attributes, comments or DOCTYPE. */
const TOKEN = /<!\[CDATA\[([^]*?)\]\]>|<([A-Za-z_][\w.-]*)(\/?)>|<\/([A-Za-z_][\w.-]*)>|([^<]+)/y;
const DEEPEST = 16;
const ENTITIES = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** @param {string} name */
function newElement(name) {
  return { name, text: '', fields: Object.create(null) };
}

/** @param {{ fields: any }} parent @param {string} name @param {any} value */
function addField({ fields }, name, value) {
  fields[name] = name in fields ? [fields[name], value].flat() : value;
}

/** @param {string} text */
function decodeEntities(text) {
  return text.replace(/&(#x[\da-f]{1,6}|#\d{1,7}|\w{0,20})(;?)/gi, (whole, name, end) => {
    const code = Number(name.replace(/^#x/i, '0x').replace('#', ''));
    if (end && name.startsWith('#') && code <= 0x10ffff) return String.fromCodePoint(code);
    if (!end || !Object.hasOwn(ENTITIES, name)) throw new Refusal(400, `bad entity ${whole}`);
    return ENTITIES[/** @type {keyof typeof ENTITIES} */ (name)];
  });
}

/** @param {Fields} fields @returns {string} */
function formatFields(fields) {
  return Object.entries(fields)
    .flatMap(([name, value]) => [value].flat().map((item) => [name, formatValue(item)]))
    .map(([name, text]) => `<${name}>${text}</${name}>`)
    .join('');
}

/** @param {any} value */
function formatValue(value) {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'object') return formatFields(value);
  // XML cannot hold these characters at all, and `]]>` would end the CDATA.
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  const illegal = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
  const text = String(value).toWellFormed().replace(illegal, '');
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}
