import type { AddressMistake, FieldPlace } from '../core/errors/replies.ts';
import { isWxDevError, WxDevError } from '../core/errors.ts';
import { fieldsOf, listOf, textOf, type Fields } from './fields.ts';
import type { Findings } from './judge-shape.ts';
import { articleLimit, type Message } from './message.ts';
import { parseReply, type ParsedReply, type Reply } from './reply.ts';
import { findFault } from './reply-rules.ts';

/** A text reply of this size is known to be shown whole, in bytes of UTF-8 (from SDKs; the documents give no number). */
export const maxContentBytes = 2048;

/** Judges the fields of a reply against the push it answers (被动回复用户消息). */
export function judgeReply(fields: Fields, push: Message, findings: Findings): Reply {
  const parsed = parseReply(fields);
  judgeCommon(parsed, fields, push, findings);
  const { reply } = parsed;
  if (reply.type === 'unknown') {
    if (reply.msgType !== '')
      findings.faults.push(new WxDevError('WXD2120', { received: reply.msgType }));
    return reply;
  }
  const fault = findStray(reply, fields) ?? findFault(reply, articleLimit(push));
  if (fault !== undefined) findings.faults.push(placed(fault, fields));
  if (reply.type === 'news') judgeArticleCount(fields, findings);
  if (reply.type === 'text') judgeLength(reply.content, findings);
  if (push.type === 'event' && push.event === 'unsubscribe') {
    findings.warnings.push(new WxDevError('WXD2128', {}));
  }
  return reply;
}

/** Judges a time in seconds: ten digits. Milliseconds work in some frameworks' tests and nobody knows whether WeChat minds. */
export function judgeTime(
  field: 'TimeStamp' | 'CreateTime',
  received: string,
  { faults, warnings }: Findings,
): void {
  if (!/^\d+$/u.test(received)) {
    const expected = { en: 'seconds since 1970, digits only', zh: '1970 年起的秒数，只含数字' };
    faults.push(new WxDevError('WXD2124', { field, received, expected }));
  } else if (received.length >= 13) {
    warnings.push(new WxDevError('WXD2118', { field, received }));
  }
}

function judgeCommon(parsed: ParsedReply, fields: Fields, push: Message, findings: Findings): void {
  const { reply, toUserName, fromUserName, createTime } = parsed;
  const type = reply.type === 'unknown' ? reply.msgType || 'XML' : reply.type;
  const missing = (field: string): void => {
    findings.faults.push(placed(new WxDevError('WXD2113', { type, field }), fields));
  };
  const judgeAddress = (
    field: 'ToUserName' | 'FromUserName',
    received: string,
    expected: string,
  ): void => {
    if (received === '') missing(field);
    else if (received !== expected) {
      const mistake = findMistake(field, received, expected, push);
      findings.faults.push(new WxDevError('WXD2109', { field, received, expected, mistake }));
    }
  };
  if (reply.type === 'unknown' && reply.msgType === '') missing('MsgType');
  judgeAddress('ToUserName', toUserName, push.fromUserName);
  judgeAddress('FromUserName', fromUserName, push.toUserName);
  if (createTime === '') missing('CreateTime');
  else judgeTime('CreateTime', createTime, findings);
}

/** Articles that stand directly below `<xml>`: counting none would name the wrong mistake. */
function findStray(reply: Reply, fields: Fields): WxDevError | undefined {
  if (reply.type !== 'news' || Object.hasOwn(fields, 'Articles')) return undefined;
  if (!Object.hasOwn(fields, 'item')) return undefined;
  return new WxDevError('WXD2113', { type: 'news', field: 'Articles.item', place: 'outside' });
}

function findMistake(
  field: 'ToUserName' | 'FromUserName',
  received: string,
  expected: string,
  { toUserName, fromUserName }: Message,
): AddressMistake {
  if (received.trim() === expected) return 'white-space';
  if (received === (field === 'ToUserName' ? toUserName : fromUserName)) return 'not-swapped';
  return field === 'FromUserName' && /^wx[0-9a-f]{16}$/u.test(received) ? 'app-id' : 'other';
}

/** The fault with where the missing field stands instead, when it stands somewhere. */
export function placed(fault: WxDevError, fields: Fields): WxDevError {
  if (!isWxDevError(fault, 'WXD2113')) return fault;
  const { type, field } = fault.details;
  const place = findPlace(field, fields);
  return place === undefined ? fault : new WxDevError('WXD2113', { type, field, place });
}

function findPlace(path: string, fields: Fields): FieldPlace | undefined {
  const names = path.split('.');
  const name = names.pop() ?? '';
  if (/\[\d+\]/u.test(path)) return undefined; // One of several articles.
  const parent = names.reduce<Fields | undefined>(
    (inner, key) => inner && fieldsOf(inner, key),
    fields,
  );
  if (parent !== undefined && Object.hasOwn(parent, name)) return 'empty';
  if (names.length > 0 && Object.hasOwn(fields, name)) return 'outside';
  const alike = Object.keys(parent ?? fields).some(
    (key) => key.toLowerCase() === name.toLowerCase(),
  );
  return alike ? 'capitals' : undefined;
}

function judgeArticleCount(fields: Fields, { faults }: Findings): void {
  const received = textOf(fields, 'ArticleCount') ?? '';
  const articles = fieldsOf(fields, 'Articles');
  const count = articles === undefined ? 0 : listOf(articles, 'item').length;
  if (received !== String(count)) faults.push(new WxDevError('WXD2121', { received, count }));
}

function judgeLength(content: string, { warnings }: Findings): void {
  const sizeBytes = Buffer.byteLength(content);
  if (sizeBytes > maxContentBytes) {
    warnings.push(new WxDevError('WXD2122', { sizeBytes, limitBytes: maxContentBytes }));
  }
}
