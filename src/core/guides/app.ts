import type { BriefGuides } from './brief.ts';

/** 3xxx: the user's own app. */
export const appGuides: BriefGuides = {
  WXD3001: {
    title: '连不上应用',
    about: [
      'Nothing accepted a connection at this address, so WeChat gets 502 and the follower the failure line.',
      '这个地址没有接受连接，微信会收到 502，粉丝看到故障提示。',
    ],
    see: [
      'ask the app without wx-dev: curl -i http://127.0.0.1:3000/wx',
      '绕过 wx-dev 直接访问：curl -i http://127.0.0.1:3000/wx',
    ],
    causes: [
      ['the app is not running, or crashed', '应用没有运行，或已崩溃'],
      ['it listens on another port or address', '监听在别的端口或地址'],
      [
        'in a container or WSL, 127.0.0.1 is another machine',
        '在容器或 WSL 里，127.0.0.1 是另一台机器',
      ],
    ],
    fix: [
      [
        'start the app, and compare its port with --forward-to',
        '启动应用，核对端口与 --forward-to',
      ],
      ['in a container listen on 0.0.0.0 and publish the port', '容器里监听 0.0.0.0 并映射端口'],
      ['let dev start it: wx-dev dev -- npm start', '让 dev 启动应用：wx-dev dev -- npm start'],
    ],
  },
  WXD3002: {
    title: '应答还没完整，连接就断了',
    about: [
      'The app began to answer or took the request, then closed the connection.',
      '应用接受了请求或开始应答，随后断开了连接。',
    ],
    see: ['wx-dev send text -v asks the same again', 'wx-dev send text -v 再问一次'],
    causes: [
      ['it crashed or restarted', '应用崩溃或重启'],
      ['Content-Length is larger than the body', 'Content-Length 大于实际内容'],
      [
        'the server closes idle connections just when one is used again',
        '服务器恰好在复用时关闭空闲连接',
      ],
      ['the port speaks TLS, and http was given', '端口使用 TLS，而给的是 http'],
    ],
    fix: [
      ['look at the log of the app at this time', '查看应用此刻的日志'],
      ['count Content-Length in bytes, not characters', 'Content-Length 按字节计，不是字符'],
    ],
  },
  WXD3003: {
    title: '处理模块抛出了错误',
    about: [
      'The handler failed, so WeChat got 500 and will send the same message again.',
      '处理函数出错，微信收到 500，会重发同一条消息。',
    ],
    see: [
      'send the same again and read the stack: wx-dev replay last',
      '重发同一条并查看堆栈：wx-dev replay last',
    ],
    causes: [
      ['a bug at the place the error names', '报错所指位置的代码错误'],
      ['a field is read that this message does not have', '读取了这类消息没有的字段'],
      ['a call to a database or API failed and is not caught', '数据库或接口调用失败，没有捕获'],
    ],
    fix: [
      [
        'catch the error and return a reply, or undefined for success',
        '捕获错误并返回回复；返回 undefined 即答 success',
      ],
      ['test it with every message: wx-dev conform', '用所有消息测试：wx-dev conform'],
    ],
  },
  WXD3004: {
    title: '与应用的 TLS 连接无法验证',
    about: [
      'The certificate of the app is not trusted here, and would not be by WeChat either.',
      '应用的证书在这里不受信任，微信也不会信任。',
    ],
    see: [
      'openssl s_client -connect 127.0.0.1:3443 shows the chain',
      'openssl s_client -connect 127.0.0.1:3443 查看证书链',
    ],
    causes: [
      ['a self-signed certificate', '自签名证书'],
      ['the chain lacks its intermediate', '证书链缺少中间证书'],
      ['the certificate is for another name or has expired', '证书的域名不符，或已过期'],
    ],
    fix: [
      ['behind a tunnel use plain http', '在隧道后面用普通 http'],
      [
        'trust its certificate: --local-ca <file>; or any: --insecure',
        '信任它的证书：--local-ca <文件>；或任何证书：--insecure',
      ],
      [
        'for local HTTPS issue a certificate with wx-dev cert',
        '本地 HTTPS 用 wx-dev cert 签发证书',
      ],
    ],
  },
  WXD3005: {
    title: '处理模块无法加载',
    about: ['Node could not import the file.', 'Node 无法导入这个文件。'],
    see: [
      'node --check bot.mjs, or import it with node -e',
      'node --check bot.mjs，或用 node -e 导入',
    ],
    causes: [
      ['a syntax error', '语法错误'],
      ['a package that is not installed', '依赖没有安装'],
      ['TypeScript, which this Node does not read', '是 TypeScript，当前 Node 读不了'],
      ['the path is relative to another folder', '路径相对的是另一个目录'],
    ],
    fix: [
      ['run node --check on the file', '用 node --check 检查文件'],
      ['install what it imports in the folder of the file', '在文件所在目录安装依赖'],
    ],
  },
  WXD3006: {
    title: '处理模块没有默认导出函数',
    about: [
      'A handler is the default export: (message, context) => reply.',
      '处理函数应为默认导出：(message, context) => reply。',
    ],
    see: ['grep -n "export default" bot.mjs', 'grep -n "export default" bot.mjs'],
    causes: [
      [
        'a named export, or module.exports of an object',
        '写成了具名导出，或 module.exports 了一个对象',
      ],
      ['the file starts a server of its own', '文件自己启动了服务'],
    ],
    fix: [
      ['write export default', '写成 export default'],
      [
        'an app with a server is forwarded to: wx-dev serve -f 3000',
        '自带服务的应用用转发：wx-dev serve -f 3000',
      ],
    ],
  },
  WXD3007: {
    title: '处理函数返回的不是回复',
    about: [
      'A handler returns a string, a reply object, or undefined for success.',
      '处理函数应返回字符串、回复对象，或 undefined（即 success）。',
    ],
    see: ['wx-dev send text prints what came back', 'wx-dev send text 打印返回的内容'],
    causes: [
      ['a response object or a number was returned', '返回了响应对象或数字'],
      [
        'an object without type, or of a type that WeChat does not take',
        '对象缺少 type，或类型不是微信支持的',
      ],
      ['a Promise inside the value was not awaited', '值里的 Promise 没有 await'],
    ],
    fix: [
      ['return the text itself', '直接返回文本'],
      ['reply objects are in docs/library.md', '回复对象的写法见 docs/library.md'],
    ],
  },
  WXD3008: {
    title: '应用命令还没监听就退出了',
    about: [
      'dev starts the command and waits until it listens; it ended before.',
      'dev 启动命令后等待它监听，而它先退出了。',
    ],
    see: ['run what stands behind -- alone', '单独运行 -- 后面的命令'],
    causes: [
      ['it failed at start: see its output above', '启动出错：见上方输出'],
      ['it is no server', '它不是服务程序'],
      ['it starts a child in the background and ends itself', '它在后台启动子进程后自己退出'],
      ['PORT is taken: another one still runs', 'PORT 被占用：旧进程还在'],
    ],
    fix: [
      ['run the command by itself first', '先单独运行这个命令'],
      ['start it without a daemon or watcher that detaches', '不要用会脱离终端的守护进程启动'],
    ],
  },
  WXD3009: {
    title: '找不到应用命令',
    about: [
      'What stands after -- is neither a file here nor a program on PATH.',
      '-- 后面的既不是这里的文件，也不在 PATH 中。',
    ],
    see: ['which npm, or ls node_modules/.bin', 'which npm，或 ls node_modules/.bin'],
    causes: [
      ['a typing error', '拼写错误'],
      ['a program of node_modules without npx', 'node_modules 里的程序没有用 npx'],
      ['dependencies are not installed in this folder', '本目录还没有安装依赖'],
      ['a shell builtin or alias, which is no program', '是 shell 内建命令或别名，不是程序'],
    ],
    fix: [
      ['write the command as in a shell', '按终端里的写法输入命令'],
      [
        'with shell syntax: wx-dev dev -- sh -c "cd app && npm start"',
        '需要 shell 语法时：wx-dev dev -- sh -c "cd app && npm start"',
      ],
    ],
  },
  WXD3010: {
    title: '应用没有及时监听',
    about: ['dev sets PORT and waits for that port.', 'dev 设置 PORT 并等待这个端口。'],
    see: [
      'the output of the app, and ss -ltn for where it listens',
      '看应用输出，并用 ss -ltn 查它监听在哪里',
    ],
    causes: [
      ['the app ignores PORT and listens elsewhere', '应用没有读取 PORT，监听在别处'],
      ['it takes long to start', '启动较慢'],
      ['it waits for a database or for input', '它在等待数据库或输入'],
      ['it listens on an address that is not loopback', '监听的不是回环地址'],
    ],
    fix: [
      ['read PORT, or name the port with --forward-to', '读取 PORT，或用 --forward-to 指明端口'],
      ['start it first, then wx-dev serve -f 3000', '先启动应用，再 wx-dev serve -f 3000'],
    ],
  },
  WXD3011: {
    title: '应用的应答大于任何回复',
    about: [
      'A reply is a few kilobytes; this is a file or a page.',
      '回复只有几 KB；这是文件或网页。',
    ],
    see: ['wx-dev send text -v prints the start of the answer', 'wx-dev send text -v 打印应答开头'],
    causes: [
      ['a static file server took the callback path', '静态文件服务占了回调路径'],
      [
        'an error page with a trace, or a file that is streamed',
        '带堆栈的错误页，或以流返回的文件',
      ],
      ['a loop that writes without an end', '循环写入，没有结束'],
    ],
    fix: [
      ['register the handler before static files', '先注册处理函数，再注册静态文件'],
      [
        'answer at most a few kilobytes: text of 2048 bytes, or 8 articles',
        '应答只需几 KB：文本 2048 字节以内，图文 8 条以内',
      ],
    ],
  },
  WXD3012: {
    title: '请求还没传完就结束了',
    about: ['The other side left while the body was on its way.', '请求体还在途中，对方就离开了。'],
    see: ['wx-dev logs last says how many bytes came', 'wx-dev logs last 显示收到多少字节'],
    causes: [
      ['tunnel or network broke', '隧道或网络中断'],
      ['a client of your own announced more than it sent', '自己的客户端声明的长度大于实际'],
      ['the sender gave up after 5 s: the way is slow', '发送方 5 秒后放弃：链路太慢'],
    ],
    fix: [
      ['nothing: WeChat sends the message again', '无需处理：微信会重发'],
      ['try the way itself: wx-dev send verify', '检查链路：wx-dev send verify'],
    ],
  },
  WXD3013: {
    title: '微信请求的不是回调路径',
    about: [
      'The URL in the console has another path than wx-dev serves; paths must match to the last "/".',
      '后台填写的 URL 与 wx-dev 的路径不同；路径必须完全一致，包括末尾的 "/"。',
    ],
    see: ['wx-dev send verify --path /wx compares paths', 'wx-dev send verify --path /wx 核对路径'],
    causes: [
      ['the URL was registered without or with another path', '填写的 URL 缺少路径或路径不同'],
      [
        'the URL in the console lacks the path, or has another',
        '公众平台里的 URL 缺少路径，或路径不同',
      ],
      ['a proxy takes a prefix off', '代理去掉了前缀'],
    ],
    fix: [
      [
        'correct the URL in the console, or serve with --path',
        '修改后台的 URL，或用 --path 指定路径',
      ],
      [
        'start with the path that the console has: wx-dev serve --path /wechat',
        '按公众平台的路径启动：wx-dev serve --path /wechat',
      ],
    ],
  },
  WXD3014: {
    title: '已就绪，微信却一直没有请求（警告）',
    about: [
      'The tunnel is up and was checked through its public URL, and nothing but the check has come.',
      '隧道已建立，并通过公网地址自检；除了自检，没有收到任何请求。',
    ],
    see: [
      'wx-dev send verify -f <URL> calls the URL as the console does',
      'wx-dev send verify -f <URL> 像后台一样请求这个 URL',
    ],
    causes: [
      ['the form in the console was not submitted', '后台的表单还没有提交'],
      ['the settings are saved but not switched on (启用)', '配置已保存，但没有「启用」'],
      ['the console has an older URL of yours', '后台填的是以前的 URL'],
      ['you wrote to another account than this one', '你给另一个号发了消息'],
    ],
    fix: [
      ['compare URL and Token with the console, submit', '对照后台的 URL 与 Token，再提交'],
      ['then write to the account from your phone', '然后用手机给公众号发条消息'],
    ],
  },
};
