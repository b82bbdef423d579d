import { WxDevError } from '../core/errors.ts';
import { fieldsOf, listOf, textOf, type Fields } from './fields.ts';
import type { Findings } from './judge-shape.ts';
import { articleLimit, type Message } from './message.ts';
import { parseReply, type ParsedReply, type Reply } from './reply.ts';
import { findFault } from './reply-rules.ts';

/** A text reply of this size is known to be shown whole, in bytes of UTF-8 (from SDKs; the documents give no number). */
const maxContentBytes = 2048;

/** Judges the fields of a reply against the push it answers (被动回复用户消息). */
export function judgeReply(fields: Fields, push: Message, findings: Findings): Reply {
  const parsed = parseReply(fields);
  judgeCommon(parsed, push, findings);
  const { reply } = parsed;
  if (reply.type === 'unknown') {
    if (reply.msgType !== '')
      findings.faults.push(new WxDevError('WXD2120', { received: reply.msgType }));
    return reply;
  }
  const fault = findFault(reply, articleLimit(push));
  if (fault !== undefined) findings.faults.push(fault);
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
    const expected = 'seconds since 1970, digits only';
    faults.push(new WxDevError('WXD2124', { field, received, expected }));
  } else if (received.length >= 13) {
    warnings.push(new WxDevError('WXD2118', { field, received }));
  }
}

function judgeCommon(parsed: ParsedReply, push: Message, findings: Findings): void {
  const { reply, toUserName, fromUserName, createTime } = parsed;
  const type = reply.type === 'unknown' ? reply.msgType || 'XML' : reply.type;
  const missing = (field: string): void => {
    findings.faults.push(new WxDevError('WXD2113', { type, field }));
  };
  const judgeAddress = (
    field: 'ToUserName' | 'FromUserName',
    received: string,
    expected: string,
  ): void => {
    if (received === '') missing(field);
    else if (received !== expected) {
      findings.faults.push(new WxDevError('WXD2109', { field, received, expected }));
    }
  };
  if (reply.type === 'unknown' && reply.msgType === '') missing('MsgType');
  judgeAddress('ToUserName', toUserName, push.fromUserName);
  judgeAddress('FromUserName', fromUserName, push.toUserName);
  if (createTime === '') missing('CreateTime');
  else judgeTime('CreateTime', createTime, findings);
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
