import { defineError, quoteForShell, say, type Words } from './define.ts';

/** 404x and 405x: what a relay answers by itself, and what it asks of clients. */
export const relayErrors = {
  WXD4040: defineError<{ relay: string }>({
    meaning: 'the relay cannot enforce --basic-auth-file or --allow-ip',
    en: {
      title: (d) => `The relay ${d.relay} cannot protect the public URL`,
      body: () => [
        'seen: --basic-auth-file or --allow-ip, and a relay that does not know them',
        'expected: a relay that offers the feature "access"',
        'the tunnel was not opened: anybody could have called the URL',
      ],
      run: () => 'npm install --global wx-dev@latest',
    },
    zh: {
      title: (d) => `中继 ${d.relay} 无法保护公网地址`,
      body: () => [
        '实际：设置了 --basic-auth-file 或 --allow-ip，但中继不支持',
        '应为：支持 access 功能的中继',
        '没有打开隧道，否则任何人都能访问该地址',
      ],
      run: () => 'npm install --global wx-dev@latest',
    },
  }),
  WXD4041: defineError<{ host: string; servername: string }>({
    meaning: 'the request names another host than its TLS connection (421)',
    en: {
      title: (d) => `This connection was made to ${d.servername}, not to ${d.host}`,
      body: (d) => [
        `seen by the relay: TLS for ${d.servername}, Host: ${d.host}`,
        'expected: one name in both',
        'likely: a Host header set by hand, or a proxy in front that --trust-proxy leaves out',
      ],
      run: (d) => `curl -v https://${d.host}`,
    },
    zh: {
      title: (d) => `该连接是为 ${d.servername} 建立的，不是 ${d.host}`,
      body: (d) => [
        `中继看到：TLS 主机名 ${d.servername}，Host: ${d.host}`,
        '应为：两者一致',
        '常见原因：手工设置了 Host，或前置代理没有列入 --trust-proxy',
      ],
      run: (d) => `curl -v https://${d.host}`,
    },
  }),
  WXD4042: defineError<{ what: Words; who: Words; max: number; waitS: number }>({
    meaning: 'a rate or connection limit of the relay is reached (429)',
    en: {
      title: (d) => `Too many ${say(d.what, 'en')} ${say(d.who, 'en')}`,
      body: (d) => [
        `seen by the relay: more than ${d.max} ${say(d.what, 'en')} ${say(d.who, 'en')}`,
        `expected: at most ${d.max}; ask again after ${d.waitS} s`,
        'likely: a client in a loop, or a limit that is too low for this tunnel',
      ],
      run: () => 'wx-dev relay --help',
    },
    zh: {
      title: (d) => `${say(d.who, 'zh')}的${say(d.what, 'zh')}过多`,
      body: (d) => [
        `中继看到：${say(d.who, 'zh')}的${say(d.what, 'zh')}超过 ${d.max}`,
        `应为：最多 ${d.max}；请在 ${d.waitS} 秒后重试`,
        '常见原因：客户端陷入循环，或该限制对此隧道过低',
      ],
      run: () => 'wx-dev relay --help',
    },
  }),
  WXD4043: defineError<{ name: string; reason: string }>({
    meaning: 'the answer that came through the tunnel cannot be used (502)',
    en: {
      title: (d) => `The client of the tunnel ${d.name} gave no usable answer`,
      body: (d) => [
        `seen by the relay: ${d.reason}`,
        'expected: an HTTP response through the tunnel',
        'likely: the local server broke off, or the client is another program',
      ],
      run: () => 'wx-dev --version',
    },
    zh: {
      title: (d) => `隧道 ${d.name} 的客户端没有给出可用的应答`,
      body: (d) => [
        `中继看到：${d.reason}`,
        '应为：经隧道返回的 HTTP 响应',
        '常见原因：本地服务中断了应答，或客户端是其他程序',
      ],
      run: () => 'wx-dev --version',
    },
  }),
  WXD4044: defineError<{ host: string; sent: boolean }>({
    meaning: 'the URL asks for a user name and password (401)',
    en: {
      title: (d) => `${d.host} asks for a user name and password`,
      body: (d) => [
        d.sent
          ? 'seen by the relay: a user name and password that are none of the tunnel’s'
          : 'seen by the relay: no Authorization: Basic',
        'expected: one of the lines of the --basic-auth-file with which it was opened',
        'WeChat sends none: its path has to be among --open-path',
      ],
      run: (d) => `curl -i -u user https://${d.host}`,
    },
    zh: {
      title: (d) => `${d.host} 需要用户名和密码`,
      body: (d) => [
        d.sent ? '中继看到：用户名或密码不正确' : '中继看到：没有 Authorization: Basic',
        '应为：打开隧道时 --basic-auth-file 中的一行',
        '微信不会发送密码：回调路径须列入 --open-path',
      ],
      run: (d) => `curl -i -u user https://${d.host}`,
    },
  }),
  WXD4045: defineError<{ host: string; remote: string }>({
    meaning: 'the address of the visitor may not use this URL (403)',
    en: {
      title: (d) => `${d.remote} may not use ${d.host}`,
      body: (d) => [
        `seen by the relay: a request from ${d.remote}`,
        'expected: an address of the --allow-ip with which the tunnel was opened',
        'WeChat’s path has to be among --open-path: its addresses change',
      ],
      run: () => 'wx-dev tunnel --help',
    },
    zh: {
      title: (d) => `${d.remote} 不允许访问 ${d.host}`,
      body: (d) => [
        `中继看到：来自 ${d.remote} 的请求`,
        '应为：打开隧道时 --allow-ip 列出的地址',
        '微信的地址会变化：回调路径须列入 --open-path',
      ],
      run: () => 'wx-dev tunnel --help',
    },
  }),
  WXD4046: defineError<{ relay: string; waitS: number }>({
    meaning: 'too many refused tokens came from this address',
    en: {
      title: (d) => `The relay ${d.relay} takes no more attempts from here for now`,
      body: (d) => [
        `seen by the relay: refused relay tokens from this address, one after the other`,
        `expected: a valid token, ${d.waitS} s from now at the earliest`,
        'likely: a script that dials again and again with an old token',
      ],
      run: () => 'wx-dev tunnel --help',
    },
    zh: {
      title: (d) => `中继 ${d.relay} 暂不接受来自本机的连接`,
      body: (d) => [
        '中继看到：该地址接连使用了无效的中继令牌',
        `应为：至少 ${d.waitS} 秒后使用有效令牌`,
        '常见原因：脚本用过期令牌反复连接',
      ],
      run: () => 'wx-dev tunnel --help',
    },
  }),
  WXD4047: defineError<{ name: string; waitedMs: number }>({
    meaning: 'the client of the tunnel took too long to pass on an answer (504)',
    en: {
      title: (d) => `The client of the tunnel ${d.name} did not answer in time`,
      body: (d) => [
        `seen by the relay: no response head after ${d.waitedMs / 1000} s`,
        'expected: at least the status line by then',
        'likely: the app or the computer of the client hangs',
      ],
      run: () => 'wx-dev tunnel 3000',
    },
    zh: {
      title: (d) => `隧道 ${d.name} 的客户端未及时应答`,
      body: (d) => [
        `中继看到：${d.waitedMs / 1000} 秒内没有响应头`,
        '应为：在此之前至少返回状态行',
        '常见原因：应用或客户端所在的电脑没有响应',
      ],
      run: () => 'wx-dev tunnel 3000',
    },
  }),
  WXD4048: defineError<{ maxBytes: number }>({
    meaning: 'the request body is larger than the relay lets through (413)',
    en: {
      title: (d) => `The request body is larger than ${d.maxBytes} bytes`,
      body: (d) => [
        `seen by the relay: a body of more than ${d.maxBytes} bytes`,
        'expected: less, or a relay with a larger --max-body',
      ],
      run: () => 'wx-dev relay --help',
    },
    zh: {
      title: (d) => `请求体超过 ${d.maxBytes} 字节`,
      body: (d) => [
        `中继看到：请求体超过 ${d.maxBytes} 字节`,
        '应为：更小的请求体，或调大中继的 --max-body',
      ],
      run: () => 'wx-dev relay --help',
    },
  }),
  WXD4049: defineError<{ path: string; line: number; reason: Words }>({
    meaning: 'a line of --basic-auth-file cannot be used',
    en: {
      title: (d) => `Line ${d.line} of ${d.path} is no user name and password`,
      body: (d) => [
        `seen: ${say(d.reason, 'en')}`,
        'expected: user:password on each line, the password of 8 characters or more',
      ],
      run: (d) => `wx-dev tunnel 3000 --basic-auth-file ${quoteForShell(d.path)}`,
    },
    zh: {
      title: (d) => `${d.path} 第 ${d.line} 行不是用户名和密码`,
      body: (d) => [
        `实际：${say(d.reason, 'zh')}`,
        '应为：每行一个 用户名:密码，密码至少 8 个字符',
      ],
      run: (d) => `wx-dev tunnel 3000 --basic-auth-file ${quoteForShell(d.path)}`,
    },
  }),
  WXD4050: defineError<{ max: number | undefined }>({
    meaning: 'the relay keeps no more names for the holder of this token',
    en: {
      title: () => 'The relay keeps no more names for the holder of this token',
      body: (d) => [
        `seen: a new name, and ${d.max === undefined ? 'as many as there may be' : `${d.max} of them`} already`,
        'expected: a name that you have had, or a token of your own',
        'a name is kept for 7 days after its client was last connected',
        'likely: every run asks for a new name, or many people share the token',
      ],
      run: () => 'wx-dev tunnel 3000 --subdomain my-app',
    },
    zh: {
      title: () => '中继不再为该令牌的持有者保留新名称',
      body: (d) => [
        `实际：请求新名称，但已有${d.max === undefined ? '的名称达到上限' : ` ${d.max} 个名称`}`,
        '应为：使用曾用过的名称，或使用自己的令牌',
        '客户端断开后，名称保留 7 天',
        '常见原因：每次运行都请求新名称，或多人共用一个令牌',
      ],
      run: () => 'wx-dev tunnel 3000 --subdomain my-app',
    },
  }),
  WXD4051: defineError<{ name: string }>({
    meaning: 'no more requests are kept for this tunnel (503)',
    en: {
      title: (d) => `No more requests are kept for ${d.name}`,
      body: () => [
        'seen: its client is away, and the space for its requests is used up',
        'expected: at most 1000 requests, and 16 MB, for one tunnel',
        'likely: it has been away for long, its tunnels share one full token,',
        'or the disk of the relay is full; WeChat sends the request again',
      ],
      run: () => 'wx-dev tunnel 3000 --spool',
    },
    zh: {
      title: (d) => `不再为 ${d.name} 暂存请求`,
      body: () => [
        '实际：客户端不在线，且暂存空间已用完',
        '应为：单个隧道不超过 1000 个请求和 16 MB',
        '常见原因：离线太久，或同一令牌的各隧道已占满其份额，',
        '或中继的磁盘已满；微信会重发该请求',
      ],
      run: () => 'wx-dev tunnel 3000 --spool',
    },
  }),
};
