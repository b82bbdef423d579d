/** What the banner says about each kind of account, in English. */
export const accountEn = {
  /** Where the settings are entered. */
  consoles: {
    official: 'Paste into the console, Server configuration (服务器配置):',
    miniprogram: 'Paste into the mini program console, 开发管理 > 消息推送:',
    work: 'Paste into the WeCom console, app > 接收消息 > 设置API接收:',
    'work-suite': 'Paste into the WeCom provider console, suite > 回调配置:',
    'work-bot': 'Paste into the WeCom console, 智能机器人 > API 模式 > URL 回调:',
    component: 'Paste into the open platform, 第三方平台 > 开发资料:',
    pay: 'Use as notify_url when your app places an order:',
    'pay-v2': 'Use as notify_url when your app places an order:',
  },
  instructionUrl: '指令回调URL',
  dataUrl: '数据回调URL',
  noticeUrl: '授权事件接收URL',
  messageUrl: '消息与事件接收URL',
  componentToken: '消息校验Token',
  componentKey: '消息加解密Key',
  notifyUrl: 'notify_url',
  merchant: 'merchant',
  platformKeys: 'known keys',
  platformKey: 'test key',
  platformKeyId: 'its id',
  platformKeyHint: 'wx-dev send signs with it: give your app this public key and id',
  dataFormat: 'Data format: XML or JSON, as you like; wx-dev reads both',
  bodyAlwaysSafe: 'Always encrypted; there is no mode to choose',
  xmlSafe: 'Always encrypted XML; WeChat replaces $APPID$',
  notPublic: 'WeChat Pay only calls https on the usual port: use a tunnel or relay for that',
  notQuery: 'No ? in it, no login in front; answer 200 or 204 within 5 s',
  notQueryV2: 'No ? in it, no login in front; answer XML with SUCCESS within 5 s',
  sign: 'signed with your API key; no certificate is needed',
  types: {
    'pay.transaction.success': 'paid',
    'pay.refund.success': 'refunded',
    'pay.refund.closed': 'refund x',
    'pay.refund.abnormal': 'refund !',
    'pay.v2.payment': 'paid v2',
    'pay.v2.refund': 'refund v2',
    component_verify_ticket: 'ticket',
    suite_ticket: 'ticket',
    authorized: 'authorize',
    updateauthorized: 'auth upd',
    unauthorized: 'auth end',
  } as Readonly<Record<string, string>>,
};

/** The table that a language must fill. */
export type AccountMessages = typeof accountEn;
