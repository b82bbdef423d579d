import type { BriefGuides } from './brief.ts';

/** 500x: the local authority, names, files. */
export const certGuides: BriefGuides = {
  WXD5001: {
    title: '本地 CA 的私钥或目录对其他用户开放',
    about: [
      'Whoever can read the key of the authority can make certificates that this machine trusts, and so pose as any local site. wx-dev does not use a key that others can read, or a folder that others can write to.',
      '能读到 CA 私钥的人就能签发本机信任的证书，冒充任何本地站点。私钥可被他人读取，或目录可被他人写入时，wx-dev 拒绝使用。',
    ],
    see: [
      'ls -l on the path of the error: r or w after the first three letters is what is too much; the error shows the mode and the one wanted',
      '对报错中的路径执行 ls -l：属主之外的 r 或 w 就是多余的权限；报错给出当前权限和应有的权限',
    ],
    causes: [
      [
        'it was copied from a backup, a USB disk or another computer, which lost the mode',
        '从备份、U 盘或其他电脑复制时丢失了权限',
      ],
      [
        'it lies on a disk without modes: Windows drives in WSL, exFAT',
        '在没有权限位的磁盘上：WSL 中的 Windows 盘、exFAT',
      ],
      ['a chmod -R went over the home folder', '对主目录执行过 chmod -R'],
    ],
    fix: [
      ['run the chmod of the error', '执行报错给出的 chmod'],
      [
        'on a disk without modes, move wx-dev’s folder: export WX_DEV_HOME=~/.wx-dev-home',
        '磁盘不支持权限时移动 wx-dev 的目录：export WX_DEV_HOME=~/.wx-dev-home',
      ],
      [
        'if others may have read the key: wx-dev cert uninstall, then wx-dev cert trust with a new one',
        '若可能已泄露：wx-dev cert uninstall，再用 wx-dev cert trust 信任新的 CA',
      ],
    ],
  },
  WXD5002: {
    title: '本地 CA 的文件损坏或互不匹配',
    about: [
      'The authority is a certificate (ca.pem) and its key (ca-key.pem). One of them is missing, cannot be read, was altered, or is of another pair; the error says which. Nothing is made anew without asking, because every client would have to trust it again.',
      '本地 CA 由证书（ca.pem）和私钥（ca-key.pem）组成。其中一个缺失、无法读取、被改动，或不是一对；报错写明是哪种。不会擅自重建，因为所有客户端都要重新信任。',
    ],
    see: [
      'openssl x509 -noout -pubkey -in ca.pem and openssl pkey -pubout -in ca-key.pem, in the folder of the error, print the same key if the two belong together',
      '在报错的目录执行 openssl x509 -noout -pubkey -in ca.pem 和 openssl pkey -pubout -in ca-key.pem，两者输出相同才是一对',
    ],
    causes: [
      ['only one of the two was copied or restored from a backup', '只复制或恢复了其中一个文件'],
      ['the disk was full while they were written', '写入时磁盘已满'],
      ['a file was edited, or its line ends were changed', '文件被编辑，或换行被改动'],
    ],
    fix: [
      ['restore both from one backup', '从同一备份恢复两个文件'],
      [
        'or start over: the mv of the error, then wx-dev cert init and wx-dev cert trust',
        '或重新开始：执行报错给出的 mv，再 wx-dev cert init 和 wx-dev cert trust',
      ],
    ],
  },
  WXD5003: {
    title: '域名超出本地 CA 允许签发的范围',
    about: [
      'The authority holds a list of what it may certify: localhost, names below .test, .localhost and the like, private addresses. The list is part of its certificate, so that a stolen key cannot pose as a real site.',
      '本地 CA 的证书里写有允许签发的范围：localhost、.test、.localhost 等域名和私有网段地址。因此私钥即使泄露也无法冒充真实网站。',
    ],
    see: [
      'the error prints the list; wx-dev cert show on ca.pem shows it whole',
      '报错列出该范围；对 ca.pem 执行 wx-dev cert show 可看到全部',
    ],
    causes: [
      [
        'a public domain was asked for, such as api.example.com',
        '要签发的是公网域名，例如 api.example.com',
      ],
      ['a public address in place of one of the local network', '写了公网地址而不是局域网地址'],
      ['a name of WeChat itself: that is always refused', '要签发微信的域名：始终拒绝'],
    ],
    fix: [
      [
        'use a local name: wx-dev cert api.example.test',
        '使用本地域名：wx-dev cert api.example.test',
      ],
      [
        'or permit your own domain, and trust the authority again: wx-dev cert init --allow dev.example.com',
        '或放行自己的域名并重新信任：wx-dev cert init --allow dev.example.com',
      ],
      [
        'for a server that others reach, get a certificate of a public authority, for example with certbot',
        '对外的服务器请使用公共机构的证书，例如用 certbot 申请',
      ],
    ],
    source: 'RFC 5280 §4.2.1.10',
  },
  WXD5004: {
    title: '本地 CA 已过期，或按本机时钟尚未生效',
    about: [
      'A certificate counts between two dates, and so does all that it signs. By the clock of this machine the authority is outside of them; the error shows both dates and the clock.',
      '证书只在两个日期之间有效，它签发的证书也一样。按本机时钟，CA 不在有效期内；报错列出两个日期和本机时间。',
    ],
    see: [
      'run date and compare it with the right time; if it is right, the authority is really too old or too young',
      '执行 date 与准确时间对比；若时间正确，则确实是 CA 过期或尚未生效',
    ],
    causes: [
      [
        'the clock is wrong: a virtual machine after sleep, an empty battery, WSL',
        '时钟不准：虚拟机休眠后、电池没电、WSL',
      ],
      ['the authority is years old', 'CA 已使用多年'],
      ['it was made on a computer whose clock was ahead', '创建 CA 的电脑时钟偏快'],
    ],
    fix: [
      [
        'set the clock: sudo timedatectl set-ntp true (WSL: wsl --shutdown)',
        '校准时钟：sudo timedatectl set-ntp true（WSL：wsl --shutdown）',
      ],
      [
        'or make a new one: the mv of the error, then wx-dev cert init and wx-dev cert trust',
        '或重新创建：执行报错给出的 mv，再 wx-dev cert init 和 wx-dev cert trust',
      ],
    ],
  },
  WXD5005: {
    title: '文本不能作为证书中的名称',
    about: [
      'A certificate holds host names and IP addresses. The text given is neither; the error says what is wrong with it.',
      '证书里只能写主机名和 IP 地址，而给出的文本两者都不是；报错写明问题。',
    ],
    see: [
      'the line below the title names the fault; wx-dev cert show on a certificate shows what good names look like',
      '标题下面一行写明问题；对证书执行 wx-dev cert show 可看到正确的名称',
    ],
    causes: [
      [
        'a URL or a port came along: https://dev.test:8443',
        '带上了 URL 或端口：https://dev.test:8443',
      ],
      [
        'a space, a comma or an underscore: names are separated by spaces',
        '含有空格、逗号或下划线：多个名称用空格分隔',
      ],
      ['a star in the middle, as in dev.*.test', '星号不在最前，例如 dev.*.test'],
    ],
    fix: [
      [
        'write hosts alone, with spaces between: wx-dev cert localhost 127.0.0.1 dev.test',
        '只写主机名，用空格分隔：wx-dev cert localhost 127.0.0.1 dev.test',
      ],
      [
        'or let wx-dev find the addresses of this machine: wx-dev cert --ip-auto',
        '或让 wx-dev 找出本机地址：wx-dev cert --ip-auto',
      ],
    ],
  },
  WXD5006: {
    title: '通配符直接位于顶级之下，多数客户端会拒绝',
    about: [
      'A wildcard such as *.test stands right below the last label. OpenSSL, Node, curl, Python and Chrome treat that like *.com and refuse it. The certificate was made; it will not be of much use.',
      '*.test 之类的通配符直接位于最后一段之下，OpenSSL、Node、curl、Python 和 Chrome 会像对待 *.com 那样拒绝。证书已生成，但用处不大。',
    ],
    see: [
      'wx-dev cert verify --host-name a.test says for each client whether it takes the certificate',
      'wx-dev cert verify --host-name a.test 会列出各客户端是否接受',
    ],
    causes: [
      ['*.test or *.localhost was asked for', '要求了 *.test 或 *.localhost'],
      ['the shell replaced an unquoted star by file names', '没有加引号，星号被 shell 展开'],
    ],
    fix: [
      ["put one label between: wx-dev cert '*.dev.test'", "中间加一段：wx-dev cert '*.dev.test'"],
      [
        'or name the hosts one by one: wx-dev cert a.test b.test',
        '或逐个写出：wx-dev cert a.test b.test',
      ],
    ],
  },
  WXD5007: {
    title: '文件里没有证书',
    about: [
      'A certificate in PEM or DER was expected. The file holds something else, or a certificate that is cut off; the error says which.',
      '应为 PEM 或 DER 格式的证书，而文件里是别的内容，或证书不完整；报错写明是哪种。',
    ],
    see: [
      'head -1 on the file: "BEGIN CERTIFICATE" is right, "BEGIN PRIVATE KEY" is the key, "BEGIN CERTIFICATE REQUEST" the request',
      '用 head -1 查看文件：BEGIN CERTIFICATE 才对，BEGIN PRIVATE KEY 是私钥，BEGIN CERTIFICATE REQUEST 是签名请求',
    ],
    causes: [
      ['it is the key, key.pem, in place of cert.pem', '把私钥 key.pem 当成了 cert.pem'],
      ['it is a signing request', '这是签名请求'],
      ['it is PKCS #12 (.p12, .pfx) under a password', '这是带密码的 PKCS #12（.p12、.pfx）'],
      ['it was cut off while it was copied', '复制时被截断'],
    ],
    fix: [
      [
        'name the certificate: wx-dev cert show cert.pem',
        '指定证书文件：wx-dev cert show cert.pem',
      ],
      ['have a request signed: wx-dev cert csr a.csr', '为签名请求签发：wx-dev cert csr a.csr'],
      [
        'out of PKCS #12: openssl pkcs12 -in a.p12 -nokeys -out cert.pem',
        '从 PKCS #12 中取出：openssl pkcs12 -in a.p12 -nokeys -out cert.pem',
      ],
    ],
  },
  WXD5008: {
    title: '证书的有效期不可用',
    about: [
      'The lifetime is a whole number of days, 825 at most: iOS and macOS refuse longer ones, also below an authority that you added yourself. Without --days it is 397, and wx-dev renews in time.',
      '有效期须为整数天，最长 825 天：iOS 和 macOS 拒绝更长的，自行添加的 CA 也不例外。不加 --days 时为 397 天，wx-dev 会按时续签。',
    ],
    see: [
      'the title shows what was received, the line below what is allowed',
      '标题是收到的值，下一行是允许的范围',
    ],
    causes: [
      ['more than 825 days were asked for, often 3650', '要求超过 825 天，常见 3650'],
      ['zero, a fraction or a unit: 0, 1.5, 30d', '零、小数或带单位：0、1.5、30d'],
    ],
    fix: [
      ['wx-dev cert --days 397', 'wx-dev cert --days 397'],
      [
        'for one that lasts, renew it by a timer: wx-dev cert renew --all --if-needed',
        '需要长期有效时定时续签：wx-dev cert renew --all --if-needed',
      ],
    ],
    source: 'support.apple.com/103769',
  },
  WXD5009: {
    title: '证书文件或目录无法读写',
    about: [
      'The file system refused; the error names path, action and reason. Nothing was left half-written.',
      '文件系统拒绝了操作；报错写明路径、操作和原因。不会留下写了一半的文件。',
    ],
    see: [
      'ls -ld on the path shows owner and mode, df -h whether the disk is full, id who you are',
      '对该路径执行 ls -ld 看属主和权限，df -h 看磁盘是否已满，id 看当前用户',
    ],
    causes: [
      [
        'it was made by another user, most often root, after sudo wx-dev',
        '由其他用户创建，常见于用 sudo 运行过 wx-dev',
      ],
      ['the disk is full, or read-only', '磁盘已满或只读'],
      ['the folder of --out does not exist and cannot be made', '--out 指定的目录不存在且无法创建'],
    ],
    fix: [
      ['take it back: sudo chown -R "$USER" .wx-dev', '取回所有权：sudo chown -R "$USER" .wx-dev'],
      ['or write elsewhere: wx-dev cert --out ~/certs', '或写到别处：wx-dev cert --out ~/certs'],
    ],
  },
};
