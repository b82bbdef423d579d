import { defineError, type SettingSource } from './define.ts';
import { fromSource } from './text-problem.ts';
import { escapeText } from './text.ts';

/** An app that gave no answer to a push, or to a payment notification. */
export interface Unreached {
  readonly target: string;
  readonly reason: string;
  readonly isPayment?: boolean | undefined;
}

/** A request whose body did not come whole. */
export interface UnfinishedBody {
  readonly receivedBytes: number;
  /** What its head announced. */
  readonly expectedBytes?: number | undefined;
  /** The sender left, or stayed and sent nothing more. @default 'left' */
  readonly end?: 'left' | 'stalled' | undefined;
  /** How long it was waited for. */
  readonly ms?: number | undefined;
}

/** Asks the app the same thing again, without WeChat. */
const tryAgain = ({ target, isPayment }: Unreached): string =>
  `wx-dev send ${isPayment === true ? 'pay.success' : 'verify'} --forward-to ${target}`;

/** 3xxx: the user's own app. */
export const appErrors = {
  WXD3001: defineError<Unreached>({
    meaning: 'no connection to the app could be made',
    en: {
      title: (d) => `Cannot connect to ${d.target} (${escapeText(d.reason)})`,
      body: (d) => [
        reasonsEn[d.reason] ?? 'the app is not running, or not at this address',
        ...(d.isPayment === true
          ? ['until it answers, WeChat Pay repeats the notification: 15 times in a day']
          : [
              'until it answers, WeChat tries three times and the follower sees',
              '「该公众号提供的服务出现故障，请稍后再试」',
            ]),
      ],
      run: tryAgain,
    },
    zh: {
      title: (d) => `连不上 ${d.target}（${escapeText(d.reason)}）`,
      body: (d) => [
        reasonsZh[d.reason] ?? '应用没有运行，或不在这个地址',
        ...(d.isPayment === true
          ? ['在它恢复之前，微信支付会重复通知：一天内 15 次']
          : [
              '在它恢复之前，微信会尝试三次，随后粉丝看到',
              '「该公众号提供的服务出现故障，请稍后再试」',
            ]),
      ],
      run: tryAgain,
    },
  }),
  WXD3002: defineError<Unreached>({
    meaning: 'the connection was closed before the answer was complete',
    en: {
      title: (d) => `${d.target} closed the connection without a complete answer`,
      body: (d) => [
        `seen: ${escapeText(d.reason)}; expected: status, headers and the whole body`,
        'usually the app crashed or restarted while it handled this request',
      ],
      run: tryAgain,
    },
    zh: {
      title: (d) => `${d.target} 没有完整应答就断开了连接`,
      body: (d) => [
        `实际：${escapeText(d.reason)}；应为：状态行、响应头和完整的响应体`,
        '多半是应用在处理这次请求时崩溃或重启了',
      ],
      run: tryAgain,
    },
  }),
  WXD3003: defineError<{ message: string; place?: string | undefined }>({
    meaning: 'the handler module threw an error',
    en: {
      title: (d) => `The handler threw: ${escapeText(d.message)}`,
      body: (d) => [
        ...(d.place === undefined ? [] : [`at ${d.place}`]),
        'WeChat got HTTP 500 and will send the same message again, three times in all',
        'catch the error in the handler and return a reply, or undefined for `success`',
      ],
      run: () => 'wx-dev send text hello',
    },
    zh: {
      title: (d) => `处理函数抛出错误：${escapeText(d.message)}`,
      body: (d) => [
        ...(d.place === undefined ? [] : [`位置 ${d.place}`]),
        '微信收到 HTTP 500，会重发同一条消息，共三次',
        '请在处理函数里捕获错误并返回回复；返回 undefined 即答 `success`',
      ],
      run: () => 'wx-dev send text 你好',
    },
  }),
  WXD3004: defineError<{ target: string; reason: string }>({
    meaning: 'the TLS connection to the app could not be verified',
    en: {
      title: (d) => `No trusted TLS connection to ${d.target} (${escapeText(d.reason)})`,
      body: () => [
        'usually self-signed, or made for another name; WeChat would refuse it too',
        'serve, dev and tunnel trust it with --local-ca <file> (--insecure: any)',
        'behind a tunnel the app itself may speak plain HTTP: use http:// and its port',
        'or issue a certificate that wx-dev trusts:',
      ],
      run: (d) => `wx-dev cert ${hostOf(d.target)}`,
    },
    zh: {
      title: (d) => `与 ${d.target} 的 TLS 连接不可信（${escapeText(d.reason)}）`,
      body: () => [
        '多半是自签名证书，或名称不符；微信也不会接受',
        'serve、dev、tunnel 可用 --local-ca <文件> 信任它（--insecure：任何证书）',
        '在隧道后面，应用本身可以用普通 HTTP：请改用 http:// 和它的端口',
        '或者签发一张 wx-dev 信任的证书：',
      ],
      run: (d) => `wx-dev cert ${hostOf(d.target)}`,
    },
  }),
  WXD3005: defineError<{ path: string; reason: string; place?: string | undefined }>({
    meaning: 'the handler module cannot be loaded',
    en: {
      title: (d) => `Cannot load ${d.path}`,
      body: (d) => [
        ...(d.place === undefined ? [] : [`at ${d.place}`]),
        d.reason.split('\n', 1).join(),
        'a handler is a .mjs, .js or .cjs file that Node can import by itself',
      ],
      run: (d) => `node --check ${d.path}`,
    },
    zh: {
      title: (d) => `无法加载 ${d.path}`,
      body: (d) => [
        ...(d.place === undefined ? [] : [`位置 ${d.place}`]),
        d.reason.split('\n', 1).join(),
        '处理模块应是 Node 能直接导入的 .mjs、.js 或 .cjs 文件',
      ],
      run: (d) => `node --check ${d.path}`,
    },
  }),
  WXD3006: defineError<{ path: string; exports: readonly string[] }>({
    meaning: 'the handler module has no default export that is a function',
    en: {
      title: (d) => `${d.path} has no default export that is a function`,
      body: (d) => [
        `seen: ${d.exports.length === 0 ? 'no exports' : `exports ${d.exports.join(', ')}`}`,
        'expected: export default (message, context) => reply',
      ],
      run: (d) => `wx-dev serve ${d.path}`,
    },
    zh: {
      title: (d) => `${d.path} 没有默认导出函数`,
      body: (d) => [
        `实际：${d.exports.length === 0 ? '没有任何导出' : `导出了 ${d.exports.join('、')}`}`,
        '应为：export default (message, context) => reply',
      ],
      run: (d) => `wx-dev serve ${d.path}`,
    },
  }),
  WXD3007: defineError<{ received: string }>({
    meaning: 'the handler returned something that is not a reply',
    en: {
      title: (d) => `The handler returned ${escapeText(d.received)}, which is not a reply`,
      body: () => [
        'expected a string (text reply), a reply such as { type: "image", mediaId }',
        'or undefined, which answers `success`',
      ],
      run: () => 'wx-dev send text hello',
    },
    zh: {
      title: (d) => `处理函数返回了 ${escapeText(d.received)}，不是有效的回复`,
      body: () => [
        '应为字符串（文本回复）、{ type: "image", mediaId } 这样的回复对象，',
        '或 undefined（即答 `success`）',
      ],
      run: () => 'wx-dev send text 你好',
    },
  }),
  WXD3008: defineError<{
    command: string;
    exitCode?: number | undefined;
    signal?: string | undefined;
  }>({
    meaning: 'the app command ended before it listened',
    en: {
      title: (d) => `The app ended before it listened: ${d.command}`,
      body: (d) => [
        d.signal === undefined ? `exit code ${d.exitCode ?? 0}` : `ended by ${d.signal}`,
        'its own output above says why; expected: a server that keeps running',
      ],
      run: (d) => d.command,
    },
    zh: {
      title: (d) => `应用还没开始监听就退出了：${d.command}`,
      body: (d) => [
        d.signal === undefined ? `退出码 ${d.exitCode ?? 0}` : `被 ${d.signal} 结束`,
        '原因见上方它自己的输出；应为一个持续运行的服务',
      ],
      run: (d) => d.command,
    },
  }),
  WXD3009: defineError<{ command: string }>({
    meaning: 'the app command was not found',
    en: {
      title: (d) => `Command not found: ${d.command}`,
      body: () => [
        'it is neither a file here nor a program on PATH',
        'put the command after --, as you would type it in a shell',
      ],
      run: () => 'wx-dev dev -- node app.js',
    },
    zh: {
      title: (d) => `找不到命令：${d.command}`,
      body: () => [
        '它既不是这里的文件，也不在 PATH 中',
        '请把命令写在 -- 之后，和在终端里输入的一样',
      ],
      run: () => 'wx-dev dev -- node app.js',
    },
  }),
  WXD3010: defineError<{ port: number; seconds: number }>({
    meaning: 'the app did not listen in time',
    en: {
      title: (d) => `The app did not listen on port ${d.port} within ${d.seconds} s`,
      body: (d) => [
        `most often it listens on another port: wx-dev set PORT=${d.port} for it`,
        'read the port from the variable PORT, or name the port of the app',
      ],
      run: () => 'wx-dev dev --forward-to 3000',
    },
    zh: {
      title: (d) => `应用在 ${d.seconds} 秒内没有监听端口 ${d.port}`,
      body: (d) => [
        `多半是监听了别的端口：wx-dev 已为它设置 PORT=${d.port}`,
        '请让应用读取环境变量 PORT，或直接指明应用的端口',
      ],
      run: () => 'wx-dev dev --forward-to 3000',
    },
  }),
  WXD3011: defineError<{ target: string; limitBytes: number }>({
    meaning: 'the answer of the app is larger than any reply',
    en: {
      title: (d) => `The answer of ${d.target} is larger than ${d.limitBytes} bytes`,
      body: () => [
        'WeChat expects `success` or one reply of at most a few kilobytes',
        'usually a file or a whole page is served at the callback path',
      ],
      run: (d) => `wx-dev send text hello --forward-to ${d.target}`,
    },
    zh: {
      title: (d) => `${d.target} 的应答超过 ${d.limitBytes} 字节`,
      body: () => [
        '微信期待 `success` 或一条几 KB 以内的回复',
        '多半是回调路径上返回了文件或整个网页',
      ],
      run: (d) => `wx-dev send text 你好 --forward-to ${d.target}`,
    },
  }),
  WXD3012: defineError<UnfinishedBody>({
    meaning: 'a request ended before its body was complete',
    en: {
      title: (d) =>
        d.end === 'stalled'
          ? `The body of a request never finished: ${d.ms ?? 0} ms`
          : 'A request was cut off before its body was complete',
      body: (d) => [
        d.expectedBytes === undefined
          ? `${d.receivedBytes} bytes of the body came, then nothing more`
          : `${d.receivedBytes} of ${d.expectedBytes} bytes of the body came, then nothing more`,
        d.end === 'stalled'
          ? 'the sender kept the connection open; a proxy or tunnel may hold the rest back'
          : 'usually the tunnel or the network broke; WeChat sends the message again',
      ],
      run: () => 'wx-dev send text hello',
    },
    zh: {
      title: (d) =>
        d.end === 'stalled' ? `请求体一直没有传完：${d.ms ?? 0} ms` : '请求还没传完就中断了',
      body: (d) => [
        d.expectedBytes === undefined
          ? `请求体只收到 ${d.receivedBytes} 字节`
          : `请求体只收到 ${d.receivedBytes} 字节，应有 ${d.expectedBytes} 字节`,
        d.end === 'stalled'
          ? '发送方没有断开连接；可能是代理或隧道扣住了其余部分'
          : '多半是隧道或网络中断；微信会重发这条消息',
      ],
      run: () => 'wx-dev send text 你好',
    },
  }),
  WXD3013: defineError<{ received: string; path: string; source?: SettingSource | undefined }>({
    meaning: 'WeChat called another path than the callback path',
    en: {
      title: (d) => `A request of WeChat came to ${escapeText(d.received)}, answered 404`,
      body: (d) => [
        `did you mean ${d.path}? That is the callback path, from ${fromSource(d.source, '--path')};`,
        'it must match exactly, the last / included',
        'correct the URL in the console (服务器配置), or serve the path that is there',
      ],
      run: (d) => servePath(d.received),
    },
    zh: {
      title: (d) => `微信请求了 ${escapeText(d.received)}，已答 404`,
      body: (d) => [
        `是不是 ${d.path}？回调路径取自 ${fromSource(d.source, '--path')}；`,
        '路径必须完全一致，包括末尾的 /',
        '请修改公众平台「服务器配置」里的 URL，或改用那里填写的路径',
      ],
      run: (d) => servePath(d.received),
    },
  }),
  WXD3014: defineError<{ url: string; minutes: number }>({
    meaning: 'ready, but no request of WeChat has come (warning)',
    en: {
      title: (d) => `Ready for ${d.minutes} minutes, and WeChat has not called`,
      body: (d) => [
        `nothing has come through ${escapeText(d.url)}`,
        'most likely the settings in the console are not submitted, or not switched on',
        'the console shows another URL? Each of these has to be the same:',
      ],
      run: () => 'wx-dev explain WXD3014',
    },
    zh: {
      title: (d) => `已就绪 ${d.minutes} 分钟，微信还没有来过`,
      body: (d) => [
        `${escapeText(d.url)} 没有收到任何请求`,
        '多半是后台的「服务器配置」还没提交，或没有启用',
        '请核对后台填写的内容，以下各项必须一致：',
      ],
      run: () => 'wx-dev explain WXD3014',
    },
  }),
};

const reasonsEn: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there: the app is not running, or uses another port',
  ENOTFOUND: 'the host name does not exist; look for a typing error',
  EAI_AGAIN: 'the host name cannot be resolved now; is the network up?',
  ETIMEDOUT: 'the machine does not answer; a firewall may drop the packets',
  ECONNRESET: 'the other end cut the connection; is this port really HTTP?',
};

const reasonsZh: Readonly<Record<string, string>> = {
  ECONNREFUSED: '那里没有程序在监听：应用没有运行，或用了别的端口',
  ENOTFOUND: '主机名不存在，请检查拼写',
  EAI_AGAIN: '暂时无法解析主机名，网络是否正常？',
  ETIMEDOUT: '对方没有应答，可能被防火墙丢弃',
  ECONNRESET: '对方中断了连接，这个端口真的是 HTTP 吗？',
};

function hostOf(target: string): string {
  const host = /^[a-z]+:\/\/(?:\[([^\]]+)\]|([^/:]+))/i.exec(target);
  return host?.[1] ?? host?.[2] ?? target;
}

/** The path comes from whoever sent the request: only a harmless one may stand in a command that people copy into a shell. */
function servePath(path: string): string {
  return /^(\/[\w.-]+)+\/?$/.test(path) ? `wx-dev serve --path ${path}` : 'wx-dev serve --help';
}
