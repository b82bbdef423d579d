/**
 * WeChat's message push, for apps: verify, decrypt, parse, reply, and judge a reply in a test as WeChat would.
 *
 * ```ts
 * const { fields, key, receiveId, format } = unseal({ query: parsePushQuery(rawQuery), body }, account);
 * const message = parseMessage(fields);
 * ```
 *
 * @module
 */
export { formatError, isWxDevError, WxDevError, type ErrorCode } from '../core/errors.ts';
export {
  createAccount,
  parseAesKey,
  type Account,
  type AccountSources,
  type AccountTexts,
  type AesKey,
  type Format,
  type Mode,
} from './account.ts';
export { decrypt, encrypt, type Decrypted } from './cipher.ts';
export {
  seal,
  sealPush,
  signEchostr,
  unseal,
  verifyEchostr,
  type RawPush,
  type SealedPush,
  type SealPushOptions,
  type SealReplyOptions,
  type Unsealed,
  type UnsealOptions,
} from './envelope.ts';
export type { Fields, FieldValue, FormatOptions } from './fields.ts';
export type { Answer } from './judge-http.ts';
export { judgeEchostr, type EchostrJudgement } from './judge-echostr.ts';
export { judgeAnswer, type Judgement, type PushAnswer } from './judge.ts';
export { formatJson, parseJson } from './json.ts';
export {
  articleLimit,
  dedupeKey,
  describeMessage,
  parseMessage,
  type EventMessage,
  type Message,
  type UnknownMessage,
} from './message.ts';
export { formatPushQuery, parsePushQuery, type PushQuery } from './query.ts';
export {
  describeReply,
  formatReply,
  parseReply,
  type Article,
  type ParsedReply,
  type Reply,
  type ReplyOptions,
} from './reply.ts';
export { makePush, pushKinds, type PushOptions } from './samples.ts';
export { sign, signaturesEqual } from './signature.ts';
export { formatXml, parseXml } from './xml.ts';
