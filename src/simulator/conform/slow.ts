import { sleep } from '../../core/abort.ts';
import { WxDevError, type Words } from '../../core/errors.ts';
import type { Probe } from './probe.ts';
import { passed, skipped, type Finding, type Rule } from './rule.ts';
import type { WechatApi } from '../wechat-api.ts';
import { accepted, failed } from './verdict.ts';

/** How long the result of slow work may take, in milliseconds. The slow work of the app itself should take about 6 s. */
const resultMs = 20_000;

/** For a second message that is on its way while the first one of a later push has come, in milliseconds. */
const settleMs = 300;

/** Group 9: work that takes longer than WeChat waits. */
export const slowRules: readonly Rule[] = [
  {
    id: 'slow.answered-in-time',
    group: 'slow',
    name: {
      en: 'slow work is answered within 5 s, with success or nothing',
      zh: '耗时处理在 5 秒内得到回应：success 或空',
    },
    check: checkInTime,
  },
  {
    id: 'slow.customer-message',
    who: 'others',
    group: 'slow',
    name: {
      en: 'its result follows as a customer service message',
      zh: '处理结果随后以客服消息发出',
    },
    check: checkResult,
  },
  {
    id: 'slow.once',
    who: 'others',
    group: 'slow',
    name: {
      en: 'slow work that is pushed twice is done once',
      zh: '重复推送的耗时处理只做一次',
    },
    check: checkOnce,
  },
];

const noSlowText = (): Finding =>
  skipped(
    'needs --slow-text: a text that makes the app work for longer than 5 s',
    '需要 --slow-text：让应用处理超过 5 秒的文本',
  );

const noApi = (): Finding =>
  skipped(
    'needs --customer-base: the address that the app has as WX_API_BASE; wx-dev listens there',
    '需要 --customer-base：应用的 WX_API_BASE 所设的地址，wx-dev 在那里监听',
  );

async function checkInTime(probe: Probe): Promise<Finding> {
  const { slowText } = probe.target;
  if (slowText === undefined) return noSlowText();
  const { finding } = await firstPush(probe, slowText);
  return finding;
}

async function checkResult(probe: Probe): Promise<Finding> {
  const { slowText, api } = probe.target;
  if (slowText === undefined) return noSlowText();
  if (api === undefined) return noApi();
  const { finding, follower, sent } = await firstPush(probe, slowText);
  if (finding.type === 'failed') return finding;
  return awaitResult(probe, { api, follower, sent, rule: 'slow.customer-message' });
}

/** The second follower's message comes after all that the first follower's pushes may lead to: both took the same time. */
async function checkOnce(probe: Probe): Promise<Finding> {
  const { slowText, api, signal } = probe.target;
  if (slowText === undefined) return noSlowText();
  if (api === undefined) return noApi();
  const rule = 'slow.once';
  const { finding: early } = await firstPush(probe, slowText);
  if (early.type === 'failed') return early;
  const first = await pushSlow(probe, slowText, 2);
  if (first.finding.type === 'failed') return first.finding;
  const second = await pushSlow(probe, slowText);
  if (second.finding.type === 'failed') return second.finding;
  for (const { follower, sent } of [first, second]) {
    const finding = await awaitResult(probe, { api, follower, sent, rule });
    if (finding.type === 'failed') return finding;
  }
  await sleep(settleMs, { signal });
  const messages = api.messages.filter(({ touser }) => touser === first.follower);
  if (messages.length === 1) return passed;
  const received = {
    en: `${messages.length} customer service messages`,
    zh: `${messages.length} 条客服消息`,
  };
  const error = new WxDevError('WXD2161', { rule, count: messages.length });
  return failed({ sent: first.sent, received }, error);
}

interface SlowPush {
  readonly finding: Finding;
  readonly follower: string;
  readonly sent: Words;
}

/** The first slow push, sent once for all rules of this group: an app that is too slow makes each of them wait. */
function firstPush(probe: Probe, slowText: string): Promise<SlowPush> {
  return probe.once('slow', () => pushSlow(probe, slowText));
}

/** Sends the slow text, `times` at once. */
async function pushSlow(probe: Probe, slowText: string, times = 1): Promise<SlowPush> {
  const follower = probe.newFollower();
  const fields = probe.makePush('text', { Content: slowText }, follower);
  const what = { en: `"${slowText}"`, zh: `"${slowText}"` };
  const replies = await Promise.all(
    Array.from({ length: times }, () => probe.push({ what, fields })),
  );
  const findings = replies.map(accepted);
  const finding = findings.find(({ type }) => type === 'failed') ?? passed;
  return { finding, follower, sent: replies[0]?.sent ?? what };
}

interface Awaited {
  readonly api: WechatApi;
  readonly follower: string;
  readonly sent: Words;
  readonly rule: string;
}

async function awaitResult(probe: Probe, { api, follower, sent, rule }: Awaited): Promise<Finding> {
  const { signal } = probe.target;
  const message = await api.messageTo(follower, { timeoutMs: resultMs, signal });
  if (message !== undefined) return passed;
  const received = { en: 'no customer service message', zh: '没有客服消息' };
  const error = new WxDevError('WXD2160', { rule, waitedMs: resultMs, apiBase: api.url });
  return failed({ sent, received }, error);
}
