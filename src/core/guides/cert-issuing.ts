import type { BriefGuides } from './brief.ts';

/** 502x: issuing, renewing and revoking certificates. */
export const certIssuingGuides: BriefGuides = {
  WXD5020: {
    title: '证书文件被另一个进程锁定',
    about: [
      'Certificates are issued, and trust stores changed, by one process at a time, so that no serial number is given twice. Another process is at it for longer than wx-dev waits. The lock of a process that was killed or stopped counts for four seconds only.',
      '同一时间只有一个进程签发证书或修改信任库，以免序列号重复。另一个进程占用的时间超过了 wx-dev 的等待时间。被结束或暂停的进程，其锁四秒后即失效。',
    ],
    see: [
      'ps aux | grep "wx-dev cert" shows the other one; look for a terminal that asks for the password of sudo or for a passphrase',
      '执行 ps aux | grep "wx-dev cert" 查找另一个进程；看是否有终端正在询问 sudo 密码或口令',
    ],
    causes: [
      [
        'wx-dev cert trust waits for a password in another terminal',
        '另一个终端里的 wx-dev cert trust 正在等待输入密码',
      ],
      [
        'wx-dev cert renew --all has very many certificates to renew',
        'wx-dev cert renew --all 要续签的证书很多',
      ],
      ['the folder lies on a network disk whose clock is ahead', '目录在网络磁盘上，其时钟偏快'],
    ],
    fix: [
      [
        'answer there, or end it with Ctrl-C or kill <pid>',
        '在那里输入密码，或用 Ctrl-C、kill <pid> 结束它',
      ],
      [
        'keep wx-dev’s folder on a local disk: export WX_DEV_HOME=~/.wx-dev-home',
        '把 wx-dev 的目录放在本地磁盘：export WX_DEV_HOME=~/.wx-dev-home',
      ],
    ],
  },
  WXD5021: {
    title: '已签发证书的列表损坏',
    about: [
      'The list of what was issued holds serial numbers and what was revoked. It cannot be read, and is not replaced without asking: a revoked certificate would count again.',
      '已签发清单记录序列号和吊销情况。现在无法读取，也不会擅自重建，否则吊销过的证书会重新生效。',
    ],
    see: [
      'jq . <path>, or python3 -m json.tool <path>, says at which line it breaks off',
      '执行 jq . <路径> 或 python3 -m json.tool <路径>，会指出在哪一行出错',
    ],
    causes: [
      ['it was edited by hand', '手工编辑过'],
      ['the disk was full, or the machine lost power', '磁盘写满或断电'],
      ['a sync program left a conflict in it', '同步软件留下了冲突内容'],
    ],
    fix: [
      ['restore it from a backup', '从备份恢复'],
      [
        'or move it away with the mv of the error; then revoke again what was revoked, and wx-dev cert renew the rest',
        '或用报错给出的 mv 移走；之后重新吊销该吊销的，其余用 wx-dev cert renew 续签',
      ],
    ],
  },
  WXD5022: {
    title: '本地 CA 的私钥有口令，而没有给出或不对',
    about: [
      'The key of the authority is encrypted under a passphrase, which every command that signs needs: cert, dev, serve --https, tunnel, relay --tls local. None was given, or another one.',
      'CA 私钥用口令加密，所有需要签发的命令都要用到：cert、dev、serve --https、tunnel、relay --tls local。没有给出口令，或口令不对。',
    ],
    see: [
      'the title says whether one was given; echo $WX_DEV_CA_PASSPHRASE_FILE shows which file is read',
      '标题写明是否给出了口令；echo $WX_DEV_CA_PASSPHRASE_FILE 可查看读取的是哪个文件',
    ],
    causes: [
      ['the command runs without a terminal, where it cannot ask', '命令不在终端里运行，无法询问'],
      ['a typing error', '输入错误'],
      ['the file holds a passphrase of another authority', '文件里是另一个 CA 的口令'],
    ],
    fix: [
      [
        'point to a file that only you can read: export WX_DEV_CA_PASSPHRASE_FILE=~/.wx-dev-pass',
        '指向只有自己可读的文件：export WX_DEV_CA_PASSPHRASE_FILE=~/.wx-dev-pass',
      ],
      [
        'or from a password manager: pass show wx-dev | wx-dev cert --passphrase-file -',
        '或从密码管理器读取：pass show wx-dev | wx-dev cert --passphrase-file -',
      ],
      [
        'if it is lost: wx-dev cert uninstall, then a new authority with wx-dev cert init and wx-dev cert trust',
        '忘记口令：wx-dev cert uninstall，再用 wx-dev cert init 和 wx-dev cert trust 新建',
      ],
    ],
  },
  WXD5023: {
    title: '本地 CA 已存在，密钥类型与要求的不同',
    about: [
      'init --rsa asked for an authority with an RSA key, and there is one with an EC key. Another key is another authority, which every client would have to trust again, so it is not replaced.',
      'init --rsa 要求使用 RSA 密钥的 CA，而已有的是 EC 密钥。换密钥就是换 CA，所有客户端都要重新信任，因此不会替换。',
    ],
    see: [
      'wx-dev cert show on ca.pem names the kind of its key',
      '对 ca.pem 执行 wx-dev cert show 可看到密钥类型',
    ],
    causes: [
      [
        'an old client (Java 6, a device) knows no ECDSA, and RSA was wanted for it',
        '旧客户端（Java 6、某些设备）不支持 ECDSA，因此想用 RSA',
      ],
      ['the authority was made before, without --rsa', 'CA 之前已创建，当时没有 --rsa'],
    ],
    fix: [
      [
        'keep it and make one certificate with RSA: wx-dev cert --rsa',
        '保留 CA，只让单张证书用 RSA：wx-dev cert --rsa',
      ],
      [
        'or replace it: the mv of the error, wx-dev cert init --rsa, wx-dev cert trust',
        '或替换：执行报错给出的 mv，再 wx-dev cert init --rsa 和 wx-dev cert trust',
      ],
    ],
  },
  WXD5024: {
    title: '签名请求无法签发',
    about: [
      'A request holds names and a key, and is signed with that key. What is wrong with this one stands below the title; nothing was issued.',
      '签名请求含有名称和公钥，并用对应私钥签名。标题下面写明这份请求的问题；没有签发任何证书。',
    ],
    see: [
      'openssl req -in a.csr -noout -text -verify shows names, key and whether its signature holds',
      'openssl req -in a.csr -noout -text -verify 显示名称、密钥和签名是否有效',
    ],
    causes: [
      [
        'it has no subjectAltName: a CommonName alone counts nowhere',
        '没有 subjectAltName：只有 CommonName 早已不被采用',
      ],
      ['the file is a certificate or a key, or was cut off', '文件是证书或私钥，或被截断'],
      ['an RSA key below 2048 bits, or SHA-1', 'RSA 密钥不足 2048 位，或用了 SHA-1'],
      ['email addresses or URIs among its names', '名称里有邮箱或 URI'],
    ],
    fix: [
      ['make it with the openssl command of the error', '用报错给出的 openssl 命令生成'],
      ['then wx-dev cert csr a.csr', '然后 wx-dev cert csr a.csr'],
      [
        'or let wx-dev make the key too: wx-dev cert a.test',
        '或让 wx-dev 一并生成密钥：wx-dev cert a.test',
      ],
    ],
  },
  WXD5025: {
    title: '文本不能作为客户端的名称或邮箱',
    about: [
      'The name of a client stands in its certificate and is the name of its folder: one line of 64 characters at most, without slashes and without a dot at its start. Chinese is fine in a name, not in an email address.',
      '客户端名称写进证书，同时是目录名：一行，最长 64 个字符，不能有斜杠，不能以点开头。名称可以用中文，邮箱不行。',
    ],
    see: ['the line below the title says which rule it breaks', '标题下面一行写明违反的规则'],
    causes: [
      ['a path was given: clients/alice', '写成了路径：clients/alice'],
      ['it is empty, as from a variable that is not set', '为空，例如变量没有设置'],
      ['an email address with Chinese characters, or without @', '邮箱含中文，或没有 @'],
    ],
    fix: [
      ['wx-dev cert client alice', 'wx-dev cert client alice'],
      [
        'with an address: wx-dev cert client 张三 --email zhang@example.com',
        '带邮箱：wx-dev cert client 张三 --email zhang@example.com',
      ],
    ],
  },
  WXD5026: {
    title: '没有或不止一张证书匹配这个序列号',
    about: [
      'A certificate to revoke is named by its serial number, of which the first six digits are enough if no other begins with them.',
      '吊销时用序列号指明证书；只要没有重复，前六位就够了。',
    ],
    see: [
      'wx-dev cert list shows the serial numbers of all that was issued here',
      'wx-dev cert list 列出所有签发过的证书的序列号',
    ],
    causes: [
      ['a typing error, or fewer than six digits', '输入错误，或不足六位'],
      [
        'the certificate is of another authority, or of another WX_DEV_HOME',
        '证书由别的 CA 签发，或在别的 WX_DEV_HOME 中',
      ],
      ['several begin with these digits', '有多张以这些数字开头'],
    ],
    fix: [
      ['copy the number: wx-dev cert list', '复制序列号：wx-dev cert list'],
      [
        'or read it from the file: wx-dev cert show cert.pem',
        '或从文件读取：wx-dev cert show cert.pem',
      ],
    ],
  },
  WXD5027: {
    title: '没有可续签的证书',
    about: [
      'renew makes anew what the authority of this machine has issued, in the folder where it lies (.wx-dev/certs). There is none, or it is of somebody else.',
      'renew 续签的是本机 CA 签发过的证书（位于 .wx-dev/certs）。那里没有证书，或证书由别人签发。',
    ],
    see: [
      'wx-dev cert list shows what was issued and where it lies; wx-dev cert show on the file names its issuer',
      'wx-dev cert list 显示签发过什么、在哪里；对文件执行 wx-dev cert show 可看到签发者',
    ],
    causes: [
      ['none was issued in this project yet', '这个项目还没有签发过证书'],
      ['the command ran in another folder', '在别的目录执行了命令'],
      [
        'the certificate is of a public authority, which renews it itself',
        '证书由公共机构签发，应由它续签',
      ],
    ],
    fix: [
      ['issue one: wx-dev cert localhost 127.0.0.1', '先签发：wx-dev cert localhost 127.0.0.1'],
      [
        'renew in another place: wx-dev cert renew --out certs, or all: wx-dev cert renew --all',
        '在别处续签：wx-dev cert renew --out certs；全部续签：wx-dev cert renew --all',
      ],
    ],
  },
  WXD5028: {
    title: '客户端 CA 或它的吊销列表无法使用',
    about: [
      'To ask visitors for certificates, a server needs the authority of clients (--client-ca) and, if it is to know what was revoked, its list (--crl). One of the two files is not what it should be.',
      '要求访客出示证书时，服务器需要客户端 CA（--client-ca）；要识别已吊销的证书，还需要吊销列表（--crl）。其中一个文件不正确。',
    ],
    see: [
      'head -1 on the file: ca-client.pem begins with BEGIN CERTIFICATE, crl.pem with BEGIN X509 CRL; openssl crl -in crl.pem -noout -nextupdate shows until when a list counts',
      '用 head -1 查看：ca-client.pem 以 BEGIN CERTIFICATE 开头，crl.pem 以 BEGIN X509 CRL 开头；openssl crl -in crl.pem -noout -nextupdate 显示列表有效期',
    ],
    causes: [
      ['the two files were given the wrong way round', '两个文件给反了'],
      [
        'the certificate of a client was given in place of its authority',
        '给的是客户端证书，而不是 CA 证书',
      ],
      ['ca.pem was given, which is the authority of servers', '给的是 ca.pem，那是服务器用的 CA'],
      ['the list is cut off, or of another authority', '列表被截断，或属于别的 CA'],
    ],
    fix: [
      [
        'wx-dev cert client alice makes both files and prints their paths',
        'wx-dev cert client alice 会生成两个文件并打印路径',
      ],
      [
        'then wx-dev relay --client-ca ca-client.pem --crl crl.pem',
        '然后 wx-dev relay --client-ca ca-client.pem --crl crl.pem',
      ],
    ],
  },
  WXD5029: {
    title: '中继只接受持有其 CA 所签证书的客户端',
    about: [
      'The relay was started with --client-ca: besides a token it wants a client certificate of its authority. None came, or one that it does not accept.',
      '中继以 --client-ca 启动：除令牌外，还要求由其 CA 签发的客户端证书。没有收到证书，或证书不被接受。',
    ],
    see: [
      'the title says whether one was sent; wx-dev cert show client.pem shows issuer and dates, wx-dev cert list on the relay what was revoked',
      '标题写明是否发送了证书；wx-dev cert show client.pem 显示签发者和日期，在中继上用 wx-dev cert list 查看是否已吊销',
    ],
    causes: [
      ['--client-cert and --client-key are missing', '没有 --client-cert 和 --client-key'],
      ['the certificate has expired, or was revoked', '证书已过期或吊销'],
      ['it is of the authority of another machine', '它由另一台机器的 CA 签发'],
      [
        'the URL of the relay is http, where no certificate can be shown',
        '中继地址是 http，无法出示证书',
      ],
    ],
    fix: [
      [
        'on the machine of the relay: wx-dev cert client alice',
        '在中继所在机器上：wx-dev cert client alice',
      ],
      [
        'here: wx-dev tunnel 3000 --client-cert cert.pem --client-key key.pem',
        '本机：wx-dev tunnel 3000 --client-cert cert.pem --client-key key.pem',
      ],
    ],
  },
};
