import type { BriefGuides } from './brief.ts';

/** 3xxx: the user's own app. */
export const appGuides: BriefGuides = {
  WXD3001: {
    title: '连不上应用',
    about: [
      'Nothing accepted a connection at this address, so WeChat gets 502 and the follower the failure line.',
      '这个地址没有接受连接，微信会收到 502，粉丝看到故障提示。',
    ],
    causes: [
      ['the app is not running, or crashed', '应用没有运行，或已崩溃'],
      ['it listens on another port or address', '监听在别的端口或地址'],
    ],
    fix: [
      [
        'start the app, and compare its port with --forward-to',
        '启动应用，核对端口与 --forward-to',
      ],
    ],
  },
  WXD3002: {
    title: '应答还没完整，连接就断了',
    about: [
      'The app began to answer or took the request, then closed the connection.',
      '应用接受了请求或开始应答，随后断开了连接。',
    ],
    causes: [
      ['it crashed or restarted', '应用崩溃或重启'],
      ['Content-Length is larger than the body', 'Content-Length 大于实际内容'],
    ],
    fix: [['look at the log of the app at this time', '查看应用此刻的日志']],
  },
  WXD3003: {
    title: '处理模块抛出了错误',
    about: [
      'The handler failed, so WeChat got 500 and will send the same message again.',
      '处理函数出错，微信收到 500，会重发同一条消息。',
    ],
    causes: [['a bug at the place the error names', '报错所指位置的代码错误']],
    fix: [
      [
        'catch the error and return a reply, or undefined for success',
        '捕获错误并返回回复；返回 undefined 即答 success',
      ],
    ],
  },
  WXD3004: {
    title: '与应用的 TLS 连接无法验证',
    about: [
      'The certificate of the app is not trusted here, and would not be by WeChat either.',
      '应用的证书在这里不受信任，微信也不会信任。',
    ],
    causes: [
      ['a self-signed certificate', '自签名证书'],
      ['the chain lacks its intermediate', '证书链缺少中间证书'],
    ],
    fix: [
      ['behind a tunnel use plain http', '在隧道后面用普通 http'],
      [
        'for local HTTPS issue a certificate with wx-dev cert',
        '本地 HTTPS 用 wx-dev cert 签发证书',
      ],
    ],
  },
  WXD3005: {
    title: '处理模块无法加载',
    about: ['Node could not import the file.', 'Node 无法导入这个文件。'],
    causes: [
      ['a syntax error', '语法错误'],
      ['a package that is not installed', '依赖没有安装'],
      ['TypeScript, which this Node does not read', '是 TypeScript，当前 Node 读不了'],
    ],
    fix: [['run node --check on the file', '用 node --check 检查文件']],
  },
  WXD3006: {
    title: '处理模块没有默认导出函数',
    about: [
      'A handler is the default export: (message, context) => reply.',
      '处理函数应为默认导出：(message, context) => reply。',
    ],
    causes: [
      [
        'a named export, or module.exports of an object',
        '写成了具名导出，或 module.exports 了一个对象',
      ],
    ],
    fix: [['write export default', '写成 export default']],
  },
  WXD3007: {
    title: '处理函数返回的不是回复',
    about: [
      'A handler returns a string, a reply object, or undefined for success.',
      '处理函数应返回字符串、回复对象，或 undefined（即 success）。',
    ],
    causes: [['a response object or a number was returned', '返回了响应对象或数字']],
    fix: [['return the text itself', '直接返回文本']],
  },
  WXD3008: {
    title: '应用命令还没监听就退出了',
    about: [
      'dev starts the command and waits until it listens; it ended before.',
      'dev 启动命令后等待它监听，而它先退出了。',
    ],
    causes: [
      ['it failed at start: see its output above', '启动出错：见上方输出'],
      ['it is no server', '它不是服务程序'],
    ],
    fix: [['run the command by itself first', '先单独运行这个命令']],
  },
  WXD3009: {
    title: '找不到应用命令',
    about: [
      'What stands after -- is neither a file here nor a program on PATH.',
      '-- 后面的既不是这里的文件，也不在 PATH 中。',
    ],
    causes: [
      ['a typing error', '拼写错误'],
      ['a program of node_modules without npx', 'node_modules 里的程序没有用 npx'],
    ],
    fix: [['write the command as in a shell', '按终端里的写法输入命令']],
  },
  WXD3010: {
    title: '应用没有及时监听',
    about: ['dev sets PORT and waits for that port.', 'dev 设置 PORT 并等待这个端口。'],
    causes: [
      ['the app ignores PORT and listens elsewhere', '应用没有读取 PORT，监听在别处'],
      ['it takes long to start', '启动较慢'],
    ],
    fix: [
      ['read PORT, or name the port with --forward-to', '读取 PORT，或用 --forward-to 指明端口'],
    ],
  },
  WXD3011: {
    title: '应用的应答大于任何回复',
    about: [
      'A reply is a few kilobytes; this is a file or a page.',
      '回复只有几 KB；这是文件或网页。',
    ],
    causes: [['a static file server took the callback path', '静态文件服务占了回调路径']],
    fix: [['register the handler before static files', '先注册处理函数，再注册静态文件']],
  },
  WXD3012: {
    title: '请求还没传完就结束了',
    about: ['The other side left while the body was on its way.', '请求体还在途中，对方就离开了。'],
    causes: [['tunnel or network broke', '隧道或网络中断']],
    fix: [['nothing: WeChat sends the message again', '无需处理：微信会重发']],
  },
  WXD3013: {
    title: '微信请求的不是回调路径',
    about: [
      'The URL in the console has another path than wx-dev serves; paths must match to the last "/".',
      '后台填写的 URL 与 wx-dev 的路径不同；路径必须完全一致，包括末尾的 "/"。',
    ],
    causes: [
      ['the URL was registered without or with another path', '填写的 URL 缺少路径或路径不同'],
    ],
    fix: [
      [
        'correct the URL in the console, or serve with --path',
        '修改后台的 URL，或用 --path 指定路径',
      ],
    ],
  },
};
