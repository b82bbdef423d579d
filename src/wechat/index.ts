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
  type AccountKind,
  type AccountSources,
  type AccountTexts,
  type AesKey,
  type Format,
  type Mode,
} from './account.ts';
export { decrypt, encrypt, type Decrypted } from './cipher.ts';
export {
  decryptUserData,
  isRawDataSigned,
  signCard,
  signJsApi,
  type JsApiValues,
  type SealedUserData,
} from './client-data.ts';
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
  type SignEchostrOptions,
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
export {
  isPayAccount,
  parseV2Key,
  type AnyPayAccount,
  type PayAccount,
  type PayV2Account,
} from './pay/account.ts';
export { parseApiV3Key, type ApiV3Key } from './pay/api-v3-key.ts';
export type { PayHeaders } from './pay/headers.ts';
export { judgePayAnswer, judgePayV2Answer, type PayJudgement } from './pay/judge-pay.ts';
export {
  openNotification,
  payEventName,
  sealNotification,
  type PayNotification,
  type SealNotificationOptions,
} from './pay/notification.ts';
export { describePayMessage, openPayMessage, type PayMessage } from './pay/message.ts';
export { readPlatformKey, type PlatformKey } from './pay/platform-key.ts';
export { decryptReqInfo, encryptReqInfo } from './pay/req-info.ts';
export {
  decryptResource,
  encryptResource,
  type EncryptedResource,
  type EncryptResourceOptions,
} from './pay/resource.ts';
export {
  signNotification,
  verifyNotification,
  type RawNotification,
  type SignNotificationOptions,
  type VerifyNotificationOptions,
} from './pay/signature.ts';
export {
  openV2Notification,
  payV2EventName,
  payV2Success,
  sealV2Payment,
  sealV2Refund,
  type PayV2Notification,
} from './pay/v2-notification.ts';
export { signV2, verifyV2, type PayV2SignType } from './pay/v2-signature.ts';
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
export { formatBotReply, type BotMessage, type BotReplyOptions } from './work/bot.ts';
