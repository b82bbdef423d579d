import type { BriefGuides } from './brief.ts';

/** 7xxx: writing a project. */
export const scaffoldGuides: BriefGuides = {
  WXD7001: {
    title: '新项目的目录里有其他文件',
    about: [
      'init writes into an empty folder, so that nothing of yours is overwritten; .git, README and LICENSE may be there. Here other files are, and the error lists the first of them. Nothing was written.',
      'init 只写入空目录，以免覆盖你的文件；.git、README 和 LICENSE 可以已存在。这里有其他文件，报错列出了前几个。没有写入任何内容。',
    ],
    see: [
      'run ls -A on the folder: a package.json or go.mod means a project of your own, a .wx-dev.json one that init wrote before',
      '对该目录执行 ls -A：有 package.json 或 go.mod 说明是已有项目，有 .wx-dev.json 说明以前用 init 创建过',
    ],
    causes: [
      ['the project was made before, and init ran again', '项目已创建过，又执行了一次 init'],
      ['it is an existing app that is to get the callback', '这是已有的应用，想加入回调'],
      ['init ran in the wrong folder', '在错误的目录执行了 init'],
    ],
    fix: [
      ['a folder of its own: wx-dev init my-app', '使用新目录：wx-dev init my-app'],
      [
        'wx-dev init --into . adds to a project that is there and leaves each file of it as it is',
        'wx-dev init --into . 加入已有项目，不改动任何文件',
      ],
      [
        'to overwrite the files of the template, look first: wx-dev init my-app --force --dry-run',
        '要覆盖模板自带的文件，先预览：wx-dev init my-app --force --dry-run',
      ],
    ],
  },
  WXD7002: {
    title: '没有这个名字的模板',
    about: [
      'Templates come in the package; nothing is fetched. The error lists the names there are.',
      '模板随安装包提供，不会联网获取。报错列出了全部名字。',
    ],
    see: [
      'wx-dev init --list shows each template with its language and what it holds',
      'wx-dev init --list 列出每个模板的语言和内容',
    ],
    causes: [
      [
        'a typing error, such as node-mini for node-minimal',
        '拼写错误，例如把 node-minimal 写成 node-mini',
      ],
      ['a template of a newer wx-dev', '模板属于更新的 wx-dev'],
      ['a folder was meant, and --from takes those', '本意是自己的模板目录，应使用 --from'],
    ],
    fix: [
      ['choose from wx-dev init --list', '从 wx-dev init --list 中选择'],
      [
        'for a template of your own: wx-dev init my-app --from ./my-template',
        '使用自己的模板：wx-dev init my-app --from ./my-template',
      ],
    ],
  },
  WXD7003: {
    title: '名称不能在所有系统上使用',
    about: [
      'The name becomes a folder, and often the name of a package. It has to work on Windows, macOS and Linux, because the project is shared; this one would not everywhere.',
      '名称会成为目录名，通常也是包名。项目会共享，因此它须在 Windows、macOS 和 Linux 上都能使用，而这个名称不行。',
    ],
    see: [
      'the line below the title says which rule it breaks; the name is that of the folder unless --name gives one',
      '标题下面一行写明违反的规则；没有 --name 时取目录名',
    ],
    causes: [
      ['capitals, spaces or Chinese characters in a package name', '包名里有大写、空格或中文'],
      [
        'a character that Windows keeps for itself, such as a colon or ?',
        'Windows 保留的字符，例如冒号或问号',
      ],
      ['a name of a device: con, nul, com1', '设备名：con、nul、com1'],
      ['a dot or a space at its end', '末尾有点或空格'],
    ],
    fix: [
      [
        'lower-case letters, digits and hyphens: wx-dev init my-app',
        '只用小写字母、数字和连字符：wx-dev init my-app',
      ],
      [
        'keep the folder, and name the package: wx-dev init 我的应用 --name my-app',
        '保留目录名，单独指定包名：wx-dev init 我的应用 --name my-app',
      ],
    ],
  },
  WXD7004: {
    title: '包内的模板损坏',
    about: [
      'A file of the template is missing, or template.json does not fit what is there. The templates are tested before each release, so the copy on this machine is the likely fault.',
      '模板缺少文件，或 template.json 与内容不符。发布前模板都经过测试，因此多半是本机的这份副本有问题。',
    ],
    see: [
      'run npm ls wx-dev, and look below node_modules/wx-dev/templates whether the file of the error is there',
      '执行 npm ls wx-dev，并查看 node_modules/wx-dev/templates 中报错提到的文件是否存在',
    ],
    causes: [
      ['an installation that was broken off', '安装中途中断'],
      [
        'a tool removed files it took for unneeded, such as .gitignore or *.md',
        '有工具清理了「多余」文件，例如 .gitignore 或 *.md',
      ],
      ['the template was edited in node_modules', '在 node_modules 里改动过模板'],
    ],
    fix: [
      [
        'install it anew: rm -rf node_modules/wx-dev && npm install wx-dev',
        '重新安装：rm -rf node_modules/wx-dev && npm install wx-dev',
      ],
      [
        'a template of your own is checked the same way: compare it with docs/templates.md',
        '自己的模板按同样规则检查：对照 docs/templates.md',
      ],
    ],
  },
  WXD7005: {
    title: '无法写入项目；没有做任何改动',
    about: [
      'A file could not be written. What had been written until then was taken back, so the folder is as it was.',
      '有文件无法写入。此前已写入的内容已撤回，目录保持原样。',
    ],
    see: [
      'run ls -ld on the path of the error, and df -h . : another owner, no w, or 100 % say which it is',
      '对报错中的路径执行 ls -ld，再执行 df -h .：属主不同、没有 w 权限或 100 % 即为原因',
    ],
    causes: [
      [
        'the folder belongs to another user, often root after sudo',
        '目录属于其他用户，常见于用过 sudo',
      ],
      ['the disk or a quota is full', '磁盘或配额已满'],
      ['the file is open in another program (Windows)', '文件被其他程序占用（Windows）'],
      ['a read-only mount, as of a container', '只读挂载，例如容器里'],
    ],
    fix: [
      [
        'take the folder back: sudo chown -R "$USER" my-app',
        '取回目录：sudo chown -R "$USER" my-app',
      ],
      ['or write elsewhere: wx-dev init ~/my-app', '或换个位置：wx-dev init ~/my-app'],
    ],
  },
  WXD7006: {
    title: '项目的路径是指向目录外的符号链接',
    about: [
      'A path that init would write through is a symbolic link to a place outside the project. Writing would change files elsewhere, so nothing was written.',
      'init 要写入的路径是指向项目外的符号链接。写入会改动别处的文件，因此没有写入任何内容。',
    ],
    see: [
      'run ls -l on the path of the error: the arrow shows where it leads',
      '对报错中的路径执行 ls -l：箭头指向它的目标',
    ],
    causes: [
      [
        'a folder such as src or docs is shared with another project by a link',
        'src、docs 等目录用链接与其他项目共用',
      ],
      [
        'the project came out of an archive or a repository that holds the link',
        '项目来自含有该链接的压缩包或仓库',
      ],
    ],
    fix: [
      [
        'replace the link by a folder: rm src && mkdir src (rm removes the link, not what it leads to)',
        '把链接换成目录：rm src && mkdir src（rm 只删除链接本身）',
      ],
      ['or use another folder: wx-dev init my-app', '或换一个目录：wx-dev init my-app'],
    ],
  },
  WXD7007: {
    title: '模板没有这一层',
    about: [
      'A layer adds files such as a Dockerfile to a project. Each template names the layers that fit it, and this is none of them.',
      '层为项目加入 Dockerfile 之类的文件。每个模板列出适合自己的层，其中没有这一个。',
    ],
    see: [
      'the error lists those that fit; wx-dev init --list shows them for all templates',
      '报错列出可用的层；wx-dev init --list 列出所有模板的层',
    ],
    causes: [
      [
        'a misspelt name, such as dockerfile for docker',
        '名字拼写有误，例如把 docker 写成 dockerfile',
      ],
      [
        'a layer for servers asked of a mini program, or the other way round',
        '给小程序加了服务端的层，或相反',
      ],
    ],
    fix: [
      ['choose one of those: wx-dev add docker ci', '从中选择：wx-dev add docker ci'],
      [
        'see first what it would write: wx-dev add docker --dry-run',
        '先预览：wx-dev add docker --dry-run',
      ],
    ],
  },
  WXD7008: {
    title: 'Go 模块路径不可用',
    about: [
      'The path of a module is what other Go code imports, such as github.com/me/bot. Go takes ASCII letters, digits and - . _ ~ only, in parts separated by a slash.',
      '模块路径是其他 Go 代码导入时使用的名字，例如 github.com/me/bot。Go 只接受 ASCII 字母、数字和 - . _ ~，各段以 / 分隔。',
    ],
    see: [
      'go mod init <path> in an empty folder refuses the same path with its reason',
      '在空目录执行 go mod init <路径>，Go 会给出同样的拒绝理由',
    ],
    causes: [
      [
        'a space or a Chinese character, often from the name of the folder',
        '含有空格或中文，通常来自目录名',
      ],
      ['a scheme such as https:// in front', '前面带了 https:// 之类的协议'],
      ['a part that begins or ends with a dot', '某一段以点开头或结尾'],
    ],
    fix: [
      [
        'give the path: wx-dev init my-bot --template go-minimal --module github.com/me/my-bot',
        '指定路径：wx-dev init my-bot --template go-minimal --module github.com/me/my-bot',
      ],
      [
        'to change it later: go mod edit -module github.com/me/my-bot',
        '以后修改：go mod edit -module github.com/me/my-bot',
      ],
    ],
  },
  WXD7009: {
    title: '--from 给出的不是模板',
    about: [
      'A template is a folder with template.json and files/, or the .tgz that npm pack makes of it. Links in it are refused, because they could lead out of the project.',
      '模板是含有 template.json 和 files/ 的目录，或由 npm pack 打成的 .tgz。其中的链接会被拒绝，因为可能指向项目之外。',
    ],
    see: [
      'run ls on the folder, or tar tzf on the archive: template.json has to be at the top (in a .tgz below package/)',
      '对目录执行 ls，或对压缩包执行 tar tzf：template.json 须在最上层（.tgz 中在 package/ 下）',
    ],
    causes: [
      ['a path one level too high or too low', '路径高了或低了一级'],
      [
        'template.json has a mistake; the reason in the error says where',
        'template.json 有误，报错写明位置',
      ],
      [
        'a download that was cut off, or a page of HTML saved as .tgz',
        '下载不完整，或把网页存成了 .tgz',
      ],
      ['a repository was named: only local paths are taken', '写成了仓库地址：只接受本地路径'],
    ],
    fix: [
      [
        'name the folder with template.json: wx-dev init my-app --from ./templates/mine',
        '指定含 template.json 的目录：wx-dev init my-app --from ./templates/mine',
      ],
      [
        'of a package: npm pack my-template && wx-dev init my-app --from my-template-1.0.0.tgz',
        '来自 npm 包：npm pack my-template && wx-dev init my-app --from my-template-1.0.0.tgz',
      ],
    ],
  },
  WXD7010: {
    title: '项目中的文件改动过，层会覆盖它们',
    about: [
      'wx-dev remembers the hash of each file it wrote, in .wx-dev.json, and overwrites only those that are still as it left them. Some are not, so nothing was written.',
      'wx-dev 在 .wx-dev.json 中记录所写文件的哈希，只覆盖保持原样的文件。有文件已改动，因此没有写入任何内容。',
    ],
    see: [
      'wx-dev init --diff compares the project with its template; git diff shows what you changed yourself',
      'wx-dev init --diff 对比项目与模板；git diff 显示你自己的改动',
    ],
    causes: [
      ['you edited the file', '你编辑过该文件'],
      ['you had a file of this name before', '原本就有同名文件'],
      ['a formatter or the line ends of git changed it', '格式化工具或 git 的换行设置改动了它'],
    ],
    fix: [
      [
        'write the other files and leave yours: wx-dev add docker --keep',
        '写入其余文件，保留你的：wx-dev add docker --keep',
      ],
      [
        'to take the new version, commit yours, delete it, add the layer, and merge with git diff',
        '要采用新版本：先提交你的文件并删除，执行 add，再用 git diff 合并',
      ],
    ],
  },
  WXD7011: {
    title: '目录不是 wx-dev init 创建的项目',
    about: [
      'add, try and init --diff need to know the template of a project. .wx-dev.json at its top says so; it is committed like package.json. Here it is missing or cannot be read.',
      'add、try 和 init --diff 需要知道项目的模板。项目根目录的 .wx-dev.json 记录它，应像 package.json 一样提交。这里没有它，或无法读取。',
    ],
    see: [
      'run ls -A: .wx-dev.json has to be there; git log -- .wx-dev.json shows who removed it',
      '执行 ls -A：应有 .wx-dev.json；git log -- .wx-dev.json 可查看谁删除了它',
    ],
    causes: [
      [
        'the command ran in another folder, for example below the project',
        '在别的目录执行，例如项目的子目录',
      ],
      ['the project was not made with wx-dev init', '项目不是用 wx-dev init 创建的'],
      ['the file was ignored by git, or deleted', '该文件被 git 忽略，或被删除'],
    ],
    fix: [
      [
        'name the folder: wx-dev try my-app, or wx-dev add docker -C my-app',
        '指定目录：wx-dev try my-app，或 wx-dev add docker -C my-app',
      ],
      [
        'get it back: git checkout HEAD~1 -- .wx-dev.json',
        '找回文件：git checkout HEAD~1 -- .wx-dev.json',
      ],
      [
        'for an app of your own: wx-dev init --into . adds the callback, wx-dev dev -f 3000 -- npm start runs it',
        '自己的应用：wx-dev init --into . 加入回调，wx-dev dev -f 3000 -- npm start 运行',
      ],
    ],
  },
  WXD7012: {
    title: '缺少项目需要的程序，或版本过低',
    about: [
      'wx-dev runs a project with the programs of this machine and installs none. The error names program, the version the template asks for, and the one found.',
      'wx-dev 用本机的程序运行项目，不会自行安装。报错写明程序名、模板要求的版本和找到的版本。',
    ],
    see: [
      'run the command of the error, such as go version; which -a go shows whether an older one comes first in PATH',
      '执行报错给出的命令，例如 go version；which -a go 可查看 PATH 中是否有更旧的排在前面',
    ],
    causes: [
      ['it was never installed', '没有安装'],
      [
        'the one of the Linux distribution is older: Debian stable has Go 1.19',
        '发行版自带的较旧：Debian 稳定版的 Go 是 1.19',
      ],
      [
        'a version manager (nvm, pyenv, asdf) has another one active here',
        '版本管理工具（nvm、pyenv、asdf）在此启用了别的版本',
      ],
      [
        'it was installed just now, and this terminal does not know yet',
        '刚刚安装，当前终端还不知道',
      ],
    ],
    fix: [
      [
        'install the version that the error names: from https://go.dev/dl/, nvm install 22, or apt install python3-venv',
        '安装报错给出的版本：https://go.dev/dl/、nvm install 22 或 apt install python3-venv',
      ],
      ['open a new terminal, and try again: wx-dev try', '打开新终端后重试：wx-dev try'],
    ],
  },
  WXD7013: {
    title: '项目的命令失败',
    about: [
      'A command of the project, such as its installation or its start, ended with an error. The last lines it printed are below the title; the reason is usually among them.',
      '项目的命令（例如安装或启动）以错误结束。标题下面是它最后打印的几行，原因通常在其中。',
    ],
    see: [
      'run the command of the error by itself in the project: it prints everything then',
      '在项目中单独执行报错里的命令，可看到完整输出',
    ],
    causes: [
      [
        'the registry is not reached: ETIMEDOUT, ENOTFOUND, 407',
        '连不上软件源：ETIMEDOUT、ENOTFOUND、407',
      ],
      ['a mistake in the code: SyntaxError, a failed build', '代码有误：SyntaxError、编译失败'],
      ['a setting in .env is missing', '.env 缺少设置'],
      ['the port is taken: EADDRINUSE', '端口被占用：EADDRINUSE'],
    ],
    fix: [
      [
        'from China a mirror helps: npm config set registry https://registry.npmmirror.com, go env -w GOPROXY=https://goproxy.cn,direct',
        '在国内可用镜像：npm config set registry https://registry.npmmirror.com，go env -w GOPROXY=https://goproxy.cn,direct',
      ],
      ['mend what the last lines say, then wx-dev try', '按最后几行修复，再执行 wx-dev try'],
    ],
  },
  WXD7014: {
    title: '依赖尚未安装',
    about: [
      'The project needs packages that are not there yet. wx-dev installs nothing unless asked: that is the one step that needs a network.',
      '项目需要的依赖还没有安装。除非要求，wx-dev 不安装任何东西：这是唯一需要网络的一步。',
    ],
    see: [
      'the error names what is missing, such as node_modules; ls -A shows whether it is there',
      '报错写明缺少什么，例如 node_modules；用 ls -A 查看是否存在',
    ],
    causes: [
      ['the project is new, or was cloned just now', '项目刚创建，或刚克隆'],
      ['the installation failed half-way', '安装中途失败'],
      ['a package was added to package.json by hand', '手工在 package.json 加了依赖'],
    ],
    fix: [
      [
        'run the command that the error names, such as npm install',
        '执行报错给出的命令，例如 npm install',
      ],
      [
        'next time in one step: wx-dev init my-app --install',
        '下次一步完成：wx-dev init my-app --install',
      ],
    ],
  },
};
