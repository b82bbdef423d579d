import type { BriefGuides } from './brief.ts';

/** 403x to 406x: the way to the relay, what the relay answers by itself, and the client end. */
export const relayGuides: BriefGuides = {
  WXD4030: {
    title: '去往中继的代理拒绝了连接，或无法连接',
    about: [
      'A proxy is set for this machine, so the connection to the relay was asked of it with CONNECT. It refused, wanted a login, or was not there. The error says which, and which proxy it is.',
      '本机设置了代理，因此用 CONNECT 请它连接中继。代理拒绝、要求登录，或无法连接；报错写明是哪种情况、是哪个代理。',
    ],
    see: [
      'run env | grep -i proxy to see where it comes from, then curl -v -x <proxy> https://example.com: 407 asks for a login, 403 is a rule of the proxy, "Connection refused" a wrong address',
      '用 env | grep -i proxy 查看来源，再执行 curl -v -x <代理> https://example.com：407 是要求登录，403 是代理的规则，Connection refused 是地址不对',
    ],
    causes: [
      ['the proxy asks for a user name and password', '代理要求用户名和密码'],
      [
        'it allows CONNECT to port 443 only, and the relay has another one',
        '代理只允许 CONNECT 到 443 端口，而中继用了别的端口',
      ],
      [
        'a variable points to a proxy that is not running, often a closed VPN client',
        '变量指向没有运行的代理，常见于已退出的 VPN 客户端',
      ],
      ['the relay is in this network, where no proxy is needed', '中继就在本网络内，不需要代理'],
    ],
    fix: [
      [
        'with a login: WX_DEV_PROXY=http://user:password@proxy.example.com:3128 in .env.local',
        '需要登录：在 .env.local 写 WX_DEV_PROXY=http://用户:密码@proxy.example.com:3128',
      ],
      [
        'past the proxy: wx-dev tunnel 3000 --proxy none',
        '不经代理：wx-dev tunnel 3000 --proxy none',
      ],
      [
        'for one host only: add it to NO_PROXY, as in NO_PROXY=relay.example.com',
        '只排除中继：加入 NO_PROXY，例如 NO_PROXY=relay.example.com',
      ],
    ],
  },
  WXD4031: {
    title: '中继令牌不能用于这个名称',
    about: [
      'The owner of a relay can bind a token to certain names; this one was used for another name, or for none although several are allowed. The error lists those it is for.',
      '中继的所有者可以让令牌只用于指定的名称；这次请求了别的名称，或没有指明使用哪一个。报错列出了可用的名称。',
    ],
    see: [
      'the line "expected" of the error; on the machine of the relay, wx-dev relay token list shows the names of each token',
      '看报错的「应为」一行；在中继所在机器执行 wx-dev relay token list 可查看每个令牌的名称',
    ],
    causes: [
      [
        '--subdomain or WX_DEV_SUBDOMAIN asks for another name',
        '--subdomain 或 WX_DEV_SUBDOMAIN 要求了别的名称',
      ],
      ['the project kept a name of the time before this token', '项目沿用着换令牌之前的名字'],
      ['the token was made for somebody else', '这个令牌是发给别人的'],
    ],
    fix: [
      [
        'ask for one of the names: wx-dev tunnel 3000 --subdomain alice-shop',
        '使用列出的名称：wx-dev tunnel 3000 --subdomain alice-shop',
      ],
      [
        'who runs the relay can allow more: wx-dev relay token create --names "shop,alice-*"',
        '中继维护者可放宽：wx-dev relay token create --names "shop,alice-*"',
      ],
    ],
  },
  WXD4040: {
    title: '中继无法保护公网地址',
    about: [
      'User names, passwords and addresses are checked by the relay, before a request reaches this computer, so the relay has to know how. This one does not, and rather than publish the app without protection the client opened no tunnel.',
      '用户名、密码和来源地址由中继检查，请求不会先到达本机，因此中继须支持该功能。这个中继不支持；为避免应用毫无保护地公开，客户端没有打开隧道。',
    ],
    see: [
      'run wx-dev --version here and on the machine of the relay: the relay is the older one',
      '在本机和中继所在机器执行 wx-dev --version：中继较旧',
    ],
    causes: [
      ['the relay runs an older wx-dev', '中继运行的 wx-dev 版本较旧'],
      ['the relay was updated on disk but not restarted', '中继已更新但没有重启'],
    ],
    fix: [
      [
        'on the relay: npm install --global wx-dev@latest, then restart it',
        '中继：npm install --global wx-dev@latest 后重启',
      ],
      [
        'or leave --basic-auth-file and --allow-ip out and check logins in the app',
        '或去掉 --basic-auth-file 和 --allow-ip，由应用自行校验',
      ],
    ],
  },
  WXD4041: {
    title: '请求的主机名与 TLS 连接不一致（421）',
    about: [
      'A connection that was encrypted for one name carries requests for that name only (RFC 9110 §15.5.20). Otherwise a visitor of one tunnel could speak to another one past its certificate.',
      '为某个主机名建立的加密连接只能携带该主机名的请求（RFC 9110 §15.5.20），否则一个隧道的访客可以绕过证书访问另一个隧道。',
    ],
    see: [
      'the error shows both names; run curl -v on the https URL without a Host header of your own and compare',
      '报错列出了两个名称；不加自定义 Host，用 curl -v 访问 https 地址作对比',
    ],
    causes: [
      [
        'a proxy in front of the relay opens TLS under a name of its own',
        '中继前的代理以自己的名称建立 TLS',
      ],
      ['a Host header set by hand, as with curl -H', '手工设置了 Host，例如 curl -H'],
      [
        'a client that reuses one connection for all hosts of a wildcard certificate',
        '客户端对通配符证书下的多个主机复用同一连接',
      ],
    ],
    fix: [
      [
        'name the proxy to the relay: wx-dev relay --trust-proxy 10.0.0.2',
        '把代理地址告诉中继：wx-dev relay --trust-proxy 10.0.0.2',
      ],
      [
        'for tests use curl --resolve my-app.example.com:443:203.0.113.7 in place of -H Host',
        '测试时用 curl --resolve my-app.example.com:443:203.0.113.7 代替 -H Host',
      ],
    ],
  },
  WXD4042: {
    title: '超出中继的频率或连接数限制（429）',
    about: [
      'A relay bounds requests and connections for each address and for each tunnel, so that one user cannot starve the others. The error says which bound was reached, whose it is, and after how many seconds to ask again.',
      '中继按来源地址和隧道限制请求频率与连接数，以免互相影响。报错写明是哪个限制、针对谁、多少秒后可重试。',
    ],
    see: [
      'the title says "from one address" or "for one tunnel"; curl -i shows Retry-After, and the log of the relay who sent how much',
      '标题写明是按地址还是按隧道；curl -i 可看到 Retry-After，中继日志显示来源',
    ],
    causes: [
      ['a client that tries again and again without a pause', '客户端不停重试'],
      [
        'a proxy in front of the relay whose visitors all count as one address',
        '中继前有代理，所有访客被算作同一个地址',
      ],
      ['a load test, or a page with very many files', '压力测试，或页面包含大量文件'],
      ['a limit that is too low for what the tunnel is for', '限制对该隧道的用途来说过低'],
    ],
    fix: [
      ['wait as long as Retry-After says', '按 Retry-After 等待'],
      [
        'behind a proxy: wx-dev relay --trust-proxy 10.0.0.2, so that visitors count one by one',
        '有前置代理时：wx-dev relay --trust-proxy 10.0.0.2，按真实访客计算',
      ],
      [
        'on your own relay: wx-dev relay --rate-per-ip 1000 --rate-per-name 5000, or for one user wx-dev relay token create --rate 5000',
        '在自己的中继上：wx-dev relay --rate-per-ip 1000 --rate-per-name 5000，或只对某个用户 wx-dev relay token create --rate 5000',
      ],
    ],
  },
  WXD4043: {
    title: '经隧道返回的应答不可用（502）',
    about: [
      'The request went through the tunnel, and what came back broke off before the end of its head, or was no HTTP response. The visitor gets 502.',
      '请求已送入隧道，但返回的内容在响应头结束前中断，或不是 HTTP 响应。访客得到 502。',
    ],
    see: [
      'look at what the terminal of the tunnel printed at that time: an error of the local server there means the app; nothing at all means that the client ended',
      '看隧道终端此刻的输出：有本地服务的报错说明是应用的问题；什么都没有说明客户端已退出',
    ],
    causes: [
      [
        'the local server crashed or was restarted in the middle of the answer',
        '本地服务在应答中途崩溃或重启',
      ],
      [
        'the client of the tunnel was ended while the request was under way',
        '请求处理中隧道客户端被结束',
      ],
      [
        'the target is no HTTP server: a database, SSH, or https taken for http',
        '目标不是 HTTP 服务：数据库、SSH，或把 https 当成了 http',
      ],
    ],
    fix: [
      [
        'try the target by itself: curl -i http://127.0.0.1:3000/',
        '单独测试目标：curl -i http://127.0.0.1:3000/',
      ],
      [
        'open the tunnel to the right one: wx-dev tunnel 3000, or wx-dev tunnel https://127.0.0.1:8443',
        '把隧道指向正确的目标：wx-dev tunnel 3000，或 wx-dev tunnel https://127.0.0.1:8443',
      ],
    ],
  },
  WXD4044: {
    title: '公网地址需要用户名和密码（401）',
    about: [
      'Whoever opened the tunnel protects it with --basic-auth-file; the relay asks each visitor for one of its lines, before the app sees anything. Paths of --open-path are free.',
      '打开隧道的人用 --basic-auth-file 做了保护；在应用收到请求之前，中继会要求访客提供其中一行的用户名和密码。--open-path 列出的路径不受限。',
    ],
    see: [
      'the error says whether a login was sent; if the log of the relay shows User-Agent Mozilla/4.0 and POST, it was WeChat, which cannot log in',
      '报错写明是否发送了密码；若中继日志里是 POST 且 User-Agent 为 Mozilla/4.0，那是微信，它无法登录',
    ],
    causes: [
      [
        'the callback path is not among --open-path: WeChat sends no password',
        '回调路径没有列入 --open-path：微信不会发送密码',
      ],
      ['no login was sent, or a wrong one', '没有发送密码，或密码错误'],
      ['the file was changed after the tunnel was opened', '打开隧道后修改了密码文件'],
    ],
    fix: [
      [
        'keep the callback open: wx-dev tunnel 3000 --basic-auth-file users.txt --open-path /wx',
        '放行回调：wx-dev tunnel 3000 --basic-auth-file users.txt --open-path /wx',
      ],
      [
        'as a visitor: curl -u alice https://my-app.relay.example.com/ asks for the password',
        '作为访客：curl -u alice https://my-app.relay.example.com/ 会询问密码',
      ],
    ],
  },
  WXD4045: {
    title: '该地址不允许访问（403）',
    about: [
      'Whoever opened the tunnel allows certain addresses only, with --allow-ip. The error shows the address that the relay saw, which is the one that counts.',
      '打开隧道的人用 --allow-ip 只允许部分地址访问。报错显示中继看到的地址，以它为准。',
    ],
    see: [
      'compare the address of the error with that of curl https://ifconfig.me: if they differ, a proxy stands in front of the relay',
      '把报错中的地址与 curl https://ifconfig.me 的结果对比：不同说明中继前有代理',
    ],
    causes: [
      [
        'WeChat called, from addresses that change, and its path is not in --open-path',
        '来访者是微信，其地址会变化，而回调路径没有列入 --open-path',
      ],
      ['you are in another network than usual, or use IPv6', '换了网络，或使用了 IPv6'],
      [
        'a proxy stands in front of the relay, and its address counts',
        '中继前有代理，按代理的地址计算',
      ],
    ],
    fix: [
      [
        'let WeChat in and yourself: wx-dev tunnel 3000 --allow-ip 203.0.113.7 --open-path /wx',
        '放行微信和自己：wx-dev tunnel 3000 --allow-ip 203.0.113.7 --open-path /wx',
      ],
      [
        'behind a proxy: wx-dev relay --trust-proxy 10.0.0.2',
        '有前置代理时：wx-dev relay --trust-proxy 10.0.0.2',
      ],
    ],
  },
  WXD4046: {
    title: '该地址的无效令牌过多',
    about: [
      'After some refused tokens a relay lets their address wait, longer each time, so that nobody finds a token by trying. A valid token from the same address has to wait too.',
      '多次使用无效令牌后，中继会让该地址等待，且时间递增，以防猜测令牌。同一地址的有效令牌也需要等待。',
    ],
    see: [
      'the error says how many seconds are left; ps aux | grep wx-dev shows clients that still dial with the old token',
      '报错写明还需等待多少秒；用 ps aux | grep wx-dev 查找仍在用旧令牌连接的客户端',
    ],
    causes: [
      [
        'a service or a script dials again and again with a token that was revoked',
        '服务或脚本用已吊销的令牌反复连接',
      ],
      ['somebody else behind the same public address does', '同一公网地址后面的其他人在这样做'],
      ['the token was copied wrongly, and tried several times', '令牌复制有误，并尝试了多次'],
    ],
    fix: [
      ['end whatever dials with the old token', '结束使用旧令牌的程序'],
      [
        'get a valid one (wx-dev relay token create), set WX_DEV_RELAY_TOKEN, and wait as long as the error says',
        '获取有效令牌（wx-dev relay token create），设置 WX_DEV_RELAY_TOKEN，并按提示等待',
      ],
    ],
  },
  WXD4047: {
    title: '隧道客户端未及时应答（504）',
    about: [
      'The request went to the client of the tunnel, and not even the status line came back in the time that the error names. The connection itself stood.',
      '请求已送到隧道客户端，但在报错给出的时间内连状态行都没有返回，而隧道连接仍在。',
    ],
    see: [
      'run curl -i on the app on the computer of the client: if it hangs as well, it is the app; if not, look whether that computer is under load or was suspended',
      '在客户端所在电脑上用 curl -i 访问应用：同样卡住说明是应用；否则看那台电脑是否过载或被挂起',
    ],
    causes: [
      ['the app waits for something, or stands at a breakpoint', '应用在等待，或停在断点'],
      [
        'the computer of the client was suspended or is out of memory',
        '客户端所在电脑休眠或内存耗尽',
      ],
      ['the client was stopped with Ctrl-Z', '客户端被 Ctrl-Z 暂停'],
    ],
    fix: [
      [
        'measure the app without the tunnel: wx-dev send text hi -f 3000',
        '不经隧道测量应用：wx-dev send text hi -f 3000',
      ],
      [
        'let a slow app answer in time: wx-dev dev --late-reply customer',
        '让慢应用也能按时应答：wx-dev dev --late-reply customer',
      ],
      ['resume a stopped client with fg, or start it again', '用 fg 恢复暂停的客户端，或重新启动'],
    ],
  },
  WXD4048: {
    title: '请求体过大（413）',
    about: [
      'The owner of the relay bounds request bodies with --max-body. WeChat’s own pushes are a few KB, so this is an upload.',
      '中继的所有者用 --max-body 限制了请求体。微信推送只有几 KB，因此这是上传。',
    ],
    see: [
      'the error names the limit; curl -v with the same file shows Content-Length',
      '报错写明上限；用 curl -v 上传同一文件可看到 Content-Length',
    ],
    causes: [
      ['a photo or video goes to the app through the tunnel', '图片或视频经隧道上传到应用'],
      ['the limit is lower than the app needs', '上限低于应用所需'],
      ['somebody floods the URL', '有人在滥发请求'],
    ],
    fix: [
      [
        'on your own relay: wx-dev relay --max-body 64MB',
        '在自己的中继上：wx-dev relay --max-body 64MB',
      ],
      [
        'else upload past the tunnel, to http://127.0.0.1:3000, or to object storage',
        '否则不经隧道上传到 http://127.0.0.1:3000，或使用对象存储',
      ],
    ],
  },
  WXD4049: {
    title: '--basic-auth-file 中有一行不可用',
    about: [
      'Each line of the file is user:password, in ASCII, the password of 8 characters or more; empty lines and those that begin with # are left out. The error names file, line and fault, never the password.',
      '每行为 用户名:密码，只用 ASCII，密码至少 8 个字符；空行和以 # 开头的行会被忽略。报错写明文件、行号和问题，不会显示密码。',
    ],
    see: [
      'the first line of the error says what is wrong with the line; cat -A on the file shows hidden characters and Windows line ends',
      '报错第一行说明该行的问题；cat -A 可显示隐藏字符和 Windows 换行',
    ],
    causes: [
      ['no colon between user name and password', '用户名与密码之间没有冒号'],
      ['the password has fewer than 8 characters', '密码不足 8 个字符'],
      [
        'it is a file of htpasswd, whose passwords are hashed',
        '这是 htpasswd 文件，其中是密码哈希',
      ],
      ['characters outside ASCII', '含有非 ASCII 字符'],
    ],
    fix: [
      [
        'write a good line: echo "alice:$(openssl rand -hex 12)" > users.txt && chmod 600 users.txt',
        '写入正确的一行：echo "alice:$(openssl rand -hex 12)" > users.txt && chmod 600 users.txt',
      ],
      [
        'then wx-dev tunnel 3000 --basic-auth-file users.txt --open-path /wx',
        '然后 wx-dev tunnel 3000 --basic-auth-file users.txt --open-path /wx',
      ],
    ],
  },
  WXD4050: {
    title: '令牌持有者的名称已达上限',
    about: [
      'A relay keeps a name for its owner for 7 days after the client was last connected. So that one cannot take all names there are, all who use one token, or one certificate, have 1000 together; who has more gets a new name for an own one that is not in use.',
      '客户端断开后，中继仍为所有者保留名称 7 天。为避免一人占完所有名称，使用同一令牌或证书的人合计最多 1000 个；超出时，新名称会顶替自己未在使用的名称。',
    ],
    see: [
      'wx-dev tunnel prints the name it got; .wx-dev/ of a project remembers it',
      'wx-dev tunnel 会显示所得名称；项目的 .wx-dev/ 会记住它',
    ],
    causes: [
      [
        'every run of a pipeline starts without .wx-dev/ and asks for a random name',
        '流水线每次运行都没有 .wx-dev/，每次都请求随机名称',
      ],
      ['many people share one token', '许多人共用一个令牌'],
    ],
    fix: [
      [
        'ask for the same name each time: wx-dev tunnel 3000 --subdomain <name>',
        '每次使用同一名称：wx-dev tunnel 3000 --subdomain <name>',
      ],
      [
        'a token for each: wx-dev relay token create --label <who>',
        '每人一个令牌：wx-dev relay token create --label <who>',
      ],
    ],
  },
  WXD4051: {
    title: '隧道的暂存空间已满',
    about: [
      'With --spool the relay keeps POSTs for a client that is away: 1000 and 16 MB for a tunnel, 4000 and 64 MB for all tunnels of one token, for 24 hours. What does not fit in is answered with 503, so that WeChat sends it again.',
      '使用 --spool 时，中继为离线的客户端暂存 POST：每个隧道 1000 个、16 MB，同一令牌的所有隧道合计 4000 个、64 MB，保留 24 小时。放不下的回 503，微信会重发。',
    ],
    see: [
      'wx-dev relay prints how many requests wait for each tunnel, and says when there is no room',
      'wx-dev relay 会显示每个隧道等待的请求数，空间不足时也会提示',
    ],
    causes: [
      ['the client has been away for hours', '客户端已离线数小时'],
      ['other tunnels of the same token have taken its share', '同一令牌的其他隧道占满了份额'],
      ['somebody floods the callback path', '有人在滥发回调路径'],
    ],
    fix: [
      [
        'start the client: what was kept comes at once. wx-dev tunnel 3000 --spool',
        '启动客户端，暂存的请求会立即送达：wx-dev tunnel 3000 --spool',
      ],
      [
        'on the relay, a token for each: wx-dev relay token create --label <who>',
        '在中继上每人一个令牌：wx-dev relay token create --label <who>',
      ],
    ],
  },
  WXD4060: {
    title: '本地服务的证书不受信任（502）',
    about: [
      'An https:// target is checked like any server: who signed its certificate, for which name, until when. That of your server did not pass, so the request was not sent.',
      '对 https:// 目标，与任何服务器一样检查签发者、名称和有效期。本地服务的证书没有通过，因此请求没有发出。',
    ],
    see: [
      'run wx-dev cert verify 127.0.0.1:8443 with host and port of your target: it says whether signer, name or date is wrong',
      '执行 wx-dev cert verify 127.0.0.1:8443（换成你的目标），它会指出是签发者、名称还是日期的问题',
    ],
    causes: [
      [
        'it is self-signed, or signed by an authority that is unknown here',
        '自签名，或由本机不认识的 CA 签发',
      ],
      ['it is for another name than the host of the target', '证书上的名称与目标主机不同'],
      ['it has expired', '证书已过期'],
    ],
    fix: [
      [
        'name its authority: wx-dev tunnel https://127.0.0.1:8443 --local-ca ca.pem',
        '指定它的 CA：wx-dev tunnel https://127.0.0.1:8443 --local-ca ca.pem',
      ],
      [
        'name the host that it is for: --host-header shop.test',
        '指定证书上的主机名：--host-header shop.test',
      ],
      [
        'or make one that fits: wx-dev cert localhost 127.0.0.1',
        '或签发一张合适的：wx-dev cert localhost 127.0.0.1',
      ],
    ],
  },
  WXD4061: {
    title: '中继即将结束，不再接受隧道',
    about: [
      'A relay that was told to end finishes its requests first and takes no more tunnels. The client goes on dialling by itself, and comes back with the same name once a relay answers.',
      '收到结束信号的中继会先完成手头的请求，不再接受隧道。客户端会自动重连，中继恢复后沿用原来的名字。',
    ],
    see: [
      'with --health-port, /readyz of the relay answers 503 while it ends; its log says that it drains',
      '设置了 --health-port 时，中继结束期间 /readyz 返回 503；日志会显示正在收尾',
    ],
    causes: [
      ['it is being restarted or updated', '正在重启或升级'],
      ['the machine of the relay is shutting down', '中继所在机器正在关机'],
    ],
    fix: [
      ['wait: the client dials again without being asked', '等待：客户端会自动重连'],
      [
        'if it stays away, start it on its machine with wx-dev relay, and look with curl -v at its address',
        '若一直没有恢复，在其机器上执行 wx-dev relay，并用 curl -v 查看',
      ],
    ],
  },
  WXD4063: {
    title: '与中继的连接断开，正在重连',
    about: [
      'The tunnel lives on one or two connections to the relay. When they are lost it dials again by itself: at once, then less and less often, 15 s apart at most. The URL stays; requests in work wait, up to 30 s, and go on where they were, and the app gets each of them once. New ones wait 4 s, then they are answered with 503.',
      '隧道依靠与中继的一到两条连接。断开后会自动重连：先是立即，之后间隔逐渐变长，最长 15 秒。地址不变；正在处理的请求最多等待 30 秒后从断开处继续，应用只收到一次。新请求等待 4 秒，之后应答 503。',
    ],
    see: [
      'a line tells when the tunnel is lost, another when it is back and after how long; curl -v on the relay shows whether it answers',
      '断开时有一行提示，恢复时再有一行并写明中断多久；对中继执行 curl -v 可看它是否应答',
    ],
    causes: [
      ['the computer slept, or changed its network', '电脑休眠过，或换了网络'],
      ['the relay was restarted, or its computer is overloaded', '中继重启了，或所在机器过载'],
      [
        'it fell silent: nothing came for 9 s while somebody waited, or for 30 s; a firewall forgot the connection',
        '没有回应：有请求等待时 9 秒、空闲时 30 秒没有任何数据；可能是防火墙忘记了这条连接',
      ],
      [
        'it sent this client away: its token was revoked or is over, or the relay asks for one now; the next dial tells which',
        '让本客户端离开：令牌被撤销或已过期，或中继现在要求令牌；下一次连接会说明是哪一种',
      ],
    ],
    fix: [
      ['nothing, when it comes back', '能恢复就无需处理'],
      [
        'when it does not: look at the log of the relay, or use another one with --relay',
        '不能恢复：查看中继的日志，或用 --relay 换一个中继',
      ],
      ['to lose no callbacks meanwhile: --spool', '断线期间不丢回调：--spool'],
    ],
  },
  WXD4062: {
    title: '中继不为离线的客户端保存请求',
    about: [
      'With --spool a relay answers success for an app that is away, keeps the push on its disk and hands it over later. That takes a relay whose owner has switched it on, and tokens, so that a name has one owner.',
      '使用 --spool 时，中继会替离线的应用应答 success，把推送存盘，稍后交付。这需要中继的所有者开启，并设有令牌（这样名称才有归属）。',
    ],
    see: [
      'ask who runs the relay how it was started: it needs --spool-dir and --relay-token-file',
      '向中继维护者确认启动方式：需要 --spool-dir 和 --relay-token-file',
    ],
    causes: [
      ['the relay was started without --spool-dir', '中继启动时没有 --spool-dir'],
      ['it has no tokens, so that no name is owned', '中继没有令牌，名称不属于任何人'],
      [
        'it is the relay inside wx-dev, which ends with it',
        '这是 wx-dev 内置的中继，会随它一起结束',
      ],
    ],
    fix: [
      [
        'on the relay: wx-dev relay --spool-dir spool --relay-token-file tokens.txt',
        '中继：wx-dev relay --spool-dir spool --relay-token-file tokens.txt',
      ],
      ['or leave --spool out', '或去掉 --spool'],
    ],
  },
};
