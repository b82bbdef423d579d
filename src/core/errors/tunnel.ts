import { isLoopbackHost } from '../loopback.ts';
import { defineError, say, type Language, type Words } from './define.ts';

/** What tells that others can reach a relay: where it listens, or an option that makes sense only with a proxy in front. */
type RelayReach = 'host' | 'public-url' | 'domain' | 'trust-proxy';

const reaches = {
  host: {
    en: (host: string) => `${host}, which other computers can reach`,
    enElse: 'a loopback address',
    zh: (host: string) => `${host} 可被其他电脑访问`,
    zhElse: '使用本机回环地址',
  },
  'public-url': {
    en: (host: string) => `--public-url names ${host}, through which others come`,
    enElse: 'no --public-url',
    zh: (host: string) => `--public-url 为 ${host}，其他人可经由它访问`,
    zhElse: '不设 --public-url',
  },
  domain: {
    en: (host: string) => `--domain ${host}, a name that leads others here`,
    enElse: 'a domain of this machine such as localhost',
    zh: (host: string) => `--domain 为 ${host}，其他人可由该域名访问`,
    zhElse: '使用 localhost 等本机域名',
  },
  'trust-proxy': {
    en: (host: string) => `--trust-proxy ${host}, which lets others in`,
    enElse: 'no --trust-proxy',
    zh: (host: string) => `--trust-proxy 为 ${host}，其他人可经由该代理访问`,
    zhElse: '不设 --trust-proxy',
  },
} satisfies Record<RelayReach, object>;

/** 4xxx: tunnel and relay. */
export const tunnelErrors = {
  WXD4001: defineError<{ relay: string; reason: string }>({
    meaning: 'the relay cannot be reached',
    en: {
      title: (d) => `Cannot reach the relay ${d.relay}`,
      body: (d) => [
        `seen: ${d.reason}`,
        'expected: a wx-dev relay that accepts connections there',
        'likely: the relay is not running, the port is wrong, or a firewall is in between',
      ],
      run: (d) => `curl -v ${d.relay}`,
    },
    zh: {
      title: (d) => `无法连接中继 ${d.relay}`,
      body: (d) => [
        `实际：${d.reason}`,
        '应为：该地址上有一个可连接的 wx-dev 中继',
        '常见原因：中继没有运行、端口写错，或被防火墙拦截',
      ],
      run: (d) => `curl -v ${d.relay}`,
    },
  }),
  WXD4002: defineError<{ offered: string; spoken: readonly string[] }>({
    meaning: 'client and relay speak no common version of the tunnel protocol',
    en: {
      title: () => 'The relay and this wx-dev speak different tunnel versions',
      body: (d) => [
        `seen: this wx-dev speaks ${d.offered}`,
        `expected by the relay: ${d.spoken.join(', ')}`,
        'likely: one of the two is older; update it',
      ],
      run: () => 'npm install --save-dev wx-dev@latest',
    },
    zh: {
      title: () => '中继与当前 wx-dev 的隧道协议版本不一致',
      body: (d) => [
        `实际：当前 wx-dev 使用 ${d.offered}`,
        `中继支持：${d.spoken.join('、')}`,
        '常见原因：其中一方版本较旧，请升级',
      ],
      run: () => 'npm install --save-dev wx-dev@latest',
    },
  }),
  WXD4003: defineError<{ relay: string; sent: boolean }>({
    meaning: 'the relay refused the relay token',
    en: {
      title: (d) => `The relay ${d.relay} refused the relay token`,
      body: (d) => [
        d.sent
          ? 'seen: a token was sent, and it is none of the relay’s tokens'
          : 'seen: no token was sent',
        'expected: a token that the owner of the relay handed out',
        d.sent
          ? 'likely: it was revoked or has expired, or is that of another relay'
          : 'put it into a file, or into WX_DEV_RELAY_TOKEN in .env.local',
      ],
      run: (d) => `wx-dev tunnel 3000 --relay ${d.relay} --relay-token-file token.txt`,
    },
    zh: {
      title: (d) => `中继 ${d.relay} 拒绝了中继令牌`,
      body: (d) => [
        d.sent ? '实际：已发送令牌，但不在中继的令牌之列' : '实际：没有发送令牌',
        '应为：中继所有者发放的令牌',
        d.sent
          ? '常见原因：令牌已撤销或过期，或属于另一个中继'
          : '请写入文件，或写入 .env.local 的 WX_DEV_RELAY_TOKEN',
      ],
      run: (d) => `wx-dev tunnel 3000 --relay ${d.relay} --relay-token-file token.txt`,
    },
  }),
  WXD4004: defineError<{ name: string; relay: string }>({
    meaning: 'the subdomain belongs to another owner',
    en: {
      title: (d) => `The subdomain ${d.name} belongs to somebody else`,
      body: (d) => [
        `seen: ${d.relay} keeps ${d.name} for another owner`,
        'expected: a free name, or the project that first asked for this one',
        'likely: another project or another computer uses the name',
      ],
      run: (d) => `wx-dev tunnel 3000 --subdomain ${d.name}-2`,
    },
    zh: {
      title: (d) => `子域名 ${d.name} 已属于他人`,
      body: (d) => [
        `实际：${d.relay} 把 ${d.name} 保留给了另一个所有者`,
        '应为：未被使用的名字，或最初申请该名字的项目',
        '常见原因：另一个项目或另一台电脑正在使用',
      ],
      run: (d) => `wx-dev tunnel 3000 --subdomain ${d.name}-2`,
    },
  }),
  WXD4005: defineError<{ name: string; reason: Words }>({
    meaning: 'the subdomain is not a name the relay gives out',
    en: {
      title: (d) => `The subdomain ${JSON.stringify(d.name)} cannot be used`,
      body: (d) => [
        `seen: ${say(d.reason, 'en')}`,
        'expected: 1 to 63 of a-z, 0-9 and -, no - at either end, no reserved word',
      ],
      run: () => 'wx-dev tunnel 3000 --subdomain my-app',
    },
    zh: {
      title: (d) => `子域名 ${JSON.stringify(d.name)} 不可用`,
      body: (d) => [
        `实际：${say(d.reason, 'zh')}`,
        '应为：1 至 63 个 a-z、0-9 或 - 字符，首尾不能是 -，且不是保留字',
      ],
      run: () => 'wx-dev tunnel 3000 --subdomain my-app',
    },
  }),
  WXD4006: defineError<{ host: string; domain: string }>({
    meaning: 'no tunnel has this name (404)',
    en: {
      title: (d) => `No tunnel is open for ${d.host}`,
      body: (d) => [
        `seen by the relay: a request for ${d.host}`,
        `expected: <subdomain>.${d.domain}, with a client that opened it`,
        'likely: a misspelt subdomain, or the client was never started',
      ],
      run: () => 'wx-dev tunnel 3000',
    },
    zh: {
      title: (d) => `没有为 ${d.host} 打开的隧道`,
      body: (d) => [
        `中继收到：发往 ${d.host} 的请求`,
        `应为：<子域名>.${d.domain}，且客户端已打开该隧道`,
        '常见原因：子域名拼错，或客户端没有启动',
      ],
      run: () => 'wx-dev tunnel 3000',
    },
  }),
  WXD4007: defineError<{ name: string; reason: string }>({
    meaning: 'the tunnel is known, but its client is away (503)',
    en: {
      title: (d) => `The client of the tunnel ${d.name} is away`,
      body: (d) => [
        `seen by the relay: ${d.reason}`,
        'expected: the wx-dev client, connected to this relay',
        'likely: it was stopped, its computer sleeps, or its network is down',
      ],
      run: () => 'wx-dev tunnel 3000',
    },
    zh: {
      title: (d) => `隧道 ${d.name} 的客户端不在线`,
      body: (d) => [
        `中继看到：${d.reason}`,
        '应为：wx-dev 客户端与本中继保持连接',
        '常见原因：客户端已停止、电脑休眠或网络中断',
      ],
      run: () => 'wx-dev tunnel 3000',
    },
  }),
  WXD4008: defineError<{ target: string; reason: string }>({
    meaning: 'the local server refused or broke the connection (502)',
    en: {
      title: (d) => `The local server ${d.target} did not answer`,
      body: (d) => [
        `seen by the tunnel client: ${d.reason}`,
        'expected: an HTTP server on the computer where the tunnel was opened',
        'likely: the app is not running, or it listens on another port',
      ],
      run: (d) => `curl -i ${d.target}`,
    },
    zh: {
      title: (d) => `本地服务 ${d.target} 没有应答`,
      body: (d) => [
        `隧道客户端看到：${d.reason}`,
        '应为：打开隧道的电脑上有一个 HTTP 服务',
        '常见原因：应用没有运行，或监听了其他端口',
      ],
      run: (d) => `curl -i ${d.target}`,
    },
  }),
  WXD4009: defineError<{ side: 'client' | 'relay'; rule: string }>({
    meaning: 'one side of a tunnel broke the tunnel protocol',
    en: {
      title: (d) => `The ${d.side} broke the tunnel protocol`,
      body: (d) => [
        `rule: ${d.rule}`,
        'the connection is closed; nothing that it still carries can be trusted',
        'likely: the two wx-dev versions differ, or it is another program',
      ],
      run: () => 'wx-dev --version',
    },
    zh: {
      title: (d) => `${d.side === 'client' ? '客户端' : '中继'}违反了隧道协议`,
      body: (d) => [
        `规则：${d.rule}`,
        '连接已关闭，其后的内容均不可信',
        '常见原因：两端 wx-dev 版本不同，或对方是其他程序',
      ],
      run: () => 'wx-dev --version',
    },
  }),
  WXD4010: defineError<{ host: string; via: RelayReach }>({
    meaning: 'a relay without tokens may only be reachable from its own machine',
    en: {
      title: (d) =>
        d.via === 'trust-proxy'
          ? `A relay without tokens may not stand behind the proxy ${d.host}`
          : `A relay without tokens may not be reached as ${d.host}`,
      body: (d) => [
        `seen: ${reaches[d.via].en(d.host)}, and no relay token`,
        `expected: at least one token, or ${reaches[d.via].enElse}`,
        'an open relay is found and used for phishing within hours',
      ],
      run: () => 'wx-dev relay token create',
    },
    zh: {
      title: (d) =>
        d.via === 'trust-proxy'
          ? `没有令牌的中继不能放在代理 ${d.host} 之后`
          : `没有令牌的中继不能以 ${d.host} 对外`,
      body: (d) => [
        `实际：${reaches[d.via].zh(d.host)}，且没有设置中继令牌`,
        `应为：至少一个令牌，或${reaches[d.via].zhElse}`,
        '开放的中继很快就会被扫描到并用于钓鱼',
      ],
      run: () => 'wx-dev relay token create',
    },
  }),
  WXD4011: defineError<{ limit: Words; max: number | undefined }>({
    meaning: 'a limit of the relay or the tunnel is reached',
    en: {
      title: (d) => `Too many ${say(d.limit, 'en')}`,
      body: (d) =>
        d.max === undefined
          ? ['seen: the relay takes no more', 'likely: it is busy for a moment, or too small']
          : [
              `seen: more than ${d.max} ${say(d.limit, 'en')} at once`,
              `expected: ${d.max} at most`,
            ],
      run: () => 'wx-dev relay --help',
    },
    zh: {
      title: (d) => `超出限制：${say(d.limit, 'zh')}`,
      body: (d) =>
        d.max === undefined
          ? ['实际：中继不再接受连接', '常见原因：中继暂时繁忙，或容量太小']
          : [`实际：同时超过 ${d.max}（${say(d.limit, 'zh')}）`, `应为：不超过 ${d.max}`],
      run: () => 'wx-dev relay --help',
    },
  }),
  WXD4012: defineError<{ status: number; problem: string }>({
    meaning: 'the HTTP message is malformed or over a limit (400, 405, 408, 413, 431, 501, 505)',
    en: {
      title: (d) => `Malformed HTTP: ${d.problem}`,
      body: (d) => [
        `seen: ${d.problem}`,
        'expected: HTTP/1.1 as in RFC 9112, without room for two readings',
      ],
      run: () => 'wx-dev send verify',
    },
    zh: {
      title: (d) => `HTTP 报文格式错误：${d.problem}`,
      body: (d) => [`实际：${d.problem}`, '应为：符合 RFC 9112、没有歧义的 HTTP/1.1'],
      run: () => 'wx-dev send verify',
    },
  }),
  WXD4013: defineError<{ target: string; waitedMs: number }>({
    meaning: 'the local server took too long to begin its answer (504)',
    en: {
      title: (d) => `The local server ${d.target} did not answer in time`,
      body: (d) => [
        `seen by the tunnel client: no response after ${d.waitedMs / 1000} s`,
        'expected: at least the status line by then',
        'likely: the app waits for something, or stopped at a breakpoint',
      ],
      run: (d) => `curl -i ${d.target}`,
    },
    zh: {
      title: (d) => `本地服务 ${d.target} 未及时应答`,
      body: (d) => [
        `隧道客户端看到：${d.waitedMs / 1000} 秒内没有响应`,
        '应为：在此之前至少返回状态行',
        '常见原因：应用在等待其他资源，或停在断点上',
      ],
      run: (d) => `curl -i ${d.target}`,
    },
  }),
  WXD4014: defineError<{ relay: string; reason: string }>({
    meaning: 'the certificate of the relay is not trusted',
    en: {
      title: (d) => `The certificate of the relay ${d.relay} is not trusted`,
      body: (d) => [
        `seen: ${d.reason}`,
        'expected: a certificate for that host from a trusted authority',
        'likely: the relay uses a local authority that this computer does not know',
      ],
      run: () => 'wx-dev cert',
    },
    zh: {
      title: (d) => `中继 ${d.relay} 的证书不受信任`,
      body: (d) => [
        `实际：${d.reason}`,
        '应为：受信任机构为该主机签发的证书',
        '常见原因：中继使用了本机不认识的本地 CA',
      ],
      run: () => 'wx-dev cert',
    },
  }),
  WXD4015: defineError<{
    url: string;
    reason: Words;
    /** What is known of the reason, instead of the usual guesses. */
    because?: Readonly<Record<Language, readonly string[]>> | undefined;
  }>({
    meaning: 'the check through the public URL failed',
    en: {
      title: (d) => `The ${isLocal(d.url) ? '' : 'public '}URL ${d.url} does not work`,
      body: (d) => [
        `seen: ${say(d.reason, 'en')}`,
        ...(d.because?.en ?? [
          'expected: the answer of the local server, through the relay',
          'likely: DNS or TLS of the relay’s domain is not set up for subdomains',
        ]),
      ],
      run: (d) => `curl -v ${d.url}`,
    },
    zh: {
      title: (d) => `${isLocal(d.url) ? '' : '公网'}地址 ${d.url} 不可用`,
      body: (d) => [
        `实际：${say(d.reason, 'zh')}`,
        ...(d.because?.zh ?? [
          '应为：经由中继得到本地服务的应答',
          '常见原因：中继域名没有为子域名配置 DNS 或 TLS',
        ]),
      ],
      run: (d) => `curl -v ${d.url}`,
    },
  }),
  WXD4016: defineError<{ relay: string; reason: Words }>({
    meaning: 'the address answers, but it is not a wx-dev relay',
    en: {
      title: (d) => `${d.relay} is not a wx-dev relay`,
      body: (d) => [
        `seen: ${say(d.reason, 'en')}`,
        'expected: a WebSocket upgrade at /_wx-dev/tunnel',
        'likely: the address of another server, http for https, or a proxy without WebSocket',
      ],
      run: (d) => `curl -i ${d.relay}`,
    },
    zh: {
      title: (d) => `${d.relay} 不是 wx-dev 中继`,
      body: (d) => [
        `实际：${say(d.reason, 'zh')}`,
        '应为：/_wx-dev/tunnel 可升级为 WebSocket',
        '常见原因：地址属于其他服务、http 与 https 写反，或代理不支持 WebSocket',
      ],
      run: (d) => `curl -i ${d.relay}`,
    },
  }),
  WXD4017: defineError<{ name: string }>({
    meaning: 'a newer client of the same owner took the name over',
    en: {
      title: (d) => `Another client of yours has taken over ${d.name}`,
      body: (d) => [
        `seen: the relay moved ${d.name} to a client that connected later`,
        'likely: a second wx-dev runs in the same project',
      ],
      run: () => 'wx-dev tunnel 3000 --subdomain another-name',
    },
    zh: {
      title: (d) => `你的另一个客户端接管了 ${d.name}`,
      body: (d) => [
        `实际：中继把 ${d.name} 交给了更晚连接的客户端`,
        '常见原因：同一项目中运行了第二个 wx-dev',
      ],
      run: () => 'wx-dev tunnel 3000 --subdomain another-name',
    },
  }),
};

/** Whether nobody but this machine can use `url`. */
function isLocal(url: string): boolean {
  return URL.canParse(url) && isLoopbackHost(new URL(url).hostname);
}
