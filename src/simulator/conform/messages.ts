import { WxDevError, type Words } from '../../core/errors.ts';
import { isAlwaysEncrypted, type Mode } from '../../wechat/account.ts';
import type { Probe } from './probe.ts';
import { passed, skipped, type Finding, type Rule } from './rule.ts';
import { accepted, failed } from './verdict.ts';

/** What every app meets sooner or later, by the names that `send` knows, with how people call it. */
export const usualKinds = [
  { kind: 'text', en: 'a text', zh: '文本消息' },
  { kind: 'image', en: 'an image', zh: '图片消息' },
  { kind: 'voice', en: 'a voice message', zh: '语音消息' },
  { kind: 'video', en: 'a video', zh: '视频消息' },
  { kind: 'location', en: 'a location', zh: '位置消息' },
  { kind: 'link', en: 'a link', zh: '链接消息' },
  { kind: 'subscribe', en: 'a follow (subscribe)', zh: '关注事件（subscribe）' },
  { kind: 'unsubscribe', en: 'an unfollow (unsubscribe)', zh: '取消关注事件（unsubscribe）' },
  { kind: 'scan', en: 'a QR code (SCAN)', zh: '扫码事件（SCAN）' },
  { kind: 'click', en: 'a menu click (CLICK)', zh: '菜单点击事件（CLICK）' },
  { kind: 'view', en: 'a menu link (VIEW)', zh: '菜单跳转事件（VIEW）' },
] as const;

/** Group 3: every usual message and event in plain mode. */
export const plainRules: readonly Rule[] = usualKinds.map((kind) => messageRule('plain', kind));

/** Group 4: the same in both encrypted modes, and every padding. */
export const encryptedRules: readonly Rule[] = [
  ...usualKinds.map((kind) => messageRule('compat', kind)),
  ...usualKinds.map((kind) => messageRule('safe', kind)),
  {
    id: 'safe.padding',
    group: 'encrypted',
    name: {
      en: 'every padding from 1 to 32 bytes is decrypted',
      zh: '1 到 32 字节的填充都能解密',
    },
    check: checkPadding,
  },
  {
    id: 'safe.reply-padding',
    group: 'encrypted',
    name: {
      en: 'encrypted replies are padded to 32 bytes',
      zh: '加密的回复按 32 字节填充',
    },
    check: checkReplyPadding,
  },
];

function messageRule(mode: Mode, { kind, en, zh }: (typeof usualKinds)[number]): Rule {
  return {
    id: `${mode}.${kind}`,
    who: 'others',
    group: mode === 'plain' ? 'plain' : 'encrypted',
    name: {
      en: `${en} is answered as WeChat expects, ${mode} mode`,
      zh: `${zh}得到微信认可的回应（${mode}）`,
    },
    check: async (probe) => {
      const reason = await whyNot(probe, mode);
      if (reason !== undefined) return reason;
      return accepted(await probe.push({ what: { en, zh }, fields: probe.makePush(kind), mode }));
    },
  };
}

/** Why a mode cannot be tested, if so. */
async function whyNot(probe: Probe, mode: Mode): Promise<Finding | undefined> {
  const { account, mode: only } = probe.target;
  if (only !== undefined && only !== mode) {
    return skipped(`only ${only} mode is tested (--mode)`, `只检查 ${only} 模式（--mode）`);
  }
  if (mode !== 'safe' && isAlwaysEncrypted(account)) {
    return skipped('accounts of this kind are always encrypted', '这类账号的推送总是加密的');
  }
  if (mode !== 'plain' && account.aesKey === undefined) {
    return skipped('needs an EncodingAESKey (WX_AES_KEY)', '需要 EncodingAESKey（WX_AES_KEY）');
  }
  if (mode === 'plain' && only === undefined && account.aesKey !== undefined) {
    const status = await probe.once('plain-status', () => plainStatus(probe));
    // signature does not cover the body: an app in safe mode does well to refuse plaintext.
    if (status === 401 || status === 403) {
      return skipped(
        `the app refuses plaintext with ${status}, as it should in safe mode`,
        `应用以 ${status} 拒绝明文推送，安全模式下这样是对的`,
      );
    }
  }
  return undefined;
}

async function plainStatus(probe: Probe): Promise<number> {
  const what = { en: 'a text', zh: '文本消息' };
  const reply = await probe.push({ what, fields: probe.makePush('text'), mode: 'plain' });
  return reply.judged.status;
}

const paddings = Array.from({ length: 32 }, (_, index) => index + 1);

async function checkPadding(probe: Probe): Promise<Finding> {
  const reason = await whyNot(probe, 'safe');
  if (reason !== undefined) return reason;
  const refusals = [];
  for (const padding of paddings) {
    const what: Words = {
      en: `a text padded with ${padding} bytes`,
      zh: `填充 ${padding} 字节的文本消息`,
    };
    const reply = await probe.push({ what, fields: probe.makePush('text'), mode: 'safe', padding });
    if (accepted(reply).type === 'failed') refusals.push({ padding, reply });
  }
  const [first] = refusals;
  if (first === undefined) return passed;
  const refused = refusals.map(({ padding }) => padding);
  // Not one was decrypted: that has other causes than padding, and other rules that say so.
  if (refused.length === paddings.length) return accepted(first.reply);
  const taken = paddings.length - refused.length;
  return failed(first.reply, new WxDevError('WXD2156', { rule: 'safe.padding', refused, taken }));
}

async function checkReplyPadding(probe: Probe): Promise<Finding> {
  const reason = await whyNot(probe, 'safe');
  if (reason !== undefined) return reason;
  // Padded to 16, one of two texts that differ by 16 bytes looks right.
  for (const content of ['padding!', 'padding!0123456789abcdef']) {
    const what = {
      en: `a text of ${content.length} bytes`,
      zh: `${content.length} 字节的文本消息`,
    };
    const fields = probe.makePush('text', { Content: content });
    const reply = await probe.push({ what, fields, mode: 'safe' });
    const warning = reply.judged.warnings.find(({ code }) => code === 'WXD2123');
    if (warning !== undefined) return failed(reply, warning);
    if (!reply.hasReply) {
      const finding = accepted(reply);
      if (finding.type === 'failed') return finding;
      return skipped('the app did not reply to a text', '应用没有回复文本消息');
    }
  }
  return passed;
}
