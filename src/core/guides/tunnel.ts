import type { BriefGuides } from './brief.ts';

/** 4001 to 4017: between the client of a tunnel and its relay. */
export const tunnelGuides: BriefGuides = {
  WXD4001: {
    title: '连不上中继',
    about: [
      'The client dials the relay of --relay or WX_DEV_RELAY before anything else. No connection came about: the name did not resolve, nobody took the connection, or it was cut off while TLS was set up.',
      '客户端首先连接 --relay 或 WX_DEV_RELAY 指定的中继。连接没有建立：域名无法解析、无人接受连接，或在建立 TLS 时被中断。',
    ],
    see: [
      'run curl -v on the address of the relay: "Could not resolve host" is the name, "Connection refused" the port or a relay that is not running, a timeout a firewall, an answer of any kind means that the way is free',
      '对中继地址执行 curl -v：Could not resolve host 是域名问题，Connection refused 是端口不对或中继没有运行，超时是防火墙；只要有应答，网络就是通的',
    ],
    causes: [
      ['the relay is not running, or was restarted just now', '中继没有运行，或刚刚重启'],
      [
        'a wrong port, or http where the relay speaks https',
        '端口不对，或中继用 https 却写了 http',
      ],
      ['a company network lets nothing out but its proxy', '公司网络只允许经代理访问外网'],
      ['a VPN or the DNS of this network hides the name', 'VPN 或本地 DNS 解析不到该域名'],
    ],
    fix: [
      [
        'on the machine of the relay: start it with wx-dev relay, and open its port in the firewall',
        '在中继所在机器上用 wx-dev relay 启动它，并在防火墙放行端口',
      ],
      [
        'through a proxy: wx-dev tunnel 3000 --proxy http://proxy.example.com:3128',
        '经代理：wx-dev tunnel 3000 --proxy http://proxy.example.com:3128',
      ],
      [
        'to go on without one: wx-dev dev --no-tunnel, and wx-dev send text hi in a second terminal',
        '暂时不用隧道：wx-dev dev --no-tunnel，另开终端执行 wx-dev send text hi',
      ],
    ],
  },
  WXD4002: {
    title: '两端没有共同的隧道协议版本',
    about: [
      'Client and relay agree on a version of the tunnel protocol when they meet; these two have none in common. The error names what each of them speaks. The version of the protocol changes far more seldom than that of wx-dev.',
      '客户端与中继连接时会协商隧道协议版本，而两者没有共同的版本；报错列出了双方支持的版本。协议版本远比 wx-dev 的版本变化少。',
    ],
    see: [
      'run wx-dev --version on this machine and on that of the relay: the lower one is the one to update',
      '在本机和中继所在机器上分别执行 wx-dev --version，较低的一端需要升级',
    ],
    causes: [
      ['the relay runs an older wx-dev', '中继运行的 wx-dev 较旧'],
      [
        'this project holds an older wx-dev than the one in PATH (node_modules/.bin goes first with npx)',
        '项目里的 wx-dev 比 PATH 中的旧（npx 优先使用 node_modules/.bin）',
      ],
      [
        'a program that is not wx-dev answers there, with a subprotocol of its own',
        '那里是别的程序，使用自己的子协议',
      ],
    ],
    fix: [
      ['here: npm install --save-dev wx-dev@latest', '本机：npm install --save-dev wx-dev@latest'],
      [
        'on the relay: npm install --global wx-dev@latest, then restart it; clients dial again by themselves',
        '中继：npm install --global wx-dev@latest 后重启，客户端会自动重连',
      ],
    ],
  },
  WXD4003: {
    title: '中继拒绝了中继令牌',
    about: [
      'A relay that others can reach lets in only clients that show one of its tokens. The error says whether a token was sent at all. It is read from --relay-token-file, WX_DEV_RELAY_TOKEN or .env.local, never from a flag.',
      '能从外部访问的中继只接受持有其令牌的客户端。报错会说明是否发送了令牌。令牌来自 --relay-token-file、WX_DEV_RELAY_TOKEN 或 .env.local，不能写在命令行参数里。',
    ],
    see: [
      'the error says "no token was sent" or "it is none of the relay’s tokens"; on the machine of the relay, wx-dev relay token list shows labels and expiry dates of those that count',
      '报错会说「没有发送令牌」或「不在中继的令牌之列」；在中继所在机器执行 wx-dev relay token list 可查看有效令牌的标签和到期日',
    ],
    causes: [
      ['no token is set in this project', '这个项目没有设置令牌'],
      ['the token was revoked, or has expired', '令牌已吊销或过期'],
      [
        'the token was cut off when it was copied, or a space or line end came along',
        '复制时被截断，或带上了空格、换行',
      ],
      ['it is the token of another relay', '这是另一个中继的令牌'],
    ],
    fix: [
      [
        'who runs the relay makes one: wx-dev relay token create --label alice',
        '由中继的维护者新建：wx-dev relay token create --label alice',
      ],
      [
        'put it into .env.local as WX_DEV_RELAY_TOKEN=…, or into a file for --relay-token-file',
        '写入 .env.local：WX_DEV_RELAY_TOKEN=…，或写入文件并用 --relay-token-file 指定',
      ],
    ],
  },
  WXD4004: {
    title: '子域名属于别人',
    about: [
      'On a relay a name belongs to who asked for it first, also while that client is away. The proof of ownership lies in .wx-dev/ of the project that took it.',
      '在中继上，子域名归最先申请它的人，对方离线时也一样。所有权凭据保存在申请它的项目的 .wx-dev/ 目录中。',
    ],
    see: [
      'open the public URL of that name in a browser: an app, or "its client is away", means that somebody has it; ls .wx-dev shows whether this project still holds its proof',
      '用浏览器打开该名字的公网地址：看到应用或「客户端不在线」说明已被占用；用 ls .wx-dev 查看本项目的凭据是否还在',
    ],
    causes: [
      ['a colleague or another project uses the name', '同事或另一个项目在用这个名字'],
      [
        'it was yours, and .wx-dev/ was deleted, or the project was cloned again: the proof is not in git',
        '原本属于你，但 .wx-dev/ 被删除或重新克隆了项目（凭据不进 git）',
      ],
      ['you asked for it from another computer', '你曾在另一台电脑上申请过它'],
    ],
    fix: [
      [
        'take another name: wx-dev tunnel 3000 --subdomain my-app-2',
        '换一个名字：wx-dev tunnel 3000 --subdomain my-app-2',
      ],
      [
        'to move a name to another computer, copy .wx-dev/ of the old project there',
        '要把名字移到另一台电脑，请复制旧项目的 .wx-dev/ 目录',
      ],
    ],
  },
  WXD4005: {
    title: '中继不提供这样的子域名',
    about: [
      'The name becomes the first part of a host name: 1 to 63 lower-case letters, digits and hyphens, no hyphen at either end. Some names are kept for the relay itself, and names that imitate another one with look-alike letters are refused.',
      '子域名是主机名的第一段：1 至 63 个小写字母、数字或连字符，首尾不能是连字符。部分名字由中继保留，用形近字符冒充他人的名字也会被拒绝。',
    ],
    see: [
      'the first line of the error says which rule the name breaks; --subdomain and WX_DEV_SUBDOMAIN are where it comes from',
      '报错第一行说明违反了哪条规则；名字来自 --subdomain 或 WX_DEV_SUBDOMAIN',
    ],
    causes: [
      [
        'a dot, capitals, an underscore or Chinese characters in the name',
        '名字里有点、大写字母、下划线或中文',
      ],
      [
        'the whole host name was given; only its first part is wanted',
        '写成了完整主机名，只需要第一段',
      ],
      ['the name is reserved, such as www, api or admin', '名字被保留，例如 www、api、admin'],
    ],
    fix: [
      [
        'choose another: wx-dev tunnel 3000 --subdomain my-app',
        '换一个：wx-dev tunnel 3000 --subdomain my-app',
      ],
      [
        'leave --subdomain out: the relay gives a name, and the project keeps it',
        '去掉 --subdomain：中继会分配一个名字，项目会一直沿用',
      ],
    ],
  },
  WXD4006: {
    title: '没有这个名字的隧道（404）',
    about: [
      'A request reached the relay for a host name that no client has opened, now or lately. The relay answers 404 itself; no app has seen the request.',
      '请求到达了中继，但没有客户端打开过这个主机名。404 由中继返回，应用没有收到请求。',
    ],
    see: [
      'compare the host name of the error with the URL that wx-dev tunnel or wx-dev dev printed; curl -i on that URL shows the same answer',
      '把报错里的主机名与 wx-dev tunnel 或 wx-dev dev 打印的地址对比；用 curl -i 访问可看到同样的应答',
    ],
    causes: [
      [
        'a typing error in the URL, or in the form of the WeChat console',
        'URL 或微信后台表单里拼写有误',
      ],
      [
        'the tunnel got another name than last time, and the old URL is still in the console',
        '隧道换了名字，而微信后台里还是旧地址',
      ],
      [
        'the tunnel was never opened on this relay, or its name was given up',
        '这个中继上从未打开过该隧道，或名字已释放',
      ],
    ],
    fix: [
      [
        'open it under the name that the console knows: wx-dev tunnel 3000 --subdomain my-app',
        '用后台填写的名字打开：wx-dev tunnel 3000 --subdomain my-app',
      ],
      [
        'or copy the URL that is printed now into 消息与事件推送, and press 提交',
        '或把现在打印的地址填入「消息与事件推送」并点「提交」',
      ],
    ],
  },
  WXD4007: {
    title: '隧道存在，但客户端不在线（503）',
    about: [
      'The name is taken, but its client has no connection at the moment. The relay waits a little for it to come back and then answers 503; to WeChat that is a failed attempt, and it tries again.',
      '名字有归属，但客户端当前没有连接。中继会稍等片刻，之后返回 503；对微信来说这是一次失败的投递，它会重试。',
    ],
    see: [
      'look at the terminal where the tunnel was opened: "reconnecting" means the network, a prompt means that it has ended, and a dark screen that the computer sleeps',
      '看打开隧道的终端：显示「重连」是网络问题，回到提示符说明已退出，黑屏说明电脑在休眠',
    ],
    causes: [
      ['wx-dev was ended, or its terminal was closed', 'wx-dev 已退出，或终端被关闭'],
      ['the laptop sleeps or has no network', '电脑休眠或断网'],
      [
        'the relay was restarted a moment ago, and the client has not dialled again yet',
        '中继刚重启，客户端还没有重连',
      ],
    ],
    fix: [
      [
        'start it again in the same folder: the name stays the same',
        '在同一目录重新启动，名字不变',
      ],
      [
        'so that nothing is lost while the computer is away: wx-dev tunnel 3000 --spool, where the relay offers it',
        '离线时也不丢消息：在支持的中继上使用 wx-dev tunnel 3000 --spool',
      ],
    ],
  },
  WXD4008: {
    title: '本地服务拒绝或中断了连接（502）',
    about: [
      'The request came all the way to the computer with the tunnel, and there the app did not take the connection, or broke it before the answer was complete. WeChat gets 502 and tries again.',
      '请求已到达打开隧道的电脑，但应用没有接受连接，或在应答完成前断开。微信得到 502 并会重试。',
    ],
    see: [
      'run curl -i on the target of the error on that computer: "Connection refused" means that nothing listens there, "Empty reply" that the app broke off',
      '在该电脑上对报错里的目标执行 curl -i：Connection refused 说明没有程序监听，Empty reply 说明应用中断了连接',
    ],
    causes: [
      ['the app is not running, or it crashed at start', '应用没有运行，或启动时崩溃'],
      ['it listens on another port than the tunnel forwards to', '应用监听的端口与隧道转发的不同'],
      [
        'it listens on ::1 only, or inside a container whose port is not published',
        '只监听了 ::1，或在容器里而端口没有发布',
      ],
      ['it speaks https, and the target is given as http', '应用使用 https，而目标写成了 http'],
      ['it restarts after each change of a file', '应用在文件改动后正在重启'],
    ],
    fix: [
      [
        'start the app and open the tunnel to its port: wx-dev tunnel 3000',
        '启动应用，并把隧道指向它的端口：wx-dev tunnel 3000',
      ],
      [
        'for an app with TLS: wx-dev tunnel https://127.0.0.1:8443 --local-ca ca.pem',
        '应用使用 TLS 时：wx-dev tunnel https://127.0.0.1:8443 --local-ca ca.pem',
      ],
      [
        'let wx-dev start it and wait for it: wx-dev dev -f 3000 -- npm start',
        '让 wx-dev 启动并等待它：wx-dev dev -f 3000 -- npm start',
      ],
    ],
  },
  WXD4009: {
    title: '隧道的一端违反了协议',
    about: [
      'A frame came that the protocol does not allow; the error quotes the rule. Since nothing after it can be trusted, the connection is closed, and the client dials anew. docs/protocol.md holds the rules.',
      '收到了协议不允许的帧，报错写明违反的规则。其后的内容都不可信，因此连接被关闭，客户端会重新连接。规则见 docs/protocol.md。',
    ],
    see: [
      'run wx-dev --version on both sides; then try once from a network without a proxy: if it works there, the proxy alters the frames',
      '两边都执行 wx-dev --version；再从没有代理的网络试一次，若正常则是代理改动了数据',
    ],
    causes: [
      ['the two sides are of different releases', '两端版本不同'],
      [
        'a proxy or a security gateway on the way alters WebSocket messages',
        '中间的代理或安全网关改动了 WebSocket 消息',
      ],
      ['another program stands at one end', '其中一端是别的程序'],
      ['a bug of wx-dev, if both are of one release', '如果两端版本相同，则是 wx-dev 的缺陷'],
    ],
    fix: [
      [
        'use one release on both sides: npm install --save-dev wx-dev@latest',
        '两端使用同一版本：npm install --save-dev wx-dev@latest',
      ],
      [
        'use https to the relay, so that nothing on the way can read or alter it',
        '用 https 连接中继，使中间设备无法读取或改动',
      ],
    ],
  },
  WXD4010: {
    title: '没有令牌的中继只能在本机访问',
    about: [
      'Without tokens anybody who finds the relay could publish under your domain, and within hours somebody does, for phishing. So it does not start on an address that others can reach.',
      '没有令牌的中继会让任何人在你的域名上发布内容，通常数小时内就会被用于钓鱼。因此它不会在外部可访问的地址上启动。',
    ],
    see: [
      'the error names the address it was to listen on; wx-dev relay token list shows whether any token is there',
      '报错写明要监听的地址；wx-dev relay token list 可查看是否已有令牌',
    ],
    causes: [
      [
        '--host 0.0.0.0 or another public address, and no token was made yet',
        '使用了 --host 0.0.0.0 或其他公网地址，但还没有创建令牌',
      ],
      [
        '--trust-proxy, --public-url or --domain: a proxy in front lets others in',
        '设置了 --trust-proxy、--public-url 或 --domain：前置代理会让其他人进来',
      ],
      [
        'the file of --relay-token-file is empty, or of another machine or user',
        '--relay-token-file 的文件为空，或属于其他机器、其他用户',
      ],
    ],
    fix: [
      [
        'make a token: wx-dev relay token create --label alice, then start the relay again',
        '创建令牌：wx-dev relay token create --label alice，然后重新启动中继',
      ],
      [
        'to try it out on this machine: wx-dev relay --host 127.0.0.1, without these options',
        '只在本机试用：wx-dev relay --host 127.0.0.1，且不用这些选项',
      ],
    ],
  },
  WXD4011: {
    title: '达到中继或隧道的上限',
    about: [
      'Tunnels, connections and bytes in memory are bounded, so that one user cannot take everything. The error names which bound was reached and how high it is.',
      '隧道数、连接数和占用的内存都有上限，以免被一人占满。报错写明达到的是哪个上限、数值是多少。',
    ],
    see: [
      'the title names the limit; on the machine of the relay, the log shows who holds how much, and wx-dev relay --help lists the limits with their defaults',
      '标题写明是哪个上限；中继的日志显示各方占用情况，wx-dev relay --help 列出各项上限及默认值',
    ],
    causes: [
      ['many requests at once, such as a load test', '同时的请求很多，例如压力测试'],
      ['visitors that open connections and never read the answer', '访客打开连接却不读取应答'],
      ['an app so slow that requests pile up', '应用太慢，请求堆积'],
    ],
    fix: [
      [
        'wait a moment and try again, or send less at once: wx-dev send text hi --times 100 --concurrency 8',
        '稍后再试，或减少并发：wx-dev send text hi --times 100 --concurrency 8',
      ],
      [
        'on a relay of your own, raise it: wx-dev relay --connections-per-name 1024 --memory 512MB',
        '在自己的中继上调高：wx-dev relay --connections-per-name 1024 --memory 512MB',
      ],
    ],
  },
  WXD4012: {
    title: 'HTTP 消息格式错误或超限',
    about: [
      'The relay takes only HTTP/1.1 that has one possible reading (RFC 9112). Where relay and app could read a request differently, an attacker could hide a second one in it; so such a request is refused before it reaches the app.',
      '中继只接受没有歧义的 HTTP/1.1（RFC 9112）。如果中继与应用对同一请求的理解不同，攻击者就能在其中藏入第二个请求；因此这类请求在到达应用前就被拒绝。',
    ],
    see: [
      'send the request again with curl -v and look at what goes out; wx-dev send verify goes the same way with a request that is surely sound',
      '用 curl -v 重发请求并查看发出的内容；wx-dev send verify 会发送一个肯定合法的请求作对照',
    ],
    causes: [
      [
        'two Content-Length fields, or Content-Length together with Transfer-Encoding',
        '有两个 Content-Length，或同时有 Content-Length 与 Transfer-Encoding',
      ],
      [
        'raw Chinese characters or spaces in the path, which belong percent-encoded',
        '路径里有未编码的中文或空格',
      ],
      ['a head of more than 16 KB, most often cookies', '头部超过 16 KB，通常是 Cookie'],
      [
        'https spoken to a port of http, or a port scanner',
        '把 https 发到了 http 端口，或是端口扫描',
      ],
    ],
    fix: [
      [
        'use an ordinary HTTP client, and encode the URL; a scanner can be ignored',
        '使用普通的 HTTP 客户端并对 URL 编码；扫描器可以忽略',
      ],
      [
        'check that the way works for WeChat: wx-dev send verify',
        '确认微信的请求能通过：wx-dev send verify',
      ],
    ],
  },
  WXD4013: {
    title: '本地服务迟迟没有开始应答（504）',
    about: [
      'The app took the connection and the request, and then not even the status line came back in the time that the error names. WeChat itself has given up long before: it waits 5 s.',
      '应用接受了连接和请求，但在报错给出的时间内连状态行都没有返回。微信只等 5 秒，早已放弃。',
    ],
    see: [
      'run curl -i on the target of the error: if it hangs too, it is the app; if it answers at once, look in the app’s log for what was different in the request',
      '对报错里的目标执行 curl -i：同样卡住说明是应用的问题；立即应答则查看应用日志，找出该请求的不同之处',
    ],
    causes: [
      ['the app waits for a database, an LLM or another API', '应用在等待数据库、大模型或其他接口'],
      ['it stands at a breakpoint', '停在断点上'],
      [
        'the handler never ends the response: res.end or return is missing on one branch',
        '处理函数没有结束响应：某个分支漏了 res.end 或 return',
      ],
      ['a dead lock, or a loop that blocks the event loop', '死锁，或循环阻塞了事件循环'],
    ],
    fix: [
      [
        'answer success at once and do the work afterwards, or let wx-dev do so: wx-dev dev --late-reply customer',
        '先回 success 再处理，或由 wx-dev 代劳：wx-dev dev --late-reply customer',
      ],
      [
        'measure it without the tunnel: wx-dev send text hi -f 3000',
        '不经隧道测量：wx-dev send text hi -f 3000',
      ],
    ],
  },
  WXD4014: {
    title: '中继的证书不受信任',
    about: [
      'Everything WeChat sends goes through the relay, so the client talks only to one whose certificate it can check: signed by a known authority, for that host name, in date.',
      '微信发来的所有内容都经过中继，所以客户端只连接证书可以校验的中继：由已知机构签发、主机名一致、在有效期内。',
    ],
    see: [
      'run wx-dev cert verify relay.example.com:443 with your relay’s host: it says whether name, date or chain is wrong',
      '执行 wx-dev cert verify relay.example.com:443（换成你的中继），它会指出是名称、日期还是证书链的问题',
    ],
    causes: [
      [
        'the relay was started with --tls local, and its authority is not known here',
        '中继以 --tls local 启动，而本机不认识它的 CA',
      ],
      [
        'the certificate has expired, or the clock of this computer is wrong',
        '证书过期，或本机时钟不准',
      ],
      [
        'it is for another name, for example without the wildcard',
        '证书上的名称不同，例如没有通配符',
      ],
      ['the relay sends its certificate without the intermediate one', '中继没有发送中间证书'],
      ['a company proxy opens TLS and signs anew', '公司代理解开了 TLS 并重新签名'],
    ],
    fix: [
      [
        'give the relay a public certificate with its chain: wx-dev relay --tls files --tls-cert fullchain.pem --tls-key key.pem',
        '给中继换上公共证书（含证书链）：wx-dev relay --tls files --tls-cert fullchain.pem --tls-key key.pem',
      ],
      [
        'or let Node trust its authority: NODE_EXTRA_CA_CERTS=ca.pem wx-dev tunnel 3000',
        '或让 Node 信任它的 CA：NODE_EXTRA_CA_CERTS=ca.pem wx-dev tunnel 3000',
      ],
    ],
  },
  WXD4015: {
    title: '经由公网地址的自检失败',
    about: [
      'Before wx-dev says "ready" it calls its own public URL, as the console does on 提交, and compares the answer. Here the answer was missing, or another one. Until this works, WeChat will fail too.',
      '在显示就绪之前，wx-dev 会像后台点「提交」那样访问自己的公网地址并核对应答。这次没有应答，或应答不对。在它成功之前，微信也会失败。',
    ],
    see: [
      'run curl -v on the URL of the error: no address is DNS, a TLS error the certificate, an answer of somebody else what stands in front of the relay; wx-dev send verify -f <url> judges the answer as WeChat does',
      '对报错里的地址执行 curl -v：无法解析是 DNS，TLS 报错是证书，别人的应答说明中继前面还有东西；wx-dev send verify -f <url> 会像微信那样评判',
    ],
    causes: [
      [
        'DNS has no record for *.domain, or it has not spread yet',
        'DNS 没有 *.域名 的记录，或尚未生效',
      ],
      ['the certificate covers the domain but not its subdomains', '证书只覆盖主域名，不含子域名'],
      [
        'the app answers wrongly: no echostr, a redirect, a login page',
        '应用应答有误：没有返回 echostr、跳转或登录页',
      ],
      [
        'a firewall, an ICP filing that is missing (未备案), or a port other than 80 and 443',
        '防火墙、域名未备案，或端口不是 80、443',
      ],
      [
        'this network cannot reach its own public address (hairpin NAT)',
        '本网络无法访问自己的公网地址（NAT 回流）',
      ],
    ],
    fix: [
      [
        'mend what the reason in the error names, then run wx-dev send verify -f https://my-app.relay.example.com/wx',
        '按报错给出的原因修复，再执行 wx-dev send verify -f https://my-app.relay.example.com/wx',
      ],
      [
        'who runs the relay: wildcard record and wildcard certificate, as docs/relay.md shows',
        '中继维护者：配置泛域名解析和通配符证书，见 docs/relay.md',
      ],
    ],
  },
  WXD4016: {
    title: '地址有应答，但不是 wx-dev 中继',
    about: [
      'Something answered, but not with the WebSocket upgrade that a relay gives at /_wx-dev/tunnel. The reason in the error says what came instead.',
      '有程序应答，但没有像中继那样在 /_wx-dev/tunnel 升级为 WebSocket。报错写明收到了什么。',
    ],
    see: [
      'run curl -i on the address: the Server field and the body say who answers; 404 or 426 of nginx means that it does not pass Upgrade on',
      '对该地址执行 curl -i：Server 字段和内容说明应答者是谁；nginx 返回 404 或 426 说明没有转发 Upgrade',
    ],
    causes: [
      [
        'another host or port: the site of the domain, not its relay',
        '主机或端口不对：那是域名的网站，不是中继',
      ],
      [
        'nginx or another proxy in front passes no Upgrade on (proxy_http_version 1.1 and two headers)',
        '前面的 nginx 等代理没有转发 Upgrade（需要 proxy_http_version 1.1 和两个头）',
      ],
      [
        'http was written where the relay speaks https, or the other way round',
        'http 与 https 写反',
      ],
      ['a CDN in front that has WebSocket switched off', '前面的 CDN 没有开启 WebSocket'],
    ],
    fix: [
      [
        'compare --relay or WX_DEV_RELAY with what the relay printed as it started',
        '把 --relay 或 WX_DEV_RELAY 与中继启动时打印的地址核对',
      ],
      [
        'nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"',
        'nginx：proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"',
      ],
    ],
  },
  WXD4017: {
    title: '同一所有者的新客户端接管了名字',
    about: [
      'Two clients of one project asked for the same name. The newer one counts, so that a restart never waits for a connection that is long dead; the older one ends with this error.',
      '同一项目的两个客户端申请了同一个名字。以较新的为准，这样重启时不必等待早已断开的旧连接；较旧的一个以此报错退出。',
    ],
    see: [
      'run ps aux and look for a second wx-dev, also in other terminals, in the editor and in tmux; its log says "reconnected" or "ready" at that time',
      '用 ps aux 查找第二个 wx-dev，包括其他终端、编辑器和 tmux；它的日志在此刻显示「就绪」或「已恢复」',
    ],
    causes: [
      ['wx-dev runs twice in this project', '这个项目里运行了两个 wx-dev'],
      [
        'a copy of the project, with its .wx-dev/, runs on another computer',
        '另一台电脑上运行着项目的副本（连同 .wx-dev/）',
      ],
      ['a service or an editor task starts it once more', '系统服务或编辑器任务又启动了一个'],
    ],
    fix: [
      ['end one of the two', '结束其中一个'],
      [
        'give the second a name of its own: wx-dev tunnel 3000 --subdomain my-app-2',
        '给第二个单独的名字：wx-dev tunnel 3000 --subdomain my-app-2',
      ],
    ],
  },
};
