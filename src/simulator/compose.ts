import { textOf, type Fields } from '../wechat/fields.ts';
import { setContent, setScene } from '../wechat/sample-content.ts';
import { findPushKind, makePush } from '../wechat/samples.ts';
import { setField, unsetField } from '../wechat/set-field.ts';

/** Who writes and to which account, when the user does not care: invented ids of the right length. */
const defaultFollower = 'oWxDev_Alice_000000000000001';
const defaultAccountId = 'gh_0f1e2d3c4b5a';

/** What a push is made of. */
export interface ComposeOptions {
  /** Name of a message, an event or a notice; `click`, `CLICK` and `Click` are one. */
  readonly what: string;
  /** What stands after the name: the text, the key, `39.9,116.4`. */
  readonly content?: string | undefined;
  /** Instead of the sample of that name. */
  readonly data?: Fields | undefined;
  /** Scene of a QR code. */
  readonly scene?: string | undefined;
  /** Fields to set, by path, in order. */
  readonly set?: readonly (readonly [path: string, value: string])[] | undefined;
  /** Fields to leave out, by path. */
  readonly unset?: readonly string[] | undefined;
  /** The follower's openid. */
  readonly from?: string | undefined;
  /** The account, `gh_…`. */
  readonly to?: string | undefined;
  /** The platform's component AppId, or the SuiteId, in notices. */
  readonly appId?: string | undefined;
  readonly msgId: string;
  /** Seconds since the epoch. */
  readonly createTime: string;
}

/**
 * Builds the fields of a push: the sample of its name (or the data given), then its content, then what is set and unset.
 *
 * @throws WXD1207 for an unknown name, WXD6040 for a path that is none, WXD6041 for content that does not fit
 */
export function composePush(options: ComposeOptions): Fields {
  const { what, content, scene, set = [], unset = [] } = options;
  let push = options.data === undefined ? sample(options) : withIds(options.data, options);
  // A change in a company is said by the system, unless somebody else is to say it.
  if (options.from !== undefined && textOf(push, 'FromUserName') !== undefined) {
    push = setField(push, 'FromUserName', options.from);
  }
  if (scene !== undefined) push = setScene(push, what, scene);
  if (content !== undefined) push = setContent(push, what, content);
  for (const [path, value] of set) push = setField(push, path, value);
  for (const path of unset) push = unsetField(push, path);
  return push;
}

function sample({ what, from, to, appId, msgId, createTime }: ComposeOptions): Fields {
  return makePush(
    findPushKind(what),
    {},
    { from: from ?? defaultFollower, to: to ?? defaultAccountId, appId, msgId, createTime },
  );
}

/** Data from a file keeps its own ids, except those that were asked for. */
function withIds(data: Fields, { from, to }: ComposeOptions): Fields {
  let push = data;
  if (from !== undefined) push = setField(push, 'FromUserName', from);
  if (to !== undefined) push = setField(push, 'ToUserName', to);
  return push;
}

/** The MsgId of a push, when it has one. */
export function msgIdOf(fields: Fields): string | undefined {
  return textOf(fields, 'MsgId') ?? textOf(fields, 'msgid');
}
