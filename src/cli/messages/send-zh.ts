import type { SendMessages, sendOptionsEn } from './send-en.ts';

/** `send` 的中文输出。 */
export const sendZh: SendMessages = {
  legal: '应答合法',
  illegal: '应答不被接受',
  refused: '已拒绝，符合预期',
  attempt: (n) => `第 ${n} 次`,
  visible: {
    follower: {
      nothing: '粉丝看不到任何内容，符合预期',
      reply: '粉丝会看到这条回复',
      failure: '粉丝会看到「该公众号提供的服务出现故障，请稍后再试」',
    },
    member: {
      nothing: '成员看不到任何内容，符合预期',
      reply: '成员会看到这条回复',
      failure: '成员收不到回复；企业微信会推送三次',
    },
    payment: {
      taken: '微信支付视为已收到，不会再通知',
      again: '微信支付会再次通知：24 小时 4 分内共 15 次',
    },
    notice: {
      taken: '平台视为已收到',
      again: '平台会再次推送并告警',
    },
  },
  following: '机器人开始了流式回复，继续刷新，最多 6 分钟',
  streamEnded: (refreshes: number, seconds: string) =>
    `流式消息已结束：${seconds} 秒，刷新 ${refreshes} 次`,
  streamOpen: (refreshes: number, seconds: string) =>
    `流式消息未结束：${seconds} 秒，刷新 ${refreshes} 次`,
  verified: '公众平台会接受这个 URL',
  notSent: '未发送（--dry-run）',
  duplicate: '再发一次同一条推送',
  sameAnswer: '两次应答相同',
  otherAnswer: '第二次应答不同',
  serving: (file, url) => `${file} 在命令结束前可从 ${url} 下载`,
  met: (count) => `满足的期望：${count}`,
  products: {
    mp: '公众号 / 服务号',
    wxa: '小程序',
    work: '企业微信',
    bot: '企业微信智能机器人',
    open: '第三方平台',
    pay: '微信支付',
    any: '所有账号',
  },
  listRest: '其他推送：event:<Event>、message:<MsgType>、--data @文件，或场景文件',
  scenario: {
    notObserved: 'WX_API_BASE 指向本机空闲端口时才能看到接口调用',
    summary: (passed, failed, skipped) => `通过 ${passed}，失败 ${failed}，跳过 ${skipped}`,
  },
  pay: {
    serial: (serial) => `Wechatpay-Serial：${serial}`,
    use: (command) => `让应用把它当作微信支付的，然后：${command}`,
  },
  times: {
    sent: (count, seconds, rate) => `已发送 ${count} 条，用时 ${seconds}，每秒 ${rate} 条`,
    interrupted: '已中断，以下是已完成的部分',
    accepted: (count) => `被接受 ${count} 条`,
    ms: (p50, p95, max) => `p50 ${p50}  p95 ${p95}  最慢 ${max}`,
    first: '第一条未被接受的：',
  },
  steps: {
    token: (length) => `Token，${length} 个字符，不显示`,
    sorted: '排序后',
    encrypt: 'Encrypt',
    parts: (message, id, padding, total) =>
      `随机 16 + 长度 4 + 消息 ${message} + ID ${id} + 填充 ${padding} = ${total} 字节`,
    push: '推送',
    reply: '回复',
  },
};

/** `send` 各选项的说明。 */
export const sendOptionsZh: { readonly [K in keyof typeof sendOptionsEn]: string } = {
  scene: '二维码场景值，用于 scan 与 subscribe',
  unset: '去掉一个字段，可重复',
  data: '代替样例的消息：@文件、@- 或文本，XML 或 JSON',
  raw: '原样发送的消息体：@文件、@- 或文本',
  edit: '发送前用 $VISUAL 或 $EDITOR 编辑消息',
  timestamp: '签名用的 timestamp，也是消息时间',
  nonce: '签名用的 nonce',
  seed: '每次生成相同的字节',
  times: '发送条数',
  concurrency: '同时发送的条数（默认 1）',
  streamFor: '智能机器人的流式回复最多刷新多久（默认 6m，0 为不刷新）',
  retry: '与微信相同：同一 MsgId，间隔 5 秒，最多请求三次',
  retryDelays: '每次重发前的等待时间：15s,15s,30s,3m',
  tamper: '故意破坏：signature、timestamp、cipher、appid 或 padding',
  duplicate: '同一条推送发送两次',
  dryRunSend: '只生成请求，不发送',
  printRequest: '打印请求：http、curl、xml（解密后）或 har',
  outTradeNo: '支付通知的商户订单号',
  platformCert: '支付通知以平台证书（而非微信支付公钥）的名义签名',
  noticePath: 'release-test 中授权事件的路径（与消息路径不同时）',
  expect: "对应答的期望，可重复：status=200、'reply.Content~=你好'、'ms<3000'",
};
