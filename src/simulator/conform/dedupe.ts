import { WxDevError, type Words } from '../../core/errors.ts';
import type { Fields } from '../../wechat/fields.ts';
import type { Probe, Reply } from './probe.ts';
import { passed, skipped, type Finding, type Rule } from './rule.ts';
import { accepted, failed } from './verdict.ts';

/**
 * Group 8: WeChat repeats a push with the same MsgId. Without help from the app only its answers can be compared; whether the work
 * was done once is seen where the app counts: see docs/conform.md.
 */
export const dedupeRules: readonly Rule[] = [
  {
    id: 'dedupe.same-answer',
    group: 'dedupe',
    name: {
      en: 'a push that comes again gets the same answer',
      zh: '重复的推送得到相同的回应',
    },
    check: (probe) => checkSameAnswer(probe, 'dedupe.same-answer', inTurn),
  },
  {
    id: 'dedupe.same-answer-at-once',
    group: 'dedupe',
    name: {
      en: 'a push that comes twice at once gets the same answer',
      zh: '同时到达的重复推送得到相同的回应',
    },
    check: (probe) => checkSameAnswer(probe, 'dedupe.same-answer-at-once', atOnce),
  },
  {
    id: 'dedupe.counted-once',
    group: 'dedupe',
    name: { en: 'a message that comes again is handled once', zh: '重复的消息只处理一次' },
    check: (probe) => checkCount(probe, 'dedupe.counted-once', textPush, inTurn),
  },
  {
    id: 'dedupe.counted-once-at-once',
    group: 'dedupe',
    name: {
      en: 'a message that comes twice at once is handled once',
      zh: '同时到达的重复消息只处理一次',
    },
    check: (probe) => checkCount(probe, 'dedupe.counted-once-at-once', textPush, atOnce),
  },
  {
    id: 'dedupe.event-counted-once',
    who: 'others',
    group: 'dedupe',
    name: {
      en: 'an event, which has no MsgId, is handled once too',
      zh: '没有 MsgId 的事件也只处理一次',
    },
    check: (probe) => checkCount(probe, 'dedupe.event-counted-once', clickPush, inTurn),
  },
];

/** How the second delivery follows the first. */
type Order = (probe: Probe, fields: Fields, what: Words) => Promise<readonly [Reply, Reply]>;

const inTurn: Order = async (probe, fields, what) => [
  await probe.push({ what, fields }),
  await probe.push({ what, fields }),
];

const atOnce: Order = (probe, fields, what) =>
  Promise.all([probe.push({ what, fields }), probe.push({ what, fields })]);

async function checkSameAnswer(probe: Probe, rule: string, order: Order): Promise<Finding> {
  const what = { en: 'a text, twice with one MsgId', zh: '文本消息，同一 MsgId 发两次' };
  const [first, second] = await order(probe, probe.makePush('text'), what);
  for (const reply of [first, second]) {
    const finding = accepted(reply);
    if (finding.type === 'failed') return finding;
  }
  // The one that is not answered with the result has been dropped by WeChat: `success` is as good.
  if (first.content === undefined || second.content === undefined) return passed;
  if (first.content === second.content) return passed;
  return failed(
    second,
    new WxDevError('WXD2159', { rule, first: first.content, second: second.content }),
  );
}

type MakePush = (probe: Probe, follower: string, text: string, serial: number) => Fields;

const textPush: MakePush = (probe, follower, text) =>
  probe.makePush('text', { Content: text }, follower);

/** An event is told from the next by its time. */
const clickPush: MakePush = (probe, follower, text, serial) => {
  const CreateTime = String(Math.floor(Date.now() / 1000) + serial);
  return probe.makePush('click', { EventKey: text, CreateTime }, follower);
};

/** Counts before, sends one push twice, and counts after: the last answer shows what the second delivery did. */
async function checkCount(
  probe: Probe,
  rule: string,
  make: MakePush,
  order: Order,
): Promise<Finding> {
  const { countText } = probe.target;
  if (countText === undefined) {
    return skipped(
      'needs --count-text: a text to which the app answers how often it was sent',
      '需要 --count-text：应用对这段文本回复它被发送的次数',
    );
  }
  const follower = probe.newFollower();
  const what = { en: `"${countText}"`, zh: `"${countText}"` };
  const before = await probe.push({ what, fields: make(probe, follower, countText, 0) });
  const start = countOf(before);
  if (start === undefined) return noCount(before, countText, make === clickPush);
  const twice = await order(probe, make(probe, follower, countText, 1), what);
  for (const reply of twice) {
    const finding = accepted(reply);
    if (finding.type === 'failed') return finding;
  }
  const after = await probe.push({ what, fields: make(probe, follower, countText, 2) });
  const end = countOf(after);
  if (end === undefined) return noCount(after, countText, make === clickPush);
  // One more for the push that was repeated, one for the last.
  if (end === start + 2) return passed;
  return failed(after, new WxDevError('WXD2158', { rule, before: start, after: end }));
}

/** The number in a reply, if there is exactly one. */
function countOf({ content }: Reply): number | undefined {
  const [number, ...others] = content?.match(/\d+/g) ?? [];
  return number === undefined || others.length > 0 ? undefined : Number(number);
}

function noCount(reply: Reply, countText: string, isClick: boolean): Finding {
  const finding = accepted(reply);
  if (finding.type === 'failed') return finding;
  return isClick
    ? skipped(
        `a menu click with key "${countText}" was not answered with a number`,
        `菜单点击（key 为 "${countText}"）没有得到数字回复`,
      )
    : skipped(`"${countText}" was not answered with a number`, `"${countText}" 没有得到数字回复`);
}
