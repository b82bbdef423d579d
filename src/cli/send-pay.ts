import { createEntropy } from '../simulator/entropy.ts';
import {
  composePayment,
  composeSample,
  payTampersOf,
  type Payment,
} from '../simulator/pay/compose-payment.ts';
import type { PayContent, PayTamper } from '../simulator/pay/pay-request.ts';
import { payDelaysMs } from '../simulator/pay/schedule.ts';
import { preparePay, sendPay, type SendPayOptions } from '../simulator/pay/send-pay.ts';
import { formatJson } from '../wechat/json.ts';
import { isPayNumberField } from '../wechat/pay/numbers.ts';
import { payVersionOf, type PaySample } from '../wechat/sample-pay.ts';
import { formatXml } from '../wechat/xml.ts';
import { textOption, type Invocation } from './command.ts';
import { merchantSettings, senderOf } from './merchant.ts';
import { invalidFlag, type SendFlags } from './send-flags.ts';
import type { Sending } from './send-plan.ts';
import { entropyOf, timestampOf } from './send-subject.ts';
import { placeOf } from './send-target.ts';

/**
 * Prepares the payment notification that the command line names, signed by the project's platform key.
 *
 * @throws WXD1207 for an unknown name, WXD6031 without the key of the merchant, WXD6001 for flags that payments do not have
 */
export async function preparePayment(invocation: Invocation, flags: SendFlags): Promise<Sending> {
  refuse(invocation);
  const { args, options, context } = invocation;
  const [name = '', content] = args;
  const settings = await merchantSettings(invocation, payVersionOf(name));
  const place = await placeOf(invocation, settings, flags.timeoutMs);
  const payment: Payment = {
    name,
    outTradeNo: textOption(options, 'outTradeNo') ?? content,
    set: flags.set,
    unset: flags.unset,
    from: textOption(options, 'from'),
    appId: settings.get('appId'),
    mchId: settings.get('mchId'),
    timestamp: timestampOf(flags),
  };
  const tamper = payTamper(flags, composeSample(payment, createEntropy('name')));
  const sender = await senderOf(settings, payVersionOf(name), {
    cwd: context.cwd,
    signedBy: options['platformCert'] === true ? 'certificate' : 'key',
  });
  const delaysMs = flags.delaysMs ?? payDelaysMs;
  const isRetried = flags.attempts > 1;
  return {
    invocation,
    flags,
    plan: (index) => {
      const entropy = entropyOf(flags, index);
      const content = composePayment(payment, sender, entropy);
      const sending: SendPayOptions = {
        ...place,
        content,
        entropy,
        timestamp: timestampOf(flags),
        nonce: flags.nonce,
        tamper,
        attempts: isRetried ? delaysMs.length + 1 : 1,
        waitMs: ({ number }) => delaysMs[number - 1] ?? 0,
      };
      const wrong = content.sample.version === 'v3' && content.sample.probe ? 'probe' : tamper;
      return {
        subject: { what: name, audience: 'payment', mode: undefined, tamper: wrong },
        plain: plainOf(content.sample),
        preview: () => preparePay(sending)(),
        send: () => sendPay(sending),
        // A notify_url is registered with each order: there is no usual path to look for.
        lookAround: (outcome) => Promise.resolve(outcome),
        explain: (outcome) => explain(outcome.request.headers, content),
      };
    },
  };
}

function payTamper({ tamper }: SendFlags, sample: PaySample): PayTamper | undefined {
  if (tamper === undefined) return undefined;
  const possible = payTampersOf(sample);
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
