import type { BriefGuides } from './brief.ts';

/** 4xxx: tunnel and relay. */
export const tunnelGuides: BriefGuides = {
  WXD4001: {
    title: '连不上中继',
    about: [
      'Nothing at this address took the connection of the tunnel.',
      '这个地址没有接受隧道的连接。',
    ],
    see: [
      'curl -i https://relay.example.com/ from this machine',
      '在本机执行 curl -i https://relay.example.com/',
    ],
    causes: [
      ['the relay is not running', '中继没有运行'],
      ['wrong port, or a firewall in between', '端口不对，或被防火墙挡住'],
      ['a company network lets only its proxy out', '公司网络只允许经代理访问'],
    ],
    fix: [
      ['open the address with curl from this machine', '在本机用 curl 访问这个地址'],
      [
        'through a proxy: wx-dev tunnel 3000 --proxy http://proxy:3128',
        '经代理：wx-dev tunnel 3000 --proxy http://proxy:3128',
      ],
    ],
  },
  WXD4002: {
    title: '两端没有共同的隧道协议版本',
    about: [
      'Client and relay must speak one version; the error names both.',
      '客户端与中继须使用同一版本；报错列出了两边的版本。',
    ],
    see: ['wx-dev --version on both sides', '两边都执行 wx-dev --version'],
    causes: [
      ['one of them is older', '其中一端较旧'],
      ['the address is another program that speaks WebSocket', '该地址是另一个 WebSocket 程序'],
    ],
    fix: [
      ['update the older one', '升级较旧的一端'],
      ['start the relay of the same release', '启动同一版本的中继'],
    ],
  },
  WXD4003: {
    title: '中继拒绝了中继令牌',
    about: [
      'The relay lets in only clients with one of its tokens.',
      '中继只接受持有其令牌的客户端。',
    ],
    see: [
      'wx-dev relay token list, on the machine of the relay',
      '在中继所在机器执行 wx-dev relay token list',
    ],
    causes: [
      ['no token, or another one', '没有令牌，或令牌不同'],
      ['the token was taken off the list', '令牌已被移除'],
      ['the token is cut off, or has a space or line end too much', '令牌被截断，或多了空格、换行'],
    ],
    fix: [
      [
        'ask who runs the relay, and set WX_DEV_RELAY_TOKEN',
        '向中继的维护者索取，并设置 WX_DEV_RELAY_TOKEN',
      ],
      [
        'make a new one: wx-dev relay token create --label alice',
        '新建一个：wx-dev relay token create --label alice',
      ],
    ],
  },
  WXD4004: {
    title: '子域名属于别人',
    about: [
      'A name belongs to who took it first on this relay.',
      '子域名归在这个中继上先占用的人。',
    ],
    causes: [
      ['somebody else uses it', '别人正在使用'],
      [
        '.wx-dev/ was deleted, and with it the proof of ownership',
        '删除了 .wx-dev/，所有权凭据也没了',
      ],
    ],
    fix: [['choose another name with --subdomain', '用 --subdomain 换一个名字']],
  },
  WXD4005: {
    title: '中继不提供这样的子域名',
    about: [
      'A name is lower-case letters, digits and hyphens; some are reserved.',
      '子域名由小写字母、数字和连字符组成，部分名字被保留。',
    ],
    causes: [
      ['a dot, capitals or an underscore', '含有点、大写或下划线'],
      ['it is reserved', '名字被保留'],
    ],
    fix: [['choose another name', '换一个名字']],
  },
  WXD4006: {
    title: '没有这个名字的隧道（404）',
    about: [
      'The relay knows no tunnel of the host that was asked for.',
      '中继上没有与请求的主机名对应的隧道。',
    ],
    causes: [
      ['the tunnel was never opened, or long ago', '隧道从未打开，或早已关闭'],
      ['a typing error in the URL', 'URL 拼写错误'],
    ],
    fix: [['open the tunnel, and copy its URL again', '打开隧道，重新复制地址']],
  },
  WXD4007: {
    title: '隧道存在，但客户端不在线（503）',
    about: [
      'The relay holds the name and waits for the client to come back.',
      '中继保留着名字，等待客户端回来。',
    ],
    causes: [
      ['the laptop sleeps or has no network', '电脑休眠或断网'],
      ['wx-dev was ended', 'wx-dev 已退出'],
    ],
    fix: [['start it again: the name stays the same', '重新启动，名字不变']],
  },
  WXD4008: {
    title: '本地服务拒绝或中断了连接（502）',
    about: [
      'The request came through the tunnel, but the local server did not answer it.',
      '请求经隧道到达，但本地服务没有应答。',
    ],
    causes: [
      ['the app is not running', '应用没有运行'],
      ['another port', '端口不对'],
    ],
    fix: [['start the app, compare the port', '启动应用，核对端口']],
  },
  WXD4009: {
    title: '隧道的一端违反了协议',
    about: [
      'One side sent what the protocol does not allow; the error says which rule.',
      '其中一端发送了协议不允许的内容；报错写明违反了哪条。',
    ],
    causes: [
      ['a proxy in between changes WebSocket messages', '中间的代理改动了 WebSocket 消息'],
      ['different versions', '版本不同'],
    ],
    fix: [['use the same version on both sides', '两端使用同一版本']],
  },
  WXD4010: {
    title: '没有令牌的中继只能在本机访问',
    about: [
      'A relay without tokens would let anybody publish on your domain.',
      '没有令牌的中继会让任何人在你的域名上发布内容。',
    ],
    causes: [
      ['the relay listens on a public address without tokens', '中继监听在公网地址上，却没有令牌'],
      [
        '--trust-proxy, --public-url or --domain: a proxy in front lets others in',
        '设置了 --trust-proxy、--public-url 或 --domain：前置代理会让其他人进来',
      ],
    ],
    fix: [
      ['give it tokens: wx-dev relay token create', '设置令牌：wx-dev relay token create'],
      ['or listen on 127.0.0.1, without these options', '或监听 127.0.0.1，且不用这些选项'],
    ],
  },
  WXD4011: {
    title: '达到中继或隧道的上限',
    about: [
      'Connections, tunnels and bytes are bounded so that one user cannot take all.',
      '连接数、隧道数和字节数都有上限，避免被一人占满。',
    ],
    causes: [
      ['many requests at once', '同时的请求很多'],
      ['streams that are never read', '有不读取的连接'],
    ],
    fix: [['wait, or raise the limit on your own relay', '稍后再试，或在自己的中继上调高']],
  },
  WXD4012: {
    title: 'HTTP 消息格式错误或超限',
    about: [
      'The relay takes only unambiguous HTTP, because two readers of one request could be tricked.',
      '中继只接受无歧义的 HTTP，以免同一请求被两端读成不同内容。',
    ],
    causes: [
      ['two Content-Length, or a malformed head', '两个 Content-Length，或头部格式错误'],
      ['a head or body that is too large', '头部或内容过大'],
    ],
    fix: [['send the request with an ordinary client', '用普通的客户端发送']],
  },
  WXD4013: {
    title: '本地服务迟迟没有开始应答（504）',
    about: ['The relay waited for the head of the answer.', '中继一直没等到响应头。'],
    see: ['the log of the relay at that time', '查看中继此刻的日志'],
    causes: [
      ['the app hangs or is at a breakpoint', '应用卡住或停在断点'],
      ['the relay was restarted', '中继重启了'],
      ['somebody revoked the token', '令牌被吊销'],
    ],
    fix: [
      ['answer first, work later', '先应答，再处理'],
      ['start again; the name is kept by .wx-dev/', '重新启动；名字由 .wx-dev/ 保留'],
    ],
  },
  WXD4014: {
    title: '中继的证书不受信任',
    about: [
      'The tunnel sends your traffic only to a relay whose certificate is trusted.',
      '只有证书受信任的中继才能建立隧道。',
    ],
    causes: [
      ['a self-signed certificate, or of another name', '自签名证书，或域名不符'],
      ['an authority that is not installed here', '签发机构未安装在本机'],
    ],
    fix: [
      [
        'give the relay a public certificate, or trust its authority',
        '给中继换公共证书，或信任它的 CA',
      ],
    ],
  },
  WXD4015: {
    title: '经由公网地址的自检失败',
    about: [
      'wx-dev did what the console does on 提交, and got another answer. The error says what send would say of it.',
      'wx-dev 做了后台点「提交」时做的事，得到了别的应答。报错会给出与 send 相同的解释。',
    ],
    causes: [
      ['the app answers wrongly', '应用应答有误'],
      ['DNS or TLS of the domain is not set up for subdomains', '域名没有为子域名配置 DNS 或 TLS'],
      ['port, ICP filing or allowlist', '端口、备案或白名单'],
    ],
    fix: [['run wx-dev send verify, and mend what it says', '运行 wx-dev send verify，按提示修改']],
  },
  WXD4016: {
    title: '地址有应答，但不是 wx-dev 中继',
    about: ['Something else listens there.', '那里是别的服务。'],
    causes: [
      ['wrong host or port', '主机或端口不对'],
      ['a proxy before the relay does not pass WebSocket on', '中继前的代理没有转发 WebSocket'],
    ],
    fix: [['let the proxy pass Upgrade on', '让代理转发 Upgrade']],
  },
  WXD4017: {
    title: '同一所有者的新客户端接管了名字',
    about: [
      'Of two clients with one name the newer one counts.',
      '同名的两个客户端，以较新的为准。',
    ],
    see: ['the messages before it in the log', '看日志中它之前的消息'],
    causes: [
      ['wx-dev runs twice in this project', '这个项目里运行了两个 wx-dev'],
      ['a proxy in between changes WebSocket frames', '中间的代理改动了 WebSocket 帧'],
      ['one end is of another release', '两端版本不同'],
    ],
    fix: [
      ['end one of them, or use another --subdomain', '结束其中一个，或换一个 --subdomain'],
      ['use one release on both ends', '两端使用同一版本'],
    ],
  },
  WXD4030: {
    title: '去往中继的代理拒绝了连接，或无法连接',
    about: [
      'http_proxy or https_proxy sends the tunnel through a proxy, which did not let it.',
      'http_proxy 或 https_proxy 让隧道经过代理，而代理没有放行。',
    ],
    causes: [
      ['the proxy asks for a login', '代理要求登录'],
      ['it allows only some hosts or ports', '只允许部分主机或端口'],
    ],
    fix: [
      [
        'put the login into the proxy URL, or the relay into no_proxy',
        '把登录信息写进代理地址，或把中继加入 no_proxy',
      ],
    ],
  },
  WXD4031: {
    title: '中继令牌不能用于这个名称',
    about: [
      'The owner of a relay can bind a token to certain names.',
      '中继的所有者可以让令牌只用于指定的名称。',
    ],
    causes: [['another name was asked for', '要求了别的名称']],
    fix: [['ask for a name that the error lists', '使用报错列出的名称']],
  },
  WXD4040: {
    title: '中继无法保护公网地址',
    about: [
      'User names, passwords and addresses are checked by the relay, before a request reaches this computer; so it has to know how.',
      '用户名、密码和地址由中继检查，请求不会先到达本机；因此中继须支持该功能。',
    ],
    causes: [['the relay runs an older wx-dev', '中继运行的 wx-dev 版本较旧']],
    fix: [
      ['ask who runs the relay to update it', '请中继的维护者升级'],
      ['or open the tunnel without these options', '或去掉这些选项再打开隧道'],
    ],
  },
  WXD4041: {
    title: '请求的主机名与 TLS 连接不一致',
    about: [
      'A connection that was encrypted for one name carries requests for that name only (RFC 9110 §15.5.20).',
      '为某个主机名建立的加密连接只能携带该主机名的请求（RFC 9110 §15.5.20）。',
    ],
    causes: [
      ['a Host header set by hand', '手工设置了 Host'],
      ['a proxy that the relay does not trust', '中继不信任前面的代理'],
    ],
    fix: [
      ['start the relay with --trust-proxy <its address>', '用 --trust-proxy <代理地址> 启动中继'],
    ],
  },
  WXD4042: {
    title: '超出中继的频率或连接数限制',
    about: [
      'A relay limits requests and connections for each address and for each tunnel, so that one cannot starve the others.',
      '中继按来源地址和隧道限制请求频率与连接数，以免互相影响。',
    ],
    causes: [
      ['a client that repeats without a pause', '客户端不停重试'],
      ['a proxy in front whose visitors count as one', '前置代理的所有访客被算作同一个地址'],
    ],
    fix: [
      ['wait as long as Retry-After says', '按 Retry-After 等待'],
      [
        'raise --rate-per-ip, --rate-per-name and the like, or use --trust-proxy',
        '调大 --rate-per-ip、--rate-per-name 等，或使用 --trust-proxy',
      ],
    ],
  },
  WXD4043: {
    title: '经隧道返回的应答不可用',
    about: [
      'The client of the tunnel broke off, or sent what is no HTTP response.',
      '隧道客户端中断了应答，或返回了不是 HTTP 的内容。',
    ],
    causes: [
      ['the local server broke the connection', '本地服务中断了连接'],
      ['the client is another program', '客户端是其他程序'],
    ],
    fix: [['look at what the client prints', '查看客户端的输出']],
  },
  WXD4044: {
    title: '公网地址需要用户名和密码',
    about: [
      'Whoever opened the tunnel protects it with --basic-auth-file; the relay checks each request.',
      '打开隧道的人用 --basic-auth-file 做了保护，中继会检查每个请求。',
    ],
    causes: [
      ['no or a wrong password', '没有密码或密码错误'],
      ['WeChat’s callback, which sends no password', '微信回调不会发送密码'],
    ],
    fix: [
      ['send the user name and password', '发送用户名和密码'],
      ['put the callback path into --open-path', '把回调路径列入 --open-path'],
    ],
  },
  WXD4045: {
    title: '该地址不允许访问',
    about: [
      'Whoever opened the tunnel allows certain addresses only.',
      '打开隧道的人只允许部分地址访问。',
    ],
    causes: [
      ['another network than usual', '换了网络'],
      ['a proxy in front of the relay, whose address counts', '中继前有代理，按代理地址计算'],
    ],
    fix: [
      ['add the address to --allow-ip', '把地址加入 --allow-ip'],
      ['start the relay with --trust-proxy', '用 --trust-proxy 启动中继'],
    ],
  },
  WXD4046: {
    title: '该地址的无效令牌过多',
    about: [
      'After some refused tokens a relay lets an address wait, longer each time, so that nobody finds a token by trying.',
      '多次使用无效令牌后，中继会让该地址等待，且时间递增，以防猜测令牌。',
    ],
    causes: [['an old token in a script or service', '脚本或服务中的旧令牌']],
    fix: [
      [
        'stop it, get a valid token, and wait as long as it says',
        '停止它，换上有效令牌，并按提示等待',
      ],
    ],
  },
  WXD4047: {
    title: '隧道客户端未及时应答',
    about: [
      'The request went through the tunnel, and no answer began to come back.',
      '请求已经送入隧道，但没有应答返回。',
    ],
    causes: [
      ['the computer of the client hangs', '客户端所在电脑没有响应'],
      ['the app waits for something', '应用在等待其他资源'],
    ],
    fix: [['look at the client and the app', '查看客户端和应用']],
  },
  WXD4048: {
    title: '请求体过大',
    about: ['The owner of the relay limits request bodies.', '中继的所有者限制了请求体的大小。'],
    causes: [['a large upload', '上传内容较大']],
    fix: [['raise --max-body of the relay', '调大中继的 --max-body']],
  },
  WXD4049: {
    title: '--basic-auth-file 中有一行不可用',
    about: [
      'Each line of the file is user:password; empty lines and lines that begin with # are left out.',
      '每行为 用户名:密码；空行和以 # 开头的行会被忽略。',
    ],
    causes: [
      ['no colon, or a password that is too short', '没有冒号，或密码过短'],
      ['characters outside ASCII', '含有非 ASCII 字符'],
    ],
    fix: [['mend the line', '修改该行']],
  },
  WXD4060: {
    title: '本地服务的证书不受信任（502）',
    about: [
      'An https:// target is checked like any server: by its name, and who signed it.',
      '对 https:// 目标，与任何服务器一样检查名称和签发者。',
    ],
    causes: [
      ['self-signed, or by an authority unknown here', '自签名，或由本机不认识的 CA 签发'],
      ['made for another name than the one asked for', '证书上的名称与请求的不同'],
    ],
    fix: [
      [
        'pass its authority with --local-ca, its name with --host-header',
        '用 --local-ca 指定其 CA，用 --host-header 指定名称',
      ],
    ],
  },
  WXD4061: {
    title: '中继即将结束，不再接受隧道',
    about: [
      'A relay that was told to end finishes its work first. The tunnel goes on dialling.',
      '收到结束信号的中继会先完成手头的请求。隧道会继续重连。',
    ],
    causes: [['it is being restarted or replaced', '正在重启或更换']],
    fix: [['wait a moment; or start the relay again', '稍等片刻，或重新启动中继']],
  },
  WXD4062: {
    title: '中继不为离线的客户端保存请求',
    about: [
      'With --spool a relay answers for an app that is away. Its owner has to allow it.',
      '使用 --spool 时，中继会替离线的应用应答。这需要中继的所有者允许。',
    ],
    causes: [
      ['the relay was started without --spool-dir', '中继启动时没有 --spool-dir'],
      ['it has no tokens, so that no name is owned', '中继没有令牌，名称不属于任何人'],
    ],
    fix: [
      [
        'start the relay with --spool-dir, or leave --spool out',
        '以 --spool-dir 启动中继，或去掉 --spool',
      ],
    ],
  },
};
