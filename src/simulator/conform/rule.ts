import type { Words, WxDevError } from '../../core/errors.ts';
import type { Probe } from './probe.ts';

/** The fifteen groups of rules. */
export const groups = {
  verify: { number: 1, en: 'URL verification', zh: 'URL 验证' },
  signature: { number: 2, en: 'signatures', zh: '签名' },
  plain: { number: 3, en: 'messages and events in plain mode', zh: '明文模式的消息与事件' },
  encrypted: {
    number: 4,
    en: 'messages and events in compat and safe mode',
    zh: '兼容与安全模式的消息与事件',
  },
  reply: { number: 5, en: 'replies', zh: '回复' },
  content: { number: 6, en: 'difficult text', zh: '特殊文本' },
  tampered: { number: 7, en: 'damaged encryption', zh: '被破坏的密文' },
  dedupe: { number: 8, en: 'repeated pushes', zh: '重复推送' },
  slow: { number: 9, en: 'slow work', zh: '耗时处理' },
  size: { number: 10, en: 'large bodies', zh: '超大请求体' },
  xml: { number: 11, en: 'hostile XML', zh: '恶意 XML' },
  parallel: { number: 12, en: 'many followers at once', zh: '并发' },
  shutdown: { number: 13, en: 'SIGTERM', zh: 'SIGTERM' },
  login: { number: 14, en: 'mini program login', zh: '小程序登录' },
  secrets: { number: 15, en: 'log without secrets', zh: '日志不含机密' },
} as const;

/** The name of a group. */
export type GroupName = keyof typeof groups;

/** What a rule found. */
export type Finding =
  | { readonly type: 'passed' }
  /** It could not be checked. Never a pass. */
  | { readonly type: 'skipped'; readonly reason: Words }
  | {
      readonly type: 'failed';
      readonly sent: Words;
      readonly received: Words;
      readonly error: WxDevError;
    };

/** One rule of the conformance suite. */
export interface Rule {
  /** Stable: scripts name rules by it. `<group or mode>.<rule>`. */
  readonly id: string;
  readonly group: GroupName;
  /** An AI bot of WeCom has a form of its own: rules that it alone, or that it alone not, has to keep. @default everybody */
  readonly who?: 'bots' | 'others' | undefined;
  /** What holds when it is kept. */
  readonly name: Words;
  /** Asks the app. Rejects only when the signal of the probe fires. */
  readonly check: (probe: Probe) => Promise<Finding>;
}

/** The finding of a rule that is kept. */
export const passed: Finding = { type: 'passed' };

/** A finding that says what is missing to check the rule. */
export function skipped(en: string, zh: string): Finding {
  return { type: 'skipped', reason: { en, zh } };
}
