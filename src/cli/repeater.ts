import { randomInt } from 'node:crypto';
import type { Settings } from '../config/resolve.ts';
import { openProjectState } from '../config/state.ts';
import { WxDevError } from '../core/errors.ts';
import { readAuthorityPem } from '../dev/local-tls.ts';
import { findRunning, type RunningInfo } from '../dev/running-file.ts';
import type { RecordedExchange } from '../inspector/record.ts';
import { createEntropy } from '../simulator/entropy.ts';
import type { SendOutcome } from '../simulator/outcome.ts';
import type { PaySender } from '../simulator/pay/pay-request.ts';
import { sendPay } from '../simulator/pay/send-pay.ts';
import { sendPush, sendVerify } from '../simulator/send.ts';
import type { Account, Mode } from '../wechat/account.ts';
import { createFields, type Fields } from '../wechat/fields.ts';
import { parseJson } from '../wechat/json.ts';
import { setField } from '../wechat/set-field.ts';
import { parseXml } from '../wechat/xml.ts';
import { resolveAccount } from './account.ts';
import { textOption, type Invocation } from './command.ts';
import type { Context } from './context.ts';
import { dataFolderOf } from './data-folder.ts';
import { merchantSettings, senderOf, type PayVersion } from './merchant.ts';
import type { SendSubject } from './render/send.ts';
import { isPayment, repeatedPayment, serialOf, versionOf } from './replay-payment.ts';
import { audienceOf } from './send-plan.ts';
import { loadCommandSettings } from './settings.ts';

/** One `--set`. */
export type Edit = readonly [path: string, value: string];

/** One repetition, and what to call it. */
export interface Repeated {
  readonly outcome: SendOutcome;
  readonly subject: SendSubject;
}

/** Repeats exchanges, signed and encrypted anew; what one account needs is looked up once. */
export function createRepeater(
  invocation: Invocation,
  edits: readonly Edit[],
): (recorded: RecordedExchange) => Promise<Repeated> {
  const targets = new Map<string, Promise<PushTarget>>();
  const merchants = new Map<string, Promise<MerchantTarget>>();
  const sameId = invocation.options['sameId'] === true;
  return async (recorded) => {
    const name = accountOf(invocation, recorded);
    if (!isPayment(recorded)) {
      const target = await once(targets, name ?? '', () => pushTarget(invocation, name));
      return repeatPush(recorded, target, { sameId, edits });
    }
    const [version, serial] = [versionOf(recorded), serialOf(recorded)];
    const { place, sender } = await once(merchants, JSON.stringify([name, version, serial]), () =>
      merchantTarget(invocation, version, { name, serial }),
    );
    const content = repeatedPayment(recorded, { sender, sameId, edits });
    const outcome = await sendPay({ ...place, content, entropy: createEntropy() });
    const { type: what, content: said } = recorded;
    return { outcome, subject: { what, content: said, audience: 'payment', mode: undefined } };
  };
}

/** Where replays go. */
type Place = Pick<Parameters<typeof sendVerify>[0], 'url' | 'ca' | 'signal'>;

/** The user may choose another account than the one it came for. */
function accountOf({ options }: Invocation, { account }: RecordedExchange): string | undefined {
  return textOption(options, 'account') ?? account;
}

function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const made = known.get(key) ?? make();
  known.set(key, made);
  return made;
}

/** Where pushes of an account go, and how. */
interface PushTarget extends Place {
  readonly account: Account;
  readonly mode: Mode;
}

async function pushTarget(
  invocation: Invocation,
  account: string | undefined,
): Promise<PushTarget> {
  const { context, options } = invocation;
  const settings = await loadCommandSettings({ ...invocation, options: { ...options, account } });
  const state = await openProjectState(context.cwd);
  const running = await findRunning(state.dir, (pid) => context.kill(pid, 0));
  const { account: recipient, mode } = resolveAccount(settings, state);
  const own = settings.source('mode') === undefined ? running?.mode : undefined;
  const place = await placeOf(context, settings, running);
  return { ...place, account: recipient, mode: own ?? mode };
}

/** Where payments of a merchant go, and whose keys they need. */
interface MerchantTarget {
  readonly place: Place;
  readonly sender: PaySender;
}

async function merchantTarget(
  invocation: Invocation,
  version: PayVersion,
  { name, serial }: { readonly name: string | undefined; readonly serial: string | undefined },
): Promise<MerchantTarget> {
  const { context } = invocation;
  const settings = await merchantSettings(invocation, version, name);
  const { dir } = await openProjectState(context.cwd);
  const running = await findRunning(dir, (pid) => context.kill(pid, 0));
  const signedBy = serial === undefined ? undefined : { serial };
  const sender = await senderOf(settings, version, { cwd: context.cwd, signedBy });
  return { place: await placeOf(context, settings, running), sender };
}

async function placeOf(
  context: Context,
  settings: Settings,
  running: RunningInfo | undefined,
): Promise<Place> {
  const authority = await readAuthorityPem(dataFolderOf(context));
  const ca = authority === undefined ? [] : [authority];
  return { url: urlOf(settings, running), ca, signal: context.signal };
}

/** The app where one is configured, else what runs in this project; never its public URL, since the way there is not in question. */
function urlOf(settings: Settings, running: RunningInfo | undefined): string {
  const own = settings.source('path') === undefined ? undefined : settings.get('path');
  const forwardTo = settings.get('forwardTo');
  if (forwardTo !== undefined) {
    const path = own ?? settings.get('path') ?? '/wx';
    return new URL(forwardTo).pathname === '/' ? `${forwardTo}${path}` : forwardTo;
  }
  if (running) return `${running.local}${own ?? running.path}`;
  throw new WxDevError('WXD6063', {});
}

async function repeatPush(
  recorded: RecordedExchange,
  { mode, ...target }: PushTarget,
  { sameId, edits }: { readonly sameId: boolean; readonly edits: readonly Edit[] },
): Promise<Repeated> {
  const { push, type: what, content } = recorded;
  if (!push) {
    return { outcome: await sendVerify(target), subject: { what, content, mode: undefined } };
  }
  const { format, text } = push;
  const parsed = createFields(Object.entries(format === 'xml' ? parseXml(text) : parseJson(text)));
  const fields = [...(sameId ? [] : freshIds(parsed)), ...edits].reduce(
    (edited, [path, value]) => setField(edited, path, value),
    parsed as Fields,
  );
  // To the byte, where nothing is to change: what was CDATA then stays CDATA.
  const unchanged = sameId && edits.length === 0 ? text : undefined;
  const again = { ...target, mode, format, fields, text: unchanged, attempts: 1 };
  const audience = audienceOf(target.account, fields);
  return { outcome: await sendPush(again), subject: { what, content, audience, mode } };
}

/** Makes it another push: apps recognise a repetition by MsgId, and events, which have none, by their time. */
function freshIds(fields: Fields): Edit[] {
  const seconds = Math.floor(Date.now() / 1000);
  const fresh: Edit[] = [
    ['CreateTime', String(seconds)],
    ['MsgId', `${seconds}${String(randomInt(1e9)).padStart(9, '0')}`],
  ];
  return fresh.filter(([name]) => name in fields);
}
