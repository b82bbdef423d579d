import { isWork, receiveIdsOf, type Account, type Format } from '../account.ts';
import { createFields, textOf, type Fields } from '../fields.ts';

/** The app's id inside 企业微信, where a sample names none. */
const sampleAgentId = '1000002';

/** The bot's id, where a sample names none. */
const sampleBotId = 'AIBOT_wxdev_0000001';

/**
 * A message as 企业微信 would push it: to the CorpId, with an AgentID; to a bot in the bot's own form. What already has that form, and what
 * is for another kind of account, stays as it is.
 */
export function asWorkPushes(fields: Fields, account: Account): Fields {
  if (account.kind === 'work-bot') return textOf(fields, 'msgtype') ? fields : asBotGets(fields);
  if (!isWork(account) || textOf(fields, 'InfoType') !== undefined) return fields;
  const corpId = receiveIdsOf(account)?.at(-1) ?? textOf(fields, 'ToUserName') ?? '';
  const agentId = textOf(fields, 'AgentID') ?? sampleAgentId;
  const others = Object.entries(fields).filter(([name]) => name !== 'AgentID');
  return createFields([
    ...others.map(([name, value]) => [name, name === 'ToUserName' ? corpId : value] as const),
    ['AgentID', agentId],
  ]);
}

/** A bot has no data format to choose. */
export function formatFor({ kind }: Pick<Account, 'kind'>, format: Format): Format {
  return kind === 'work-bot' ? 'json' : format;
}

function asBotGets(fields: Fields): Fields {
  const isEvent = textOf(fields, 'MsgType') === 'event';
  const id = textOf(fields, 'MsgId') ?? `${textOf(fields, 'CreateTime')}`;
  const said = textOf(fields, 'Content') ?? '';
  // enter_chat is the one event that stands for any: the samples' other events are not a bot's.
  const own: [string, Fields] = isEvent
    ? ['event', createFields([['eventtype', 'enter_chat']])]
    : ['text', createFields([['content', said]])];
  return createFields([
    ['msgid', id],
    ['aibotid', sampleBotId],
    ['chattype', 'single'],
    ['from', createFields([['userid', textOf(fields, 'FromUserName') ?? '']])],
    ['create_time', textOf(fields, 'CreateTime') ?? ''],
    ['msgtype', own[0]],
    own,
  ]);
}
