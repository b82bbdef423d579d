/**
 * WeChat's message push, for apps: verify, decrypt, parse and reply.
 *
 * @module
 */
export { createAccount, parseAesKey } from './account.ts';
export type { Account, AccountTexts, AesKey, Format, Mode } from './account.ts';
export { decrypt, encrypt } from './cipher.ts';
export { seal, sealPush, signEchostr, unseal, verifyEchostr } from './envelope.ts';
export type { RawPush, Unsealed } from './envelope.ts';
export type { Fields, FieldValue } from './fields.ts';
export { formatJson, parseJson } from './json.ts';
export { judgeAnswer, judgeEchostr } from './judge.ts';
export type { Judgement } from './judge.ts';
export { articleLimit, dedupeKey, describeMessage, parseMessage } from './message.ts';
export type { EventMessage, Message, UnknownMessage } from './message.ts';
export { formatPushQuery, parsePushQuery } from './query.ts';
export type { PushQuery } from './query.ts';
export { describeReply, formatReply, parseReply } from './reply.ts';
export type { Article, Reply } from './reply.ts';
export { makePush, pushKinds } from './samples.ts';
export { sign, signaturesEqual } from './signature.ts';
export { formatXml, parseXml } from './xml.ts';
