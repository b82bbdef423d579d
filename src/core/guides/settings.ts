import type { BriefGuides } from './brief.ts';

/** 6xxx: settings, what is sent, and what was recorded. */
export const settingsGuides: BriefGuides = {
  WXD6001: {
    title: '设置的值不可用',
    about: [
      'The error names the setting, where it stands, what came and what is expected.',
      '报错给出设置名、所在位置、收到的值和应有的值。',
    ],
    see: [
      'the error names the place; env | grep WX_ shows variables of the shell',
      '报错给出了位置；env | grep WX_ 查看 shell 里的变量',
    ],
    causes: [
      ['a typing error', '拼写错误'],
      ['a unit or scheme is missing', '缺少单位或协议'],
      [
        'a shell expanded $ or cut at a space: quote the value',
        'shell 展开了 $ 或在空格处截断：请加引号',
      ],
    ],
    fix: [
      ['correct it at the place named', '在指出的位置修改'],
      ['the options and their forms: wx-dev send --help', '选项与写法：wx-dev send --help'],
    ],
  },
  WXD6002: {
    title: '缺少这个命令需要的设置',
    about: [
      'Settings come from flags, WX_DEV_* variables, .env.local, .env and the config file, in this order.',
      '设置依次来自命令行、WX_DEV_* 变量、.env.local、.env 和配置文件。',
    ],
    see: [
      'grep -n WX_ .env .env.local, and env | grep WX_',
      'grep -n WX_ .env .env.local，以及 env | grep WX_',
    ],
    causes: [
      ['it is not set', '没有设置'],
      ['it stands in a file that is not read here', '写在了这里不读取的文件中'],
      [
        'the variable has the name of another account: WX_TOKEN_SHOP',
        '变量名属于另一个账号：WX_TOKEN_SHOP',
      ],
    ],
    fix: [
      ['set it, or start in the folder of the project', '设置它，或在项目目录中启动'],
      ['write secrets into .env.local, which git ignores', '机密写进 .env.local，git 会忽略它'],
    ],
  },
  WXD6003: {
    title: '要监听的端口被占用或不可用',
    about: [
      'Another process listens there, or the system does not allow it.',
      '端口被其他进程占用，或系统不允许。',
    ],
    see: [
      'ss -ltnp, or lsof -i :3000, names the process',
      'ss -ltnp 或 lsof -i :3000 查看占用的进程',
    ],
    causes: [
      ['wx-dev or an app is still running', 'wx-dev 或应用仍在运行'],
      ['ports below 1024 need rights', '1024 以下的端口需要权限'],
      ['the address is not one of this machine', '这个地址不属于本机'],
    ],
    fix: [
      [
        'choose another with --port, or end the other process',
        '用 --port 换一个，或结束占用的进程',
      ],
      ['0 takes a free port: wx-dev serve --port 0', '0 表示任选空闲端口：wx-dev serve --port 0'],
    ],
  },
  WXD6004: {
    title: '设置文件无法理解',
    about: ['The error gives the line.', '报错给出了行号。'],
    see: [
      'node --check wx-dev.config.mjs, or a JSON editor',
      'node --check wx-dev.config.mjs，或用 JSON 编辑器检查',
    ],
    causes: [
      ['malformed JSON, or code that fails', 'JSON 格式错误，或代码出错'],
      ['a comment or a trailing comma in JSON', 'JSON 里有注释或多余的逗号'],
      ['the file is saved in another encoding than UTF-8', '文件不是 UTF-8 编码'],
      ['it imports a package that is not installed', '导入了没有安装的包'],
    ],
    fix: [
      ['correct that line', '修改这一行'],
      [
        'save as UTF-8; for comments use wx-dev.config.mjs',
        '存为 UTF-8；需要注释就用 wx-dev.config.mjs',
      ],
    ],
  },
  WXD6005: {
    title: '设置文件里有不存在的设置',
    about: [
      'An unknown name is refused, because a typing error would silently do nothing.',
      '未知的名称会被拒绝，以免拼写错误悄悄失效。',
    ],
    see: [
      'docs/accounts.md lists the settings of accounts, wx-dev serve --help the others',
      '账号的设置见 docs/accounts.zh-CN.md，其余见 wx-dev serve --help',
    ],
    causes: [
      ['a typing error', '拼写错误'],
      ['a setting of an account stands outside accounts', '账号的设置写在了 accounts 之外'],
      ['it comes from another release', '来自别的版本'],
    ],
    fix: [
      ['use the name that the error suggests', '使用报错建议的名称'],
      ['settings of one account go below accounts.<name>', '单个账号的设置放在 accounts.<名称> 下'],
    ],
  },
  WXD6006: {
    title: '设置指定的文件无法读取',
    about: ['The error names path and reason.', '报错给出了路径和原因。'],
    see: ['ls -l of the path that the error names', '对报错中的路径执行 ls -l'],
    causes: [
      ['it does not exist, or there', '文件不存在，或不在那里'],
      ['no permission', '没有权限'],
      [
        'the path is relative to the file that names it, not to the shell',
        '路径相对于写下它的文件，而不是当前目录',
      ],
    ],
    fix: [
      ['correct the path', '修改路径'],
      ['write an absolute path to be sure', '不确定就写绝对路径'],
    ],
  },
  WXD6007: {
    title: '同一处的两个设置互相矛盾',
    about: [
      'Both are equally strong, so wx-dev does not guess.',
      '两者优先级相同，wx-dev 不做猜测。',
    ],
    see: [
      'the error names both places; env | grep WX_ shows variables of the shell',
      '报错给出两处位置；env | grep WX_ 查看 shell 里的变量',
    ],
    causes: [
      ['two options that exclude each other', '同时用了互斥的选项'],
      ['a variable of the shell meets one of .env', 'shell 变量与 .env 同时存在'],
      ['a script adds an option that you type too', '脚本加上的选项又手动输入了一次'],
    ],
    fix: [
      ['leave one out', '去掉其中一个'],
      ['unset the variable, or leave the option away', '取消变量，或不写这个选项'],
    ],
  },
  WXD6008: {
    title: 'wx-dev 自己的目录无法使用',
    about: [
      'wx-dev keeps its state in WX_DEV_HOME and in .wx-dev/ of the project.',
      'wx-dev 的状态保存在 WX_DEV_HOME 和项目的 .wx-dev/。',
    ],
    see: [
      'ls -ld of the folder that the error names, and df -h',
      '对报错中的目录执行 ls -ld，并看 df -h',
    ],
    causes: [
      ['no permission, or a read-only disk', '没有权限，或磁盘只读'],
      ['it is a link', '它是符号链接'],
      ['it was made by another user, for example with sudo', '由别的用户创建，例如用了 sudo'],
    ],
    fix: [
      ['set WX_DEV_HOME to a folder of your own', '把 WX_DEV_HOME 设为自己的目录'],
      [
        'give it back to yourself: sudo chown -R $(id -u) .wx-dev',
        '改回自己所有：sudo chown -R $(id -u) .wx-dev',
      ],
    ],
  },
  WXD6009: {
    title: '同一文件里重复设置，以最后一个为准',
    about: ['Two lines set one name.', '两行设置了同一个名称。'],
    see: ['grep -n WX_TOKEN .env', 'grep -n WX_TOKEN .env'],
    causes: [
      ['a line was copied', '复制了一行'],
      ['a merge of two branches kept both', '合并分支时两行都保留了'],
      ['one of them was meant for .env.local', '其中一行本该写进 .env.local'],
    ],
    fix: [
      ['delete one', '删掉一行'],
      ['keep the one that counts: the last', '保留生效的那一行：最后一行'],
    ],
  },
  WXD6010: {
    title: '目录里有多个 wx-dev.config 文件',
    about: ['Only one may say what counts.', '只能有一个生效。'],
    see: ['ls wx-dev.config.*', 'ls wx-dev.config.*'],
    causes: [
      ['the file was converted and the old one left', '转换了格式而旧文件还在'],
      ['a template was written over a project', '在已有项目上又写入了模板'],
      ['a build left the compiled file beside its source', '构建产物留在源文件旁边'],
    ],
    fix: [
      ['delete the others', '删除多余的'],
      [
        'name one for a single run: wx-dev serve --config wx-dev.config.mjs',
        '单次运行可指定：wx-dev serve --config wx-dev.config.mjs',
      ],
    ],
  },
  WXD6011: {
    title: '项目的状态文件损坏',
    about: [
      '.wx-dev/ holds the random Token and key of a project without settings.',
      '.wx-dev/ 保存了未配置项目的随机 Token 和密钥。',
    ],
    see: ['cat .wx-dev/state.json', 'cat .wx-dev/state.json'],
    causes: [
      ['it was edited, or a disk was full', '被编辑过，或磁盘曾写满'],
      ['two versions of wx-dev share the folder', '两个版本的 wx-dev 共用目录'],
      ['it was copied from another project only in part', '从别的项目复制时不完整'],
    ],
    fix: [
      ['delete the file; new values are made', '删除文件，会生成新的'],
      [
        'after that, paste the new Token into the console again',
        '之后要把新的 Token 重新填到公众平台',
      ],
    ],
  },
  WXD6012: {
    title: '证书与私钥不匹配',
    about: ['HTTPS needs the key of this certificate.', 'HTTPS 需要与证书对应的私钥。'],
    see: [
      'wx-dev cert show cert.pem, and the date of both files',
      'wx-dev cert show cert.pem，并核对两个文件的时间',
    ],
    causes: [
      ['files of two certificates were mixed', '混用了两张证书的文件'],
      ['only one of two files was renewed', '只更新了两个文件之一'],
      ['a full chain stands in the wrong order', '证书链顺序不对'],
    ],
    fix: [
      ['name both files of one certificate', '指定同一张证书的两个文件'],
      ['issue both again: wx-dev cert', '重新签发：wx-dev cert'],
    ],
  },
  WXD6013: {
    title: '要写入的文件无法写入',
    about: ['The error names path and reason.', '报错给出了路径和原因。'],
    see: ['ls -ld of the folder, and df -h', '对目录执行 ls -ld，并看 df -h'],
    causes: [
      ['the folder does not exist', '目录不存在'],
      ['no permission', '没有权限'],
      ['the name is a folder', '这个名字是目录'],
    ],
    fix: [
      ['choose another path', '换一个路径'],
      ['make the folder first: mkdir -p out', '先建目录：mkdir -p out'],
    ],
  },
  WXD6032: {
    title: '命令或模式不适用于这种账号',
    about: [
      'Merchants get notifications, no pushes; WeCom and platforms know no plain mode.',
      '商户收到的是通知而不是推送；企业微信和第三方平台没有明文模式。',
    ],
    see: [
      'the error names where kind is set; env | grep WX_DEV_KIND',
      '报错给出 kind 的位置；也可 env | grep WX_DEV_KIND',
    ],
    causes: [
      ['another account was meant', '本意是另一个账号'],
      [
        'WX_DEV_KIND of another project is still set in the shell',
        'shell 里还留着别的项目的 WX_DEV_KIND',
      ],
      [
        "a bot's message is sent to an account that is no bot",
        '把机器人的消息发给了不是机器人的账号',
      ],
    ],
    fix: [
      ['choose the account with --account', '用 --account 选择账号'],
      [
        'payments are sent by their own names: wx-dev send pay.success',
        '支付通知有自己的名称：wx-dev send pay.success',
      ],
    ],
  },
  WXD6040: {
    title: '路径没有指向可设置的字段',
    about: [
      '--set takes names joined by dots, as in Event.Key or List[0].Id.',
      '--set 的字段名用点连接，例如 Event.Key 或 List[0].Id。',
    ],
    see: [
      'wx-dev send text --set A.B=1 --dry-run prints the message',
      'wx-dev send text --set A.B=1 --dry-run 打印消息',
    ],
    causes: [
      ['an empty part, or a bracket left open', '某一段为空，或括号没有闭合'],
      ['two dots in a row, or one at an end', '连续两个点，或点在首尾'],
      ['deeper than WeChat nests', '层级比微信的消息更深'],
    ],
    fix: [
      ['write it as in the message', '按消息里的层级书写'],
      [
        'name fields as WeChat does: ScanCodeInfo.ScanResult, List.0.TemplateId',
        '按微信的字段名书写：ScanCodeInfo.ScanResult、List.0.TemplateId',
      ],
    ],
  },
  WXD6041: {
    title: '推送名后面的内容不合适',
    about: [
      'What the content means depends on the push: a text, a key, a place.',
      '内容的含义取决于推送类型：文本、EventKey、位置。',
    ],
    see: [
      'wx-dev send --list, and --dry-run for what a name sends',
      'wx-dev send --list；用 --dry-run 看某个名称发送什么',
    ],
    causes: [
      ['this push has no main field', '这种推送没有主字段'],
      ['the content stands before the name', '内容写在了名称前面'],
      ['a place is not latitude, longitude', '位置应为 纬度,经度'],
    ],
    fix: [
      ['set fields by name with --set', '用 --set 按名称设置'],
      ['set the field by its name: --set EventKey=A', '按字段名设置：--set EventKey=A'],
    ],
  },
  WXD6042: {
    title: '--edit 要打开的编辑器无法使用',
    about: ['The editor is that of VISUAL or EDITOR.', '编辑器取自 VISUAL 或 EDITOR。'],
    see: ['echo $VISUAL $EDITOR', 'echo $VISUAL $EDITOR'],
    causes: [
      ['neither is set', '都没有设置'],
      ['no terminal', '不在终端中'],
      [
        'an editor that returns at once, such as code without --wait',
        '编辑器立即返回，如不带 --wait 的 code',
      ],
    ],
    fix: [
      ['set EDITOR, or use --data', '设置 EDITOR，或使用 --data'],
      [
        'EDITOR="code --wait" wx-dev send text --edit',
        'EDITOR="code --wait" wx-dev send text --edit',
      ],
    ],
  },
  WXD6043: {
    title: '期望无法理解',
    about: [
      'An expectation is a name, a comparison and a value: status=200, ms<3000.',
      '期望由名称、比较和值组成：status=200、ms<3000。',
    ],
    see: ["quote it: --expect 'ms<3000'", "加引号：--expect 'ms<3000'"],
    causes: [
      ['the shell took < or ~ for itself', 'shell 自己处理了 < 或 ~'],
      ['the shell took < or > for a file', 'shell 把 < 或 > 当成了重定向'],
      ['a name that no outcome has', '结果中没有这个名称'],
    ],
    fix: [
      ['put it in quotes', '加上引号'],
      [
        'status ms verdict accepted attempts error body header.X reply.X',
        'status ms verdict accepted attempts error body header.X reply.X',
      ],
    ],
  },
  WXD6044: {
    title: '期望没有达到',
    about: ['The error shows what was expected and what came.', '报错给出期望的值和实际的值。'],
    see: [
      'wx-dev send text -v shows everything that can be expected',
      'wx-dev send text -v 显示可作期望的全部内容',
    ],
    causes: [
      ['the app answered otherwise', '应用的应答不同'],
      ['the app answered by another rule', '应用按别的规则回复了'],
      ['a value of an earlier step was not what was thought', '前一步保存的值与预想不同'],
    ],
    fix: [
      ['mend the app or the expectation', '修改应用或期望'],
      ['compare what was seen, which stands in the error', '对照报错中的实际值'],
    ],
  },
  WXD6045: {
    title: '场景文件无法理解',
    about: ['The error names the step.', '报错指出了步骤。'],
    see: [
      'wx-dev send ./scenario.json --dry-run checks it without sending',
      'wx-dev send ./scenario.json --dry-run 只检查不发送',
    ],
    causes: [
      ['malformed JSON, or a field that does not exist', 'JSON 格式错误，或字段不存在'],
      ['a key is misspelt or stands twice', '键名拼错或重复'],
      ['a step has neither send nor await, or both', '步骤缺少 send 或 await，或两者都有'],
      ['a comment or a trailing comma: it is JSON', '有注释或多余的逗号：它是 JSON'],
    ],
    fix: [
      ['correct that step', '修改这个步骤'],
      ['an example is in the README', 'README 中有示例'],
    ],
  },
  WXD6046: {
    title: '场景使用了没有保存过的值',
    about: [
      '${name} must be saved by an earlier step, or be ${env:NAME}.',
      '${name} 应由前面的步骤保存，或写成 ${env:NAME}。',
    ],
    see: ['the error lists the values that are known at this step', '报错列出此步已知的值'],
    causes: [
      ['a typing error, or the steps in another order', '拼写错误，或步骤顺序不对'],
      ['the step that saves it comes later, or failed', '保存它的步骤在后面，或失败了'],
      [
        'an environment variable needs env: in front: ${env:CODE}',
        '环境变量要加 env: 前缀：${env:CODE}',
      ],
    ],
    fix: [
      ['save it before', '先保存再使用'],
      ['write $${ for a plain ${', '要表示 ${ 本身请写 $${'],
    ],
  },
  WXD6047: {
    title: '场景的值循环引用，或无限增长',
    about: ['Values that refer to each other have no end.', '互相引用的值没有尽头。'],
    see: ['follow the names that the error lists in their order', '按报错列出的顺序检查这些名称'],
    causes: [
      ['a value refers to itself', '值引用了自身'],
      ['a value refers to itself', '值引用了自己'],
      ['values double each other until 64 KB', '值互相翻倍，超过 64 KB'],
    ],
    fix: [
      ['break the circle', '去掉循环'],
      ['give one of them a fixed text', '把其中一个改为固定文本'],
    ],
  },
  WXD6048: {
    title: '这种破坏方式需要加密',
    about: [
      'cipher, appid and padding exist in encrypted pushes only.',
      'cipher、appid、padding 只存在于加密推送。',
    ],
    see: ['serve and dev print the mode in their first lines', 'serve 和 dev 开头几行会显示模式'],
    causes: [
      ['the mode is plain', '当前是明文模式'],
      ['the account has no EncodingAESKey', '账号没有 EncodingAESKey'],
      [
        'verify has only signature and timestamp to break',
        'verify 只能破坏 signature 和 timestamp',
      ],
    ],
    fix: [
      ['add --mode safe', '加上 --mode safe'],
      [
        'in safe mode: wx-dev send text hi --mode safe --tamper cipher',
        '在安全模式下：wx-dev send text 你好 --mode safe --tamper cipher',
      ],
    ],
  },
  WXD6049: {
    title: '应用把伪造的推送当真，或因此出错',
    about: [
      'send --tamper breaks one part of a push or payment. An app that still takes it could be told anything by anybody: follows, orders, payments. An error of the server instead of a refusal tells a stranger where it breaks.',
      'send --tamper 会破坏推送或支付通知的一个部分。照单全收的应用，任何人都能伪造消息、订单和付款。返回服务器错误而不是拒绝，等于告诉陌生人它在哪里出错。',
    ],
    causes: [
      ['nothing is verified, or only where a header is there', '没有验签，或只在带了某个头时才验'],
      [
        'signature is compared where the mode needs msg_signature',
        '该用 msg_signature 的模式只比对了 signature',
      ],
      [
        'payments: final() is never called, so that the GCM tag counts for nothing',
        '支付：没有调用 final()，GCM 的 tag 形同虚设',
      ],
      ['the error of the decryption is not caught', '解密的异常没有捕获'],
    ],
    fix: [
      ['verify before anything else, and answer 401 or 403', '先校验，不通过返回 401 或 403'],
      [
        'see the steps: wx-dev send text hi --tamper cipher -v',
        '查看每一步：wx-dev send text hi --tamper cipher -v',
      ],
      ['run all of them: wx-dev conform', '一次检查全部：wx-dev conform'],
    ],
  },
  WXD6050: {
    title: '场景里有支付，但没有收款商户',
    about: [
      'A step such as pay.success is signed with the key pair of the project and sealed with the key of a merchant. wx-dev send opens both; wx-dev/testing, which runs without a project, has neither.',
      'pay.success 这样的步骤要用项目的密钥对签名，并用商户的密钥加密。wx-dev send 会打开两者；wx-dev/testing 不依赖项目，两者都没有。',
    ],
    causes: [
      ['the scenario is run by wx-dev/testing', '场景由 wx-dev/testing 运行'],
      [
        'the name of the step came from a ${…} that made it a payment',
        '步骤名由 ${…} 得出，成了支付',
      ],
    ],
    fix: [
      ['run the file: wx-dev send ./scenario.json', '用命令运行：wx-dev send ./scenario.json'],
      [
        'in a test, seal and sign it: sealNotification and signNotification of wx-dev/wechat',
        '在测试中自行加密签名：wx-dev/wechat 的 sealNotification 与 signNotification',
      ],
    ],
  },
  WXD6060: {
    title: '无法记录请求（警告）',
    about: [
      'Pushes are answered, but not kept for logs and replay.',
      '推送照常应答，但不会保存供 logs 和 replay 使用。',
    ],
    see: ['ls -ld .wx-dev/history, and df -h', 'ls -ld .wx-dev/history，并看 df -h'],
    causes: [
      ['a full disk or no permission', '磁盘已满或没有权限'],
      ['a network drive that is slower than the pushes come', '网络磁盘跟不上推送的速度'],
      ['another user owns the folder', '目录属于别的用户'],
    ],
    fix: [['free space, or start with --no-history', '腾出空间，或用 --no-history 启动']],
  },
  WXD6061: {
    title: '没有这个编号的记录',
    about: ['Only the newest exchanges are kept.', '只保留最近的记录。'],
    see: ['wx-dev logs lists what there is', 'wx-dev logs 列出现有记录'],
    causes: [
      ['a typing error', '输入错误'],
      ['it is no longer kept', '已被清理'],
      ['it belongs to another project: look at the folder', '它属于别的项目：请看所在目录'],
      ['serve ran with --no-history', 'serve 使用了 --no-history'],
    ],
    fix: [
      ['look at wx-dev logs', '查看 wx-dev logs'],
      [
        'look from the folder of the project: wx-dev logs --cwd my-bot',
        '在项目目录中查看：wx-dev logs --cwd my-bot',
      ],
    ],
  },
  WXD6062: {
    title: '这条记录无法重放',
    about: [
      'A replay signs and encrypts what was inside a push or a payment. Where that is not known, or is not what came, nothing is sent; in a range the others still are.',
      '重放是把推送或支付通知里的内容重新签名、加密。内容未知或已不是原样时就不发送；范围内的其余记录照常发送。',
    ],
    causes: [
      [
        'it was refused: its signature, encryption or format was wrong',
        '它被拒绝过：签名、加密或格式有误',
      ],
      ['it is a page that was passed on, not a push', '它是透传的网页，不是推送'],
      ['the body was too large, or the connection broke', '请求体过大，或连接中断'],
      ['it held a Token or key, which was masked', '其中含有 Token 或密钥，已被遮盖'],
      ['a refund of v2, and the API key has changed', '它是 v2 退款通知，而 API 密钥已更换'],
    ],
    fix: [
      ['look at it: wx-dev logs 17 -v', '查看它：wx-dev logs 17 -v'],
      [
        'send the same by name: wx-dev send text, wx-dev send pay.success',
        '按名称发送同样的内容：wx-dev send text、wx-dev send pay.success',
      ],
    ],
  },
  WXD6063: {
    title: '没有可重放的目标',
    about: [
      'replay sends to what runs in this project, or to --forward-to.',
      'replay 发给本项目正在运行的服务，或 --forward-to。',
    ],
    see: [
      'grep -n FORWARD_TO .env .env.local, forwardTo in the config file',
      'grep -n FORWARD_TO .env .env.local，以及配置文件中的 forwardTo',
    ],
    causes: [
      ['nothing runs here', '这里没有运行的服务'],
      ['serve or dev runs in another folder', 'serve 或 dev 在别的目录运行'],
      ['it was killed, and left nothing to be found by', '进程被强制结束，已找不到'],
    ],
    fix: [
      ['start the app, or name it with --forward-to', '启动应用，或用 --forward-to 指定'],
      ['name the app: wx-dev replay last -f 3000', '指明应用：wx-dev replay last -f 3000'],
    ],
  },
  WXD6064: {
    title: '记录无法读写',
    about: ['The history lies in .wx-dev/ of the project.', '记录保存在项目的 .wx-dev/ 中。'],
    see: ['ls -la .wx-dev/history', 'ls -la .wx-dev/history'],
    causes: [
      ['no permission, or damaged', '没有权限，或已损坏'],
      ['a link stands where a file belongs', '本该是文件的地方是链接'],
      ['the disk is full or was taken away', '磁盘已满或已卸载'],
    ],
    fix: [
      ['delete it; a new one is made', '删除后会重新生成'],
      ['move it aside; a new one is made', '移走它，会新建一个'],
    ],
  },
  WXD6065: {
    title: '要重放的条数超过上限',
    about: [
      'A range is bounded, so that a typing error does not send thousands.',
      '范围有上限，以免误发成千上万条。',
    ],
    see: ['wx-dev logs --limit 5 shows the latest ids', 'wx-dev logs --limit 5 查看最新的编号'],
    causes: [
      ['a range that is too wide', '范围太大'],
      ['--times multiplies the range', '--times 与范围相乘'],
      ['a range from 1 on', '范围从 1 开始'],
    ],
    fix: [
      ['choose a smaller one', '缩小范围'],
      [
        'load is what send is for: wx-dev send text --times 1000',
        '压力测试用 send：wx-dev send text --times 1000',
      ],
    ],
  },
};
