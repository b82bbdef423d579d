/** What `send` prints in English. */
export const sendEn = {
  legal: 'accepted',
  illegal: 'NOT ACCEPTED',
  refused: 'refused, as it should be',
  attempt: (n: number) => `attempt ${n}`,
  visible: {
    follower: {
      nothing: 'the follower sees nothing, as intended',
      reply: 'the follower sees the reply',
      failure: 'the follower would see「该公众号提供的服务出现故障，请稍后再试」',
    },
    member: {
      nothing: 'the member sees nothing, as intended',
      reply: 'the member sees the reply',
      failure: 'the member would get no reply; WeCom would push it three times',
    },
    payment: {
      taken: 'WeChat Pay takes it as received and does not send it again',
      again: 'WeChat Pay would send it again, 15 times within 24 h 4 min',
    },
    notice: {
      taken: 'the platform takes it as received',
      again: 'the platform would send it again and raise an alarm',
    },
  },
  following: 'the bot began a stream; asking for the rest of it, for 6 minutes at most',
  streamEnded: (refreshes: number, seconds: string) =>
    `stream finished after ${seconds} s, ${refreshes} ${refreshes === 1 ? 'refresh' : 'refreshes'}`,
  streamOpen: (refreshes: number, seconds: string) =>
    `stream not finished after ${seconds} s, ${refreshes} ${refreshes === 1 ? 'refresh' : 'refreshes'}`,
  verified: 'the console would accept this URL',
  notSent: 'not sent (--dry-run)',
  duplicate: 'the same push again',
  sameAnswer: 'both were answered alike',
  otherAnswer: 'the second was answered differently',
  serving: (file: string, url: string) => `${file} is at ${url} until this command ends`,
  met: (count: number) => `expectations met: ${count}`,
  products: {
    mp: 'Official Account (公众号/服务号)',
    wxa: 'mini program (小程序)',
    work: 'WeCom (企业微信)',
    bot: 'AI bot of WeCom (智能机器人)',
    open: 'third-party platform (第三方平台)',
    pay: 'WeChat Pay (微信支付)',
    any: 'every kind of account',
  },
  listRest: 'any other: event:<Event>, message:<MsgType>, --data @file, or a scenario file',
  scenario: {
    notObserved: 'calls to the API are seen only when WX_API_BASE is a free local port',
    summary: (passed: number, failed: number, skipped: number) =>
      `passed ${passed}, failed ${failed}, skipped ${skipped}`,
  },
  pay: {
    serial: (serial: string) => `Wechatpay-Serial: ${serial}`,
    use: (command: string) => `your app takes this for WeChat Pay's; then: ${command}`,
  },
  times: {
    sent: (count: number, seconds: string, rate: string) =>
      `sent ${count} in ${seconds}, ${rate} per second`,
    interrupted: 'interrupted; this is what ended before',
    accepted: (count: number) => `accepted ${count}`,
    ms: (p50: string, p95: string, max: string) => `p50 ${p50}  p95 ${p95}  max ${max}`,
    first: 'the first that was not accepted:',
  },
  steps: {
    token: (length: number) => `Token, ${length} characters, not shown`,
    sorted: 'sorted',
    encrypt: 'Encrypt',
    parts: (message: number, id: number, padding: number, total: number) =>
      `16 random + 4 length + ${message} message + ${id} id + ${padding} padding = ${total} bytes`,
    push: 'push',
    reply: 'reply',
  },
};

/** The table that a language must fill. */
export type SendMessages = typeof sendEn;

/** What the options of `send` mean. */
export const sendOptionsEn = {
  scene: 'scene of the QR code, for scan and subscribe',
  unset: 'leave a field out, repeatable',
  data: 'message to send instead of the sample: @file, @- or text, XML or JSON',
  raw: 'body to send exactly as it is: @file, @- or text',
  edit: 'open the message in $VISUAL or $EDITOR before it is sent',
  timestamp: 'timestamp to sign with, and time of the message',
  nonce: 'nonce to sign with',
  seed: 'make the same bytes every time',
  times: 'how many to send',
  concurrency: 'how many at once (default: 1)',
  streamFor: 'ask an AI bot that long for the rest of its stream (default: 6m; 0: never)',
  retry: 'up to three requests 5 s apart with one MsgId, as WeChat does',
  retryDelays: 'wait that long before each further request: 15s,15s,30s,3m',
  tamper: 'break it: signature, timestamp, cipher, appid or padding',
  duplicate: 'send the same push twice',
  dryRunSend: 'make the request, do not send it',
  printRequest: 'print the request as http, curl, xml (decrypted) or har',
  outTradeNo: 'order number of a payment notification',
  platformCert: 'sign payments in the name of the platform certificate, not of the public key',
  noticePath: 'path of the notices in release-test, when it is not the one of messages',
  expect: "expect of the answer, repeatable: status=200, 'reply.Content~=hi', 'ms<3000'",
};
