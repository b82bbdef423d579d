/**
 * wx-dev in your own tests: the conformance suite as tests of any runner, and a WeChat that a test plays.
 *
 * ```ts
 * import { test } from 'node:test';
 * import { conform } from 'wx-dev/testing';
 *
 * for (const { name, timeout, run } of conform({ url, token, aesKey, appId })) test(name, { timeout }, run);
 * ```
 *
 * @module
 */
export { formatError, isWxDevError, WxDevError, type ErrorCode } from '../core/errors.ts';
export type { Attempt, ReceivedAnswer, SendOutcome, SentRequest } from '../simulator/outcome.ts';
export type { GroupName } from '../simulator/conform/rule.ts';
export type { Selection } from '../simulator/conform/rules.ts';
export type { AppProcess } from '../simulator/conform/target.ts';
export { startWechatApi, type CustomerMessage, type WechatApi } from '../simulator/wechat-api.ts';
export type { CheckedExpectation } from '../simulator/expectation.ts';
export type { ScenarioReport, StepReport } from '../simulator/scenario/run.ts';
export type { CallbackOptions } from './account.ts';
export {
  conform,
  type ConformOptions,
  type ConformSelection,
  type ConformTest,
  type SkipContext,
} from './conform.ts';
export { createWechat, type SendingOptions, type Wechat, type WechatOptions } from './wechat.ts';
