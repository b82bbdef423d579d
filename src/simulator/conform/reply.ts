import type { ErrorCode, Words } from '../../core/errors.ts';
import { botKinds } from './bot.ts';
import { usualKinds } from './messages.ts';
import type { Probe, Reply } from './probe.ts';
import { passed, skipped, type Finding, type Rule } from './rule.ts';
import { accepted, failed } from './verdict.ts';
import { WxDevError } from '../../core/errors.ts';
import { checkText } from './echo.ts';

/** Group 5: what every reply has in common. */
export const replyRules: readonly Rule[] = [
  {
    id: 'reply.addresses',
    who: 'others',
    group: 'reply',
    name: {
      en: 'replies go back: ToUserName and FromUserName are swapped',
      zh: '回复发回给粉丝：ToUserName 与 FromUserName 对调',
    },
    check: (probe) => findAmongReplies(probe, ['WXD2109']),
  },
  {
    id: 'reply.seconds',
    group: 'reply',
    name: {
      en: 'CreateTime and TimeStamp are in seconds',
      zh: 'CreateTime 与 TimeStamp 以秒为单位',
    },
    check: (probe) => findAmongReplies(probe, ['WXD2118', 'WXD2124']),
  },
  {
    id: 'reply.nothing-before',
    group: 'reply',
    name: {
      en: 'nothing stands before the answer: no byte order mark, no output',
      zh: '回应前面没有任何内容：没有 BOM，也没有其他输出',
    },
    check: checkNothingBefore,
  },
  {
    id: 'reply.special-characters',
    group: 'reply',
    name: {
      en: '"]]>", "<&" and emoji survive',
      zh: '"]]>"、"<&" 与表情符号原样返回',
    },
    check: (probe) =>
      checkText(probe, {
        rule: 'reply.special-characters',
        content: 'a]]>b <&> "\'; 😀👨‍👩‍👧 你好',
        what: { en: 'a text with ]]> <& and emoji', zh: '含 ]]>、<& 与表情的文本消息' },
      }),
  },
];

/** One push of each usual kind, sent once for all rules of this group. */
function replies(probe: Probe): Promise<readonly Reply[]> {
  return probe.once('replies', async () => {
    const all: Reply[] = [];
    for (const { kind, en, zh } of probe.isBot ? botKinds : usualKinds) {
      const what: Words = { en, zh };
      all.push(await probe.push({ what, fields: probe.makePush(kind) }));
    }
    return all;
  });
}

async function findAmongReplies(probe: Probe, codes: readonly ErrorCode[]): Promise<Finding> {
  const all = await replies(probe);
  for (const reply of all) {
    const { faults, warnings } = reply.judged;
    const found = [...faults, ...warnings].find(({ code }) => codes.includes(code));
    if (found !== undefined) return failed(reply, found);
  }
  if (all.some(({ hasReply }) => hasReply)) return passed;
  return nothingToSee(all);
}

/** No reply at all: every push failed, which is a fault here too, or the app says nothing but `success`. */
function nothingToSee(all: readonly Reply[]): Finding {
  const findings = all.map(accepted);
  const fault = findings.find(({ type }) => type === 'failed');
  if (fault !== undefined && findings.every(({ type }) => type === 'failed')) return fault;
  return skipped('the app did not reply to any message or event', '应用没有回复任何消息或事件');
}

async function checkNothingBefore(probe: Probe): Promise<Finding> {
  const all = await replies(probe);
  for (const reply of all) {
    const found = reply.judged.faults.find(({ code }) => code === 'WXD2106');
    if (found !== undefined) return failed(reply, found);
    if (reply.hasBom) {
      return failed(reply, new WxDevError('WXD2106', { before: '\u{FEFF}', bytes: 3 }));
    }
  }
  const answered = all.find(({ answer }) => answer !== undefined);
  return answered === undefined ? nothingToSee(all) : passed;
}
