import type { DepartureReason } from '../../relay/departure.ts';

const texts: Readonly<Record<DepartureReason, string>> = {
  'its client ended': '客户端已退出',
  'its client was started anew': '客户端已重新启动',
  'a newer client of the same owner took over': '同一所有者的新客户端已接管',
  'it has newer links': '客户端已有更新的连接',
  'it dialled again': '客户端已重新连接',
  'it fell silent': '客户端没有响应',
  'it did not come back': '客户端没有回来',
  'it came back with a wrong count': '客户端恢复连接时报告的字节数不对',
  'it sent text': '客户端发送了文本消息，不符合协议',
  'its token is no longer valid': '令牌已失效',
  'the relay asks for a token now': '中继现在要求令牌',
  'the relay ends': '中继即将退出',
};

const known = new Map<string, string>(Object.entries(texts));

/** What the relay says of a client that is gone; a broken rule of the protocol stays as it stands in docs/protocol.md. */
export function departureZh(reason: string): string {
  return known.get(reason) ?? reason.replace(/^connection closed \((\d+)\)$/, '连接断开（$1）');
}
