import { WxDevError } from '../../core/errors.ts';
import type { Probe, Reply } from './probe.ts';
import { passed, type Finding, type Rule } from './rule.ts';
import { failed } from './verdict.ts';

/** Group 1: the GET by which WeChat verifies the URL. */
export const verifyRules: readonly Rule[] = [
  {
    id: 'verify.echostr-verbatim',
    group: 'verify',
    name: {
      en: 'the echostr comes back byte for byte',
      zh: 'echostr 逐字节原样返回',
    },
    check: async (probe) => judge(await verify(probe)),
  },
  {
    id: 'verify.leading-zeros',
    group: 'verify',
    name: {
      en: 'the echostr is text, not a number: leading zeros stay',
      zh: 'echostr 是文本不是数字：前导零保留',
    },
    check: async (probe) =>
      judge(
        await probe.verify({
          what: {
            en: 'GET with echostr 0071234567890123456',
            zh: 'GET，echostr 为 0071234567890123456',
          },
          echostr: '0071234567890123456',
        }),
      ),
  },
  {
    id: 'verify.text-plain',
    group: 'verify',
    name: { en: 'the echostr comes as text/plain', zh: 'echostr 以 text/plain 返回' },
    check: async (probe) => {
      const reply = await verify(probe);
      const { answer } = reply;
      if (answer === undefined) return judge(reply);
      const type = answer.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
      if (type === undefined || /^text\/plain\b/i.test(type)) return passed;
      return failed(
        reply,
        new WxDevError('WXD2167', { rule: 'verify.text-plain', received: type }),
      );
    },
  },
];

function verify(probe: Probe): Promise<Reply> {
  return probe.verify({ what: { en: 'GET with a valid signature', zh: '签名正确的 GET' } });
}

function judge(reply: Reply): Finding {
  const [fault] = reply.judged.faults;
  return fault === undefined ? passed : failed(reply, fault);
}
