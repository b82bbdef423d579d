import { createFields, type Fields } from './fields.ts';

/** Addresses, time and id of a push to build. */
export interface PushOptions {
  /** The follower's openid. */
  readonly from: string;
  /** The account, `gh_…`. */
  readonly to: string;
  /** Seconds since the epoch. */
  readonly createTime: number | string;
  /** For messages; events have none. */
  readonly msgId: string;
}

/** Every kind of push that can be built by name. */
export const pushKinds: readonly string[] = ['text'];

export function makePush(
  kind: string,
  overrides: Readonly<Record<string, string>>,
  { from, to, createTime, msgId }: PushOptions,
): Fields {
  return createFields([
    ['ToUserName', to],
    ['FromUserName', from],
    ['CreateTime', String(createTime)],
    ['MsgType', kind],
    ['Content', 'hello 你好'],
    ['MsgId', msgId],
    ...Object.entries(overrides),
  ]);
}
