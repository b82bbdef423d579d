import { randomInt } from 'node:crypto';
import type { SendOutcome } from '../simulator/outcome.ts';
import { parseScenario } from '../simulator/scenario/parse.ts';
import { runScenario, type ScenarioReport } from '../simulator/scenario/run.ts';
import { sendPush, sendVerify } from '../simulator/send.ts';
import type { Format, Mode } from '../wechat/account.ts';
import type { Fields } from '../wechat/fields.ts';
import { makePush } from '../wechat/samples.ts';
import { accountOf, type CallbackOptions } from './account.ts';

/** Who writes and to which account where a test does not care: invented ids of the right length. */
const usualFollower = 'oWxDev_Alice_000000000000001';
const usualAccount = 'gh_0f1e2d3c4b5a';

/** The callback that a played WeChat talks to. */
export interface WechatOptions extends CallbackOptions {
  /** The account that pushes are for. @default gh_0f1e2d3c4b5a */
  readonly to?: string | undefined;
  /** The data format of the account. @default xml */
  readonly format?: Format | undefined;
}

/** How one push differs from the usual one. */
export interface SendingOptions {
  /** The follower's openid. @default oWxDev_Alice_000000000000001 */
  readonly from?: string | undefined;
  /** Given again, it makes the push a repetition. @default a new one */
  readonly msgId?: string | undefined;
  /** Seconds since 1970. @default now */
  readonly createTime?: number | undefined;
  /** @default that of `createWechat` */
  readonly mode?: Mode | undefined;
  /** How often an unanswered push is sent; WeChat sends it three times. @default 1 */
  readonly attempts?: number | undefined;
  /** Fields to set, by path: `MediaId`, `ScanCodeInfo.ScanResult`. */
  readonly set?: Readonly<Record<string, string>> | undefined;
}

/** WeChat, played by a test. Every outcome says what WeChat would make of the answer and what the follower would see. */
export interface Wechat {
  /** The signed GET that WeChat sends when the settings are saved. */
  verify(): Promise<SendOutcome>;
  /** A text message. */
  text(content: string, options?: SendingOptions): Promise<SendOutcome>;
  /**
   * A message by its kind: `image`, `voice`, `location` …
   *
   * @throws WXD1207 for a kind that is not known, with those that are alike
   */
  message(kind: string, options?: SendingOptions): Promise<SendOutcome>;
  /**
   * An event by its name: `subscribe`, `CLICK`, `SCAN` …
   *
   * @param fields fields to set, such as `{ EventKey: 'MENU_HELP' }`
   * @throws WXD1207 for an event that is not known
   */
  event(
    name: string,
    fields?: Readonly<Record<string, string>>,
    options?: SendingOptions,
  ): Promise<SendOutcome>;
  /**
   * A scenario, as a file of `wx-dev send` holds it or as the object in it: steps with what is expected of each answer. The report says which
   * passed; a step that fails rejects nothing.
   *
   * @param env for `${env:NAME}`. @default nothing
   * @throws WXD6045 with the line, for what is no scenario
   */
  scenario(
    scenario: string | object,
    env?: Readonly<Record<string, string | undefined>>,
  ): Promise<ScenarioReport>;
  /** Any fields, by WeChat's own names. */
  push(fields: Fields, options?: SendingOptions): Promise<SendOutcome>;
}

/**
 * Plays WeChat towards a callback: signs, encrypts, sends, and judges the answer.
 *
 * ```ts
 * const wechat = createWechat({ url: 'http://127.0.0.1:3000/wx', token, aesKey, appId });
 * assert.equal((await wechat.text('hello')).reply.content, 'hello');
 * ```
 *
 * @throws WXD1003 when the Token, WXD1101 when an EncodingAESKey is not what the console accepts
 */
export function createWechat(options: WechatOptions): Wechat {
  const { url, to = usualAccount, format, timeoutMs, ca, signal } = options;
  const account = accountOf(options);
  const target = { url, account, timeoutMs, ca, signal };
  const usualMode = options.mode ?? (account.aesKey === undefined ? 'plain' : 'safe');

  const push: Wechat['push'] = (fields, { mode = usualMode, attempts = 1 } = {}) =>
    sendPush({ ...target, mode, format, attempts, fields });

  const message: Wechat['message'] = (kind, sending = {}) => {
    const seconds = sending.createTime ?? Math.floor(Date.now() / 1000);
    const fields = makePush(kind, sending.set ?? {}, {
      from: sending.from ?? usualFollower,
      to,
      createTime: seconds,
      msgId: sending.msgId ?? `${seconds}${String(randomInt(1e9)).padStart(9, '0')}`,
    });
    return push(fields, sending);
  };

  return {
    verify: () => sendVerify(target),
    text: (content, sending = {}) =>
      message('text', { ...sending, set: { Content: content, ...sending.set } }),
    message: async (kind, sending) => message(kind, sending),
    event: async (name, fields = {}, sending = {}) =>
      message(name, { ...sending, set: { ...fields, ...sending.set } }),
    scenario: async (scenario, env) => {
      const text = typeof scenario === 'string' ? scenario : JSON.stringify(scenario, null, 2);
      const parsed = parseScenario(text, 'scenario');
      return runScenario({ ...parsed, to: parsed.to ?? to }, { ...target, mode: usualMode, env });
    },
    push: async (fields, sending) => push(fields, sending),
  };
}
