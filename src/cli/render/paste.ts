import { messagePath, noticePath } from '../../callback/authorizer-path.ts';
import type { AccountKind } from '../../wechat/account.ts';
import type { ResolvedAccount } from '../account.ts';
import type { Context } from '../context.ts';
import type { ResolvedMerchant } from '../recipient.ts';
import { isMerchant } from '../recipient.ts';
import type { ReadyView } from './dev-view.ts';
import { fitFields } from './fields.ts';
import { fitText } from './wrap.ts';

type Row = readonly [label: string, value: string];

/** Cells by which the values stand in from the left edge. */
const indent = 4;

/** What the console of this kind of account asks for, to be pasted. */
export function renderPaste(view: ReadyView, context: Context): string[] {
  const { resolved, server } = view;
  const { banner, account } = context.messages;
  const kind = resolved.account.kind ?? 'official';
  const heading = server.public ? account.consoles[kind] : banner.settings;
  const isPay = isMerchant(resolved);
  return [
    ...fitText(heading, context.err),
    ...fitFields(
      isPay ? payRows(resolved, view, context) : pushRows(resolved, view, context),
      context.err,
      indent,
    ),
    ...(isPay ? payNotes(view, context) : [pushNote(resolved, view, context)]).flatMap((note) =>
      fitText(note, context.err, indent),
    ),
  ];
}

/** What to try in another terminal. */
export function tryCommand({ resolved, settings }: ReadyView): string {
  const { kind = 'official' } = resolved.account;
  const what: Readonly<Partial<Record<typeof kind, string>>> = {
    component: 'send component_verify_ticket',
    pay: 'send pay.success',
    'pay-v2': 'send pay.v2.success',
  };
  const account = settings.source('account') && ` --account ${settings.account}`;
  return `wx-dev ${what[kind] ?? 'send text 你好'}${account ?? ''}`;
}

function pushRows(resolved: ResolvedAccount, view: ReadyView, context: Context): Row[] {
  const { messages, err } = context;
  const { banner, account } = messages;
  const { aesKey, token, aesKeyPlace } = resolved;
  const { kind } = resolved.account;
  const isComponent = kind === 'component';
  const masked = aesKey === undefined ? banner.notSet : banner.masked(aesKey.length, aesKeyPlace);
  return [
    ...urlRows(kind, view, context),
    [isComponent ? account.componentToken : banner.token, err.tone('strong', token)],
    [
      isComponent ? account.componentKey : banner.aesKey,
      // The key in full only on a terminal: what is piped ends in files and CI logs.
      aesKey !== undefined && err.isTTY ? err.tone('strong', aesKey) : masked,
    ],
  ];
}

function urlRows(
  kind: AccountKind | undefined,
  { server }: ReadyView,
  { messages, err }: Context,
): Row[] {
  const { banner, account } = messages;
  const base = server.public?.url ?? server.local;
  const at = (path: string): string => err.tone('strong', `${base}${path}`);
  if (kind === 'component') {
    return [
      [account.noticeUrl, at(noticePath(server.path))],
      [account.messageUrl, at(messagePath(server.path))],
    ];
  }
  if (kind !== 'work-suite') return [[banner.url, at(server.path)]];
  return [
    [account.instructionUrl, at(server.path)],
    [account.dataUrl, at(server.path)],
  ];
}

function pushNote(
  { account: { kind } }: ResolvedAccount,
  { options }: ReadyView,
  { messages }: Context,
): string {
  const { banner, account, modes } = messages;
  if (kind === 'component') return account.xmlSafe;
  if (kind !== undefined && kind.startsWith('work')) return account.bodyAlwaysSafe;
  const mode = banner.pasteMode(modes[options.mode]);
  return kind === 'miniprogram' ? `${mode}. ${account.dataFormat}` : mode;
}

function payRows(
  { account: merchant, platformKey }: ResolvedMerchant,
  { server }: ReadyView,
  { messages, err }: Context,
): Row[] {
  const { account } = messages;
  const base = server.public?.url ?? server.local;
  const rows: Row[] = [[account.notifyUrl, err.tone('strong', `${base}${server.path}`)]];
  if (merchant.mchId !== undefined) rows.push([account.merchant, merchant.mchId]);
  if (merchant.kind === 'pay-v2') return rows;
  // The last two are the project's own: bare, and as a certificate.
  const configured = merchant.platformKeys.slice(0, -2);
  if (configured.length > 0) {
    rows.push([account.platformKeys, configured.map(({ serial }) => serial).join(', ')]);
  }
  return [
    ...rows,
    [account.platformKey, platformKey.publicPath],
    [account.platformKeyId, platformKey.serial],
  ];
}

/** What WeChat Pay asks of a notify_url: 回调通知注意事项. */
function payNotes({ resolved, server }: ReadyView, { messages }: Context): string[] {
  const { account } = messages;
  const url = new URL(server.public?.url ?? server.local);
  const isUsual = url.protocol === 'https:' && url.port === '';
  const isV2 = resolved.account.kind === 'pay-v2';
  return [
    isV2 ? account.sign : account.platformKeyHint,
    isV2 ? account.notQueryV2 : account.notQuery,
    ...(isUsual ? [] : [account.notPublic]),
  ];
}
