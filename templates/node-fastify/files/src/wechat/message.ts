// What WeChat pushes and what answers it, in any of the three modes. Knows nothing about HTTP.
import { createHash, randomBytes } from 'node:crypto';
import { decrypt, encrypt } from './crypto.ts';
import { Refusal } from './refusal.ts';
import { isSigned, sign } from './signature.ts';
import { type Fields, formatXml, parseXml } from './xml.ts';

export interface Account {
  readonly token: string;
  /** When set, pushes for another account are refused. */
  readonly appId: string;
  readonly aesKey: Buffer | undefined;
  readonly onlySafe: boolean;
}

/** A push: these fields are always there. */
export interface Message extends Fields {
  readonly ToUserName: string;
  readonly FromUserName: string;
  readonly CreateTime: string;
  readonly MsgType: string;
}

/** Text, or the fields of another kind of reply: `{ MsgType: 'image', Image: { MediaId } }`. */
export type Reply = string | Fields;

export type Query = Readonly<Record<string, string | undefined>>;

/** How far a timestamp may be from our clock: a recorded push is of no use for longer. */
export const REPLAY_WINDOW_S = 300;

/** Checks and reads what WeChat posted. `sealFor` is there when the reply must be encrypted. */
export function readPush(
  query: Query,
  body: string,
  { token, appId, aesKey, onlySafe }: Account,
): { message: Message; sealFor: string | undefined } {
  const { encrypt_type } = query;
  if (!encrypt_type || encrypt_type === 'raw') {
    if (onlySafe) throw new Refusal(403, 'not encrypted, but WX_MODE is safe');
    checkStamp(query, 'signature', token);
    return { message: toMessage(parseXml(body)), sealFor: undefined };
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

/** WeChat's test of the URL: the echostr, only to those who know the token. */
export function readEchostr(query: Query, { token }: Account): string {
  checkStamp(query, 'signature', token);
  return query.echostr ?? '';
}

/** The XML that answers `message`: addresses swapped, time in seconds. */
export function formatReply({ FromUserName, ToUserName }: Message, reply: Reply): string {
  const fields = typeof reply === 'string' ? { MsgType: 'text', Content: reply } : reply;
  const CreateTime = Math.floor(Date.now() / 1000);
  return formatXml({ ToUserName: FromUserName, FromUserName: ToUserName, CreateTime, ...fields });
}

/** Encrypts a reply, as it must be when the push was encrypted. */
export function sealReply(reply: string, appId: string, { token, aesKey }: Account): string {
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
 */
export function pushId(message: Message): string {
  const { MsgId } = message;
  if (typeof MsgId === 'string' && MsgId) return MsgId;
  return createHash('sha256').update(JSON.stringify(message)).digest('hex').slice(0, 16);
}

/** Text of a field that may be missing. */
export function textOf(message: Message, name: string): string {
  const value = message[name];
  return typeof value === 'string' ? value : '';
}

/** A follower in logs and in the API: whoever reads it learns no openid. */
export function hashOpenid(openid: string): string {
  return createHash('sha256').update(openid).digest('hex').slice(0, 16);
}

/** Refuses what is not signed with the token and the other values, or was signed long ago. */
function checkStamp(
  query: Query,
  name: 'signature' | 'msg_signature',
  ...values: readonly string[]
): void {
  const { timestamp = '', nonce = '' } = query;
  if (!isSigned(query[name], timestamp, nonce, ...values)) throw new Refusal(403, `wrong ${name}`);
  const isFresh = Math.abs(Date.now() / 1000 - Number(timestamp)) <= REPLAY_WINDOW_S;
  if (!isFresh) throw new Refusal(403, 'signed long ago: a replay, or a clock that is wrong');
}

function toMessage(fields: Fields): Message {
  const { ToUserName, FromUserName, CreateTime, MsgType } = fields;
  const needed = { ToUserName, FromUserName, CreateTime, MsgType };
  for (const [name, value] of Object.entries(needed)) {
    if (typeof value !== 'string') throw new Refusal(400, `${name} is missing`);
  }
  return { ...fields, ...needed } as Message; // All four were just seen to be text.
}
