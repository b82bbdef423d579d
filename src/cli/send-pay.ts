import { openPlatformKey, type LocalPlatformKey } from '../config/platform-key.ts';
import type { Settings } from '../config/resolve.ts';
import { openProjectState } from '../config/state.ts';
import { openPlatformCertificate } from '../dev/platform-certificate.ts';
import { createEntropy, type Entropy } from '../simulator/entropy.ts';
import type { PayContent, PaySender, PayTamper } from '../simulator/pay/pay-request.ts';
import { payDelaysMs } from '../simulator/pay/schedule.ts';
import { preparePay, sendPay, type SendPayOptions } from '../simulator/pay/send-pay.ts';
import { parseV2Key } from '../wechat/pay/account.ts';
import { parseApiV3Key } from '../wechat/pay/api-v3-key.ts';
import { formatJson } from '../wechat/json.ts';
import { isPayNumberField } from '../wechat/pay/numbers.ts';
import { makePaySample, type PaySample } from '../wechat/sample-pay.ts';
import { setField, unsetField } from '../wechat/set-field.ts';
import type { Fields } from '../wechat/fields.ts';
import { formatXml } from '../wechat/xml.ts';
import { requireSetting } from './account.ts';
import { textOption, type Invocation } from './command.ts';
import { invalidFlag, type SendFlags } from './send-flags.ts';
import type { Sending } from './send-plan.ts';
import { entropyOf, timestampOf } from './send-subject.ts';
import { placeOf } from './send-target.ts';
import { loadCommandSettings } from './settings.ts';

/** Ids of the samples, where the settings have none. */
const usualAppId = 'wx1234567890abcdef';
const usualMchId = '1900000001';
const usualOpenid = 'oWxDev_Alice_000000000000001';

/** 北京时间, as WeChat Pay writes its times. */
const offsetMs = 8 * 60 * 60 * 1000;

/**
 * Prepares the payment notification that the command line names, signed by the project's platform key.
 *
 * @throws WXD1207 for an unknown name, WXD6031 without the key of the merchant, WXD6001 for flags that payments do not have
 */
export async function preparePayment(invocation: Invocation, flags: SendFlags): Promise<Sending> {
  refuse(invocation);
  const settings = await loadCommandSettings(invocation);
  const place = await placeOf(invocation, settings, flags.timeoutMs);
  const sample = sampleFor(invocation, flags, settings, createEntropy('name'));
  const sender = await senderFor(invocation, settings, sample.version);
  const tamper = payTamper(flags, sample);
  const delaysMs = flags.delaysMs ?? payDelaysMs;
  const isRetried = flags.attempts > 1;
  return {
    invocation,
    flags,
    plan: (index) => {
      const entropy = entropyOf(flags, index);
      const content = contentOf(
        sampleFor(invocation, flags, settings, entropy),
        sender,
        flags,
        entropy,
      );
      const options: SendPayOptions = {
        ...place,
        content,
        entropy,
        timestamp: timestampOf(flags),
        nonce: flags.nonce,
        tamper,
        attempts: isRetried ? delaysMs.length + 1 : 1,
        waitMs: ({ number }) => delaysMs[number - 1] ?? 0,
      };
      const [what = ''] = invocation.args;
      const wrong = content.sample.version === 'v3' && content.sample.probe ? 'probe' : tamper;
      return {
        subject: { what, audience: 'payment', mode: undefined, tamper: wrong },
        plain: plainOf(content.sample),
        preview: () => preparePay(options)(),
        send: () => sendPay(options),
        // A notify_url is registered with each order: there is no usual path to look for.
        lookAround: (outcome) => Promise.resolve(outcome),
        explain: (outcome) => explain(outcome.request.headers, content),
      };
    },
  };
}

function contentOf(
  sample: PaySample,
  sender: PaySender,
  flags: SendFlags,
  entropy: Entropy,
): PayContent {
  const hex = entropy.bytes(16).toString('hex');
  return {
    sample,
    sender,
    id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    createTime: times(flags).time,
    resourceNonce: entropy.bytes(6).toString('hex'),
  };
}

function sampleFor(
  { args, options }: Invocation,
  flags: SendFlags,
  settings: Settings,
  entropy: Entropy,
): PaySample {
  const [name = '', content] = args;
  const { time, timeEnd } = times(flags);
  const number = entropy.digits(16);
  const sample = makePaySample(name, {
    appId: settings.get('appId') ?? usualAppId,
    mchId: settings.get('mchId') ?? usualMchId,
    openid: textOption(options, 'from') ?? usualOpenid,
    outTradeNo: textOption(options, 'outTradeNo') ?? content ?? `WXDEV${number}`,
    transactionId: `420000${timeEnd.slice(0, 8)}${number.slice(0, 14)}`,
    time,
    timeEnd,
  });
  const edit = (fields: Fields): Fields => {
    let edited = fields;
    for (const [path, value] of flags.set) edited = setField(edited, path, value);
    for (const path of flags.unset) edited = unsetField(edited, path);
    return edited;
  };
  if (sample.version === 'v3') return { ...sample, resource: edit(sample.resource) };
  return 'refund' in sample
    ? { ...sample, refund: edit(sample.refund) }
    : { ...sample, fields: edit(sample.fields) };
}

function times(flags: SendFlags): { time: string; timeEnd: string } {
  const seconds = timestampOf(flags);
  const now = seconds === undefined ? Date.now() : Math.min(Number(seconds), 8e9) * 1000;
  const local = new Date(now + offsetMs).toISOString().slice(0, 19);
  return { time: `${local}+08:00`, timeEnd: local.replaceAll(/\D/g, '') };
}

async function senderFor(
  { context, options }: Invocation,
  settings: Settings,
  version: PaySample['version'],
): Promise<PaySender> {
  const { dir } = await openProjectState(context.cwd);
  const key = await openPlatformKey(dir);
  if (version === 'v2') {
    const text = requireSetting(settings, 'payV2Key', {
      en: 'the API key of the merchant, 32 characters',
      zh: '商户的 API 密钥，32 位',
    });
    return { ...key, v2Key: parseV2Key(text, settings.source('payV2Key')) };
  }
  const text = requireSetting(settings, 'apiV3Key', {
    en: 'the APIv3 key of the merchant, 32 characters',
    zh: '商户的 APIv3 密钥，32 位',
  });
  const apiV3Key = parseApiV3Key(text, settings.source('apiV3Key'));
  return { apiV3Key, privateKey: key.privateKey, serial: await serialOf(options, dir, key) };
}

async function serialOf(
  options: Invocation['options'],
  dir: string,
  key: LocalPlatformKey,
): Promise<string> {
  if (options['platformCert'] !== true) return key.serial;
  return (await openPlatformCertificate(dir, key)).serial;
}

function payTamper({ tamper }: SendFlags, sample: PaySample): PayTamper | undefined {
  if (tamper === undefined) return undefined;
  const isSigned = sample.version === 'v3';
  const possible: readonly PayTamper[] = isSigned
    ? ['signature', 'timestamp', 'cipher']
    : 'refund' in sample
      ? ['cipher']
      : ['signature'];
  const found = possible.find((one) => one === tamper);
  if (found !== undefined) return found;
  throw invalidFlag('--tamper', tamper, possible.join(', '), possible.join('、'));
}

function plainOf(sample: PaySample): string {
  if (sample.version === 'v3') return formatJson(sample.resource, { isNumber: isPayNumberField });
  return formatXml('refund' in sample ? sample.refund : sample.fields, { isNumber: () => false });
}

function explain(
  headers: readonly (readonly [string, string])[],
  { sample }: PayContent,
): readonly string[] {
  if (sample.version === 'v2') return [`    ${plainOf(sample)}`];
  const signed = headers.filter(([name]) => name.startsWith('Wechatpay-'));
  return [
    ...signed.map(([name, value]) => `    ${name}: ${value}`),
    String.raw`    SHA256withRSA(timestamp \n nonce \n body \n)`,
    `    ${plainOf(sample)}`,
  ];
}

/** What only pushes have. */
function refuse({ options }: Invocation): void {
  for (const [name, flag] of [
    ['data', '--data'],
    ['raw', '--raw'],
    ['edit', '--edit'],
    ['scene', '--scene'],
  ] as const) {
    if (options[name] !== undefined && options[name] !== false) {
      throw invalidFlag(flag, 'a payment notification', '--set name=value', '--set 字段=值');
    }
  }
}
