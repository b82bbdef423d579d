import type { BriefGuides } from './brief.ts';

/** 5xxx: certificates. */
export const certGuides: BriefGuides = {
  WXD5001: {
    title: '本地 CA 的私钥或目录对其他用户开放',
    about: [
      'Whoever reads the key can make certificates that this machine trusts.',
      '能读到私钥的人就能签发本机信任的证书。',
    ],
    causes: [['it was copied without its mode', '复制时没有保留权限']],
    fix: [
      [
        'take the rights of group and others away, with chmod go-rwx',
        '用 chmod go-rwx 去掉其他用户的权限',
      ],
    ],
  },
  WXD5002: {
    title: '本地 CA 的文件损坏或互不匹配',
    about: [
      'Certificate and key of the authority do not fit, or cannot be read.',
      'CA 的证书与私钥不匹配，或无法读取。',
    ],
    causes: [
      ['one of the files was replaced', '其中一个文件被替换'],
      ['a disk that was full', '磁盘曾经写满'],
    ],
    fix: [['restore both from one backup, or make a new authority', '从同一备份恢复，或重新创建']],
  },
  WXD5003: {
    title: '域名超出本地 CA 允许签发的范围',
    about: [
      'The authority is limited to local names, so that a stolen key cannot imitate public sites.',
      '本地 CA 只限本地域名，私钥泄露也冒充不了公网站点。',
    ],
    causes: [['a public domain was asked for', '要签发的是公网域名']],
    fix: [
      [
        'use a local name, or permit the domain with wx-dev cert init',
        '使用本地域名，或用 wx-dev cert init 允许该域名',
      ],
    ],
    source: 'RFC 5280 §4.2.1.10',
  },
  WXD5004: {
    title: '本地 CA 已过期，或按本机时钟尚未生效',
    about: ['Nothing it signs would be trusted.', '它签发的证书都不会被信任。'],
    causes: [
      ['the clock is wrong', '时钟不准'],
      ['it is years old', '已用了多年'],
    ],
    fix: [['set the clock, or make a new authority', '校准时钟，或重新创建']],
  },
  WXD5005: {
    title: '文本不能作为证书中的名称',
    about: ['Names are host names or IP addresses.', '名称应为域名或 IP。'],
    causes: [['a URL, a port or a space', '写成了 URL、带了端口或空格']],
    fix: [['write the host only', '只写主机名']],
  },
  WXD5006: {
    title: '通配符直接位于顶级之下，多数客户端会拒绝',
    about: [
      '*.localhost and the like are refused by most clients.',
      '多数客户端会拒绝 *.localhost 之类的通配符。',
    ],
    causes: [['a wildcard right below a single label', '通配符下面只有一段']],
    fix: [['name the hosts one by one', '逐个写出域名']],
  },
  WXD5007: {
    title: '文件里没有证书',
    about: ['A certificate in PEM or DER was expected.', '应为 PEM 或 DER 格式的证书。'],
    causes: [['it is a key or a request', '这是私钥或签名请求']],
    fix: [['name the certificate file', '指定证书文件']],
  },
  WXD5008: {
    title: '证书的有效期不可用',
    about: ['Clients refuse certificates that live too long.', '有效期过长的证书会被客户端拒绝。'],
    causes: [['more days than allowed', '超过了允许的天数']],
    fix: [['ask for fewer days', '减少天数']],
  },
  WXD5009: {
    title: '证书文件或目录无法读写',
    about: ['The error names path and reason.', '报错给出了路径和原因。'],
    causes: [['no permission, or a full disk', '没有权限，或磁盘已满']],
    fix: [['mend it, or choose another folder', '修复，或换一个目录']],
  },
  WXD5020: {
    title: '证书文件被另一个进程锁定',
    about: [
      'Two processes must not change the list of certificates at once.',
      '两个进程不能同时修改证书列表。',
    ],
    causes: [
      ['another wx-dev cert runs', '另一个 wx-dev cert 正在运行'],
      ['one was killed', '有进程被强制结束'],
    ],
    fix: [['wait until it has ended', '等它结束']],
  },
  WXD5021: {
    title: '已签发证书的列表损坏',
    about: [
      'The inventory cannot be read, so nothing is issued that it would not know.',
      '列表无法读取；为免漏记，不再签发。',
    ],
    causes: [['it was edited by hand', '手工编辑过']],
    fix: [['restore it from a backup', '从备份恢复']],
  },
  WXD5022: {
    title: '本地 CA 的私钥有口令，而没有给出或不对',
    about: ['The key is encrypted with a passphrase.', '私钥用口令加密过。'],
    causes: [
      ['the passphrase was not given', '没有给出口令'],
      ['a typing error', '输入错误'],
    ],
    fix: [['give the passphrase that it was made with', '输入创建时的口令']],
  },
  WXD5023: {
    title: '本地 CA 已存在，密钥类型与要求的不同',
    about: ['An authority keeps its kind of key.', 'CA 的密钥类型不会改变。'],
    causes: [
      [
        'it was made as RSA and ECDSA is asked for, or the other way round',
        '创建时是 RSA，现在要求 ECDSA，或相反',
      ],
    ],
    fix: [['leave the option out', '去掉这个选项']],
  },
  WXD5024: {
    title: '签名请求无法签发',
    about: ['The error says what in the request is wrong.', '报错写明了问题。'],
    causes: [
      ['its signature does not verify', '自身签名校验不过'],
      ['a key that is too short', '密钥太短'],
    ],
    fix: [['make a new request', '重新生成请求']],
  },
  WXD5025: {
    title: '文本不能作为客户端的名称或邮箱',
    about: ['A name is one line without control characters.', '名称应为一行，不含控制字符。'],
    causes: [['it is empty or too long', '为空或过长']],
    fix: [['choose a short name', '用简短的名称']],
  },
  WXD5026: {
    title: '没有或不止一张证书匹配这个序列号',
    about: ['At least six digits are compared with the serials.', '至少用六位与序列号比较。'],
    causes: [
      ['a typing error', '输入错误'],
      ['too few digits', '位数太少'],
    ],
    fix: [['copy the serial from wx-dev cert list', '从 wx-dev cert list 复制序列号']],
  },
  WXD5027: {
    title: '没有可续签的证书',
    about: [
      'renew makes certificates anew that were issued here.',
      'renew 续签的是在这里签发过的证书。',
    ],
    causes: [['none was issued, or in another folder', '没有签发过，或在别的目录']],
    fix: [['issue one with wx-dev cert', '用 wx-dev cert 签发']],
  },
  WXD5028: {
    title: '客户端 CA 或它的吊销列表无法使用',
    about: [
      'To ask clients for certificates, the server needs the authority, and a list that is in date.',
      '要求客户端证书时，服务器需要 CA 证书和在有效期内的吊销列表。',
    ],
    causes: [
      ['the file is no authority', '文件不是 CA 证书'],
      ['the list has expired', '吊销列表已过期'],
    ],
    fix: [['write the list again with wx-dev cert revoke', '用 wx-dev cert revoke 重新生成列表']],
  },
  WXD5029: {
    title: '中继只接受持有其 CA 所签证书的客户端',
    about: [
      'The relay asks for a client certificate, and none, or another one, came.',
      '中继要求客户端证书，而没有收到，或不是它的 CA 签发的。',
    ],
    causes: [
      ['--client-cert is missing', '没有 --client-cert'],
      ['it was revoked or has expired', '已吊销或过期'],
    ],
    fix: [
      [
        'ask for a certificate, and give it with --client-cert and --client-key',
        '索取证书，用 --client-cert 和 --client-key 指定',
      ],
    ],
  },
  WXD5030: {
    title: '文件里没有可读的私钥',
    about: ['A private key in PEM was expected.', '应为 PEM 格式的私钥。'],
    causes: [
      ['it is a certificate', '这是证书'],
      ['it is encrypted', '私钥有口令'],
    ],
    fix: [['name the key file', '指定私钥文件']],
  },
  WXD5031: {
    title: '这个密码不能保护导出的私钥',
    about: [
      'Some devices refuse empty or non-ASCII passwords.',
      '部分设备不接受空密码或非 ASCII 密码。',
    ],
    causes: [['empty, or with letters beyond ASCII', '为空，或含非 ASCII 字符']],
    fix: [['choose letters and digits', '使用字母和数字']],
  },
  WXD5032: {
    title: '加入信任库的记录无法读取',
    about: [
      'wx-dev notes what it added, to take exactly that out again.',
      'wx-dev 记录加入过什么，以便原样移除。',
    ],
    causes: [['the file was edited or damaged', '文件被编辑或损坏']],
    fix: [['remove the authority by hand from the stores', '在信任库中手工移除']],
  },
  WXD5033: {
    title: '本机没有手机可访问的网络地址',
    about: ['The phone fetches the authority over the local network.', '手机通过局域网获取 CA。'],
    causes: [
      ['no Wi-Fi or cable', '没有连接网络'],
      ['a virtual machine or container', '在虚拟机或容器里'],
    ],
    fix: [['join the network of the phone', '连接手机所在的网络']],
  },
  WXD5034: {
    title: '私钥与证书不匹配',
    about: ['A certificate works with one key only.', '证书只能与一把私钥配合使用。'],
    causes: [['files of two certificates were mixed', '混用了两张证书的文件']],
    fix: [['take both from one folder', '从同一目录取']],
  },
  WXD5040: {
    title: '"cert" 后面的词像是拼错的子命令',
    about: [
      'A word alone would be a name to certify; this one is close to a subcommand.',
      '单独的词会被当作要签发的域名，而它很像某个子命令。',
    ],
    causes: [['a typing error', '拼写错误']],
    fix: [['write the subcommand as the error shows it', '按报错提示书写子命令']],
  },
  WXD5041: {
    title: '要查看证书的服务器连不上',
    about: ['Nothing accepted a connection at this host and port.', '这个主机和端口没有接受连接。'],
    causes: [
      ['it is not running', '没有运行'],
      ['another port than 443', '端口不是 443'],
    ],
    fix: [['write host:port', '写成 host:port']],
  },
  WXD5042: {
    title: '要查看证书的服务器没有完成 TLS 握手',
    about: ['It took the connection, but speaks no TLS that fits.', '连接成功，但 TLS 握手失败。'],
    causes: [
      ['it is a plain HTTP port', '这是普通 HTTP 端口'],
      ['it asks for a client certificate', '它要求客户端证书'],
    ],
    fix: [['name the HTTPS port', '指定 HTTPS 端口']],
  },
};
