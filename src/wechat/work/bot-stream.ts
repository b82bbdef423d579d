import { createFields, fieldsOf, textOf, type Fields } from '../fields.ts';

/**
 * How long 企业微信 asks for the rest of a stream, counted from the message of the member, in milliseconds.
 *
 * @see https://developer.work.weixin.qq.com/document/path/100719 流式消息刷新
 */
export const botStreamMs = 6 * 60_000;

/** One piece of a bot's stream: all that it has said so far. */
export interface BotStream {
  readonly id: string;
  /** Whether it is the last piece; until then 企业微信 asks for the next. */
  readonly finished: boolean;
}

/**
 * The stream in a bot's decrypted answer; undefined where it has none, such as a card alone. Only the boolean `true` finishes one, which is
 * why this does not read fields: those are text.
 */
export function botStreamOf(text: string): BotStream | undefined {
  const stream = memberOf(parsed(text), 'stream');
  const id = memberOf(stream, 'id');
  if (typeof id !== 'string' || id === '') return undefined;
  return { id, finished: memberOf(stream, 'finish') === true };
}

/** What 企业微信 pushes to get the rest of a stream that began as the answer to `asked`. */
export function refreshOf(asked: Fields, streamId: string, msgId: string): Fields {
  const kept = ['aibotid', 'chatid', 'chattype'].flatMap((name) => {
    const value = textOf(asked, name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const from = fieldsOf(asked, 'from');
  return createFields([
    ['msgid', msgId],
    ...kept,
    ...(from === undefined ? [] : [['from', from] as const]),
    ['msgtype', 'stream'],
    ['stream', createFields([['id', streamId]])],
  ]);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // XML, success, or nothing: no stream.
  }
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined; // An object that has it.
}
