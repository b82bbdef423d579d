import { isWork, receiveIdsOf, type Account, type Format } from '../account.ts';
import { createFields, textOf, type Fields } from '../fields.ts';
import { sampleBotId } from './samples.ts';

/** The app's id inside 企业微信, where a sample names none. */
const sampleAgentId = '1000002';

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
  const id = textOf(fields, 'MsgId') ?? `${textOf(fields, 'CreateTime')}`;
  const [type, own] = ownOf(fields);
  return createFields([
    ['msgid', id],
    ['aibotid', sampleBotId],
    ['chattype', 'single'],
    ['from', createFields([['userid', textOf(fields, 'FromUserName') ?? '']])],
    ['create_time', textOf(fields, 'CreateTime') ?? ''],
    ['msgtype', type],
    [type, own],
  ]);
}

/** What a bot gets in the place of a message or event: of events enter_chat, which is the one that stands for any. */
function ownOf(fields: Fields): [type: string, own: Fields] {
  const type = textOf(fields, 'MsgType');
  if (type === 'event') return ['event', createFields([['eventtype', 'enter_chat']])];
  if (type === 'image') return ['image', createFields([['url', textOf(fields, 'PicUrl') ?? '']])];
  const said = textOf(fields, 'Content') ?? textOf(fields, 'Recognition') ?? '';
  return [type === 'voice' ? 'voice' : 'text', createFields([['content', said]])];
}
