import type { BriefGuides } from './brief.ts';

/** 503x and 504x: verifying, trusting and exporting certificates. */
export const certUsingGuides: BriefGuides = {
  WXD5030: {
    title: '文件里没有可读的私钥',
    about: [
      'A private key in PEM without a passphrase was expected, as key.pem of wx-dev cert is.',
      '应为不带口令的 PEM 私钥，例如 wx-dev cert 生成的 key.pem。',
    ],
    see: [
      'head -1 on the file: "BEGIN CERTIFICATE" is the certificate, "BEGIN ENCRYPTED PRIVATE KEY" has a passphrase; openssl pkey -noout -in <file> says what else is wrong',
      '用 head -1 查看文件：BEGIN CERTIFICATE 是证书，BEGIN ENCRYPTED PRIVATE KEY 带口令；其他问题用 openssl pkey -noout -in <文件> 查看',
    ],
    causes: [
      [
        'it is the certificate: cert.pem and key.pem were mixed up',
        '这是证书：cert.pem 与 key.pem 弄反了',
      ],
      ['it has a passphrase', '私钥有口令'],
      ['it is PKCS #12 or JKS', '这是 PKCS #12 或 JKS'],
      ['it was cut off while it was copied', '复制时被截断'],
    ],
    fix: [
      [
        'take the passphrase off: openssl pkey -in locked.pem -out key.pem',
        '去掉口令：openssl pkey -in locked.pem -out key.pem',
      ],
      [
        'out of PKCS #12: openssl pkcs12 -in a.p12 -nocerts -nodes -out key.pem',
        '从 PKCS #12 中取出：openssl pkcs12 -in a.p12 -nocerts -nodes -out key.pem',
      ],
      [
        'then chmod 600 key.pem, and wx-dev cert verify cert.pem --key key.pem',
        '然后 chmod 600 key.pem，再 wx-dev cert verify cert.pem --key key.pem',
      ],
    ],
  },
  WXD5031: {
    title: '这个密码不能保护导出的私钥',
    about: [
      'Programs encode an empty password, and letters beyond ASCII, in different ways, so some could not open the file. wx-dev makes only files that all of them open.',
      '各程序对空密码和非 ASCII 字符的编码不一致，有的会打不开文件。wx-dev 只生成所有程序都能打开的文件。',
    ],
    see: [
      'the title says which of the two it is; xxd on the password file shows what is in it',
      '标题写明是哪一种；用 xxd 查看密码文件的内容',
    ],
    causes: [
      ['the password file is empty, or its first line is', '密码文件为空，或第一行为空'],
      ['Chinese characters or full-width punctuation in the password', '密码含有中文或全角标点'],
    ],
    fix: [
      [
        'let wx-dev make one, which it prints once: wx-dev cert export --p12',
        '让 wx-dev 生成（只打印一次）：wx-dev cert export --p12',
      ],
      [
        'or choose ASCII: openssl rand -hex 16 > pass.txt && wx-dev cert export --p12 --password-file pass.txt',
        '或使用 ASCII：openssl rand -hex 16 > pass.txt && wx-dev cert export --p12 --password-file pass.txt',
      ],
    ],
  },
  WXD5032: {
    title: '加入信任库的记录无法读取',
    about: [
      'wx-dev notes to which trust stores it added its authority, to take exactly that out again. The note cannot be read, so untrust does not know what to remove.',
      'wx-dev 记录把 CA 加入了哪些信任库，以便原样移除。记录无法读取，untrust 不知道该删除什么。',
    ],
    see: [
      'the error names the file; wx-dev cert trust --print shows in which stores this machine would have it',
      '报错写明文件；wx-dev cert trust --print 显示本机会用到哪些信任库',
    ],
    causes: [
      ['the file was edited, or cut off by a full disk', '文件被编辑，或因磁盘写满被截断'],
      ['a sync program left a conflict in it', '同步软件留下了冲突内容'],
    ],
    fix: [
      ['restore it from a backup', '从备份恢复'],
      [
        'or move it away with the mv of the error, run wx-dev cert trust again, which finds what is there, and then wx-dev cert untrust',
        '或用报错给出的 mv 移走，再执行一次 wx-dev cert trust 重新登记，然后 wx-dev cert untrust',
      ],
    ],
  },
  WXD5033: {
    title: '本机没有手机可访问的网络地址',
    about: [
      'cert phone serves the authority to a phone over the local network for ten minutes. This machine has no private IPv4 address, or not the one of --address.',
      'cert phone 通过局域网向手机提供 CA，持续十分钟。本机没有私有 IPv4 地址，或没有 --address 指定的地址。',
    ],
    see: [
      'ip -4 addr (macOS: ifconfig, Windows: ipconfig) lists the addresses; the phone shows its own in the details of the Wi-Fi, and the first three numbers should agree',
      '用 ip -4 addr（macOS：ifconfig，Windows：ipconfig）查看本机地址；手机在 Wi-Fi 详情中显示自己的地址，前三段应相同',
    ],
    causes: [
      ['this machine is in no network, or only in a VPN', '本机没有联网，或只有 VPN'],
      [
        'it is a virtual machine, a container or WSL behind NAT',
        '在 NAT 后面的虚拟机、容器或 WSL 里',
      ],
      ['--address is of another machine, or of yesterday', '--address 是别的机器的，或已变化'],
    ],
    fix: [
      [
        'join the Wi-Fi of the phone, then wx-dev cert phone',
        '连接手机所在的 Wi-Fi，再执行 wx-dev cert phone',
      ],
      [
        'choose the address: wx-dev cert phone --address 192.168.1.20',
        '指定地址：wx-dev cert phone --address 192.168.1.20',
      ],
      [
        'without a network: wx-dev cert export --mobileconfig for iOS, wx-dev cert export --der for Android, and send the file',
        '没有网络时导出文件再传给手机：iOS 用 wx-dev cert export --mobileconfig，Android 用 wx-dev cert export --der',
      ],
    ],
  },
  WXD5034: {
    title: '私钥与证书不匹配',
    about: [
      'A certificate works with one private key only, the one it was made with. The key given is another.',
      '证书只能与生成它时的那把私钥配合使用，而给出的是另一把。',
    ],
    see: [
      'openssl x509 -noout -pubkey -in cert.pem and openssl pkey -pubout -in key.pem print the same key if the two belong together',
      'openssl x509 -noout -pubkey -in cert.pem 与 openssl pkey -pubout -in key.pem 输出相同才是一对',
    ],
    causes: [
      [
        'one of the two was renewed with --rekey, the other is old',
        '其中一个用 --rekey 更新过，另一个还是旧的',
      ],
      ['files of two certificates were mixed', '混用了两张证书的文件'],
      ['it is the key of the authority', '这是 CA 的私钥'],
    ],
    fix: [
      [
        'take both from one folder: wx-dev cert verify .wx-dev/certs/cert.pem --key .wx-dev/certs/key.pem',
        '从同一目录取两个文件：wx-dev cert verify .wx-dev/certs/cert.pem --key .wx-dev/certs/key.pem',
      ],
      ['or make both anew: wx-dev cert renew --rekey', '或重新生成：wx-dev cert renew --rekey'],
    ],
  },
  WXD5040: {
    title: '"cert" 后面的词像是拼错的子命令',
    about: [
      'A word after cert is a host name to certify, unless it is a subcommand. This one is so close to a subcommand that it was not taken for a name.',
      'cert 后面的词如果不是子命令就当作要签发的主机名。这个词与某个子命令太像，因此没有当作主机名。',
    ],
    see: ['wx-dev cert --help lists the subcommands', 'wx-dev cert --help 列出全部子命令'],
    causes: [
      ['a typing error: verfy, shwo', '拼写错误：verfy、shwo'],
      ['a host is really called so', '确实有这个名字的主机'],
    ],
    fix: [
      [
        'write the subcommand as the error shows it, such as wx-dev cert verify',
        '按报错提示书写，例如 wx-dev cert verify',
      ],
      [
        'for a host, put a dot at its end: wx-dev cert "shwo."',
        '如果是主机名，在末尾加点：wx-dev cert "shwo."',
      ],
    ],
  },
  WXD5041: {
    title: '要查看证书的服务器连不上',
    about: [
      'show and verify take host:port and connect to it. Nothing took the connection at this host and port.',
      'show 和 verify 可以接受 host:port 并连接它，而该主机和端口没有接受连接。',
    ],
    see: [
      'curl -vk https://host:port/ shows how far it comes: name, connection or TLS; the reason in brackets says the same in one word',
      'curl -vk https://host:port/ 显示进行到哪一步：解析、连接还是 TLS；括号里的原因是同样的意思',
    ],
    causes: [
      [
        'ECONNREFUSED: the server is not running, or uses another port than 443',
        'ECONNREFUSED：服务器没有运行，或端口不是 443',
      ],
      [
        'ENOTFOUND: a typing error in the name, or no network',
        'ENOTFOUND：域名拼写有误，或没有网络',
      ],
      [
        'ETIMEDOUT: a firewall, or a proxy that is needed here and that show does not use',
        'ETIMEDOUT：防火墙，或此处必须经代理而 show 不使用代理',
      ],
    ],
    fix: [
      ['name the port: wx-dev cert show dev.test:8443', '写明端口：wx-dev cert show dev.test:8443'],
      [
        'start the server first, for example wx-dev serve --https',
        '先启动服务器，例如 wx-dev serve --https',
      ],
      [
        'or judge the file: wx-dev cert verify cert.pem',
        '或直接检查文件：wx-dev cert verify cert.pem',
      ],
    ],
  },
  WXD5042: {
    title: '要查看证书的服务器没有完成 TLS 握手',
    about: [
      'The server took the connection, and then there was no TLS handshake to an end, so no certificate came.',
      '服务器接受了连接，但没有完成 TLS 握手，因此没有拿到证书。',
    ],
    see: [
      'curl -i http://host:port/ : an answer means plain HTTP; else openssl s_client -connect host:port shows the alert of the server',
      '执行 curl -i http://host:port/：有应答说明是普通 HTTP；否则用 openssl s_client -connect host:port 查看服务器的报警',
    ],
    causes: [
      ['the port speaks plain HTTP, or another protocol', '该端口是普通 HTTP 或其他协议'],
      ['the server knows only TLS 1.0 or 1.1', '服务器只支持 TLS 1.0 或 1.1'],
      ['it wants a host name, and an address was given', '服务器必须用域名访问，而给的是 IP'],
      ['it asks for a client certificate and breaks off', '服务器要求客户端证书并中断了握手'],
    ],
    fix: [
      [
        'name the HTTPS port: wx-dev cert show dev.test:8443',
        '指定 HTTPS 端口：wx-dev cert show dev.test:8443',
      ],
      [
        'use the name: wx-dev cert verify www.example.com:443',
        '使用域名：wx-dev cert verify www.example.com:443',
      ],
      ['nginx: ssl_protocols TLSv1.2 TLSv1.3', 'nginx：ssl_protocols TLSv1.2 TLSv1.3'],
    ],
  },
};
