import type { BriefGuides } from './brief.ts';

/** 7xxx: writing a project. */
export const scaffoldGuides: BriefGuides = {
  WXD7001: {
    title: '新项目的目录里有其他文件',
    about: ['init overwrites nothing that it did not write.', 'init 不会覆盖不是它写的文件。'],
    causes: [['the folder is in use', '目录已被使用']],
    fix: [['choose another folder', '换一个目录']],
  },
  WXD7002: {
    title: '没有这个名字的模板',
    about: ['The error lists the templates.', '报错列出了全部模板。'],
    causes: [['a typing error', '拼写错误']],
    fix: [['choose one of the list', '从列表中选择']],
  },
  WXD7003: {
    title: '名称不能在所有系统上使用',
    about: [
      'Some names and characters are not allowed on Windows or in packages.',
      '部分名称和字符在 Windows 或包名中不允许。',
    ],
    causes: [['a reserved name, or a character such as a colon', '保留名，或冒号之类的字符']],
    fix: [['use lower-case letters, digits and hyphens', '使用小写字母、数字和连字符']],
  },
  WXD7004: {
    title: '包内的模板损坏',
    about: [
      'A file of the template is missing or does not fit its description.',
      '模板缺少文件，或与描述不符。',
    ],
    causes: [['the package was not installed completely', '安装不完整']],
    fix: [['install wx-dev again', '重新安装 wx-dev']],
  },
  WXD7005: {
    title: '无法写入项目；没有做任何改动',
    about: ['What was written before the failure was taken back.', '失败前写入的内容已撤回。'],
    causes: [['a full disk or no permission', '磁盘已满或没有权限']],
    fix: [['choose another folder', '换一个目录']],
  },
  WXD7006: {
    title: '项目的路径是指向目录外的符号链接',
    about: ['Writing through it would change files elsewhere.', '写入会改动别处的文件。'],
    causes: [['a link in the folder', '目录里有符号链接']],
    fix: [['remove the link', '移除链接']],
  },
  WXD7007: {
    title: '模板没有这一层',
    about: [
      'A layer adds files such as a Dockerfile to a project. Each template names the layers that fit it.',
      '层为项目加入 Dockerfile 之类的文件。每个模板列出适合自己的层。',
    ],
    causes: [['a misspelt name', '名字拼写有误']],
    fix: [['choose one of the layers listed', '从列出的层中选择']],
  },
  WXD7008: {
    title: 'Go 模块路径不可用',
    about: [
      'The path of a module is what other Go code imports, such as github.com/me/bot.',
      '模块路径是其他 Go 代码导入时使用的名字，如 github.com/me/bot。',
    ],
    causes: [['a space, a Chinese character or a leading dot', '含有空格、中文或以点开头']],
    fix: [
      [
        'give a path of ASCII letters and digits with --module',
        '用 --module 给出只含 ASCII 字母和数字的路径',
      ],
    ],
  },
  WXD7009: {
    title: '--from 给出的不是模板',
    about: [
      'A template is a folder with template.json and files/, or the .tgz that npm pack makes of it. Links are refused.',
      '模板是含有 template.json 和 files/ 的文件夹，或由 npm pack 打成的 .tgz。符号链接会被拒绝。',
    ],
    causes: [
      ['another path, or one folder too high', '路径不对，或高了一级'],
      ['a download that was cut off', '下载不完整'],
    ],
    fix: [['compare it with docs/templates.md', '对照 docs/templates.md']],
  },
  WXD7010: {
    title: '项目中的文件改动过，层会覆盖它们',
    about: [
      'wx-dev remembers the hash of each file it wrote, and overwrites only those that are still as it left them.',
      'wx-dev 记住所写每个文件的哈希，只覆盖仍保持原样的文件。',
    ],
    causes: [['you have a file of this name, or edited it', '已有同名文件，或改动过']],
    fix: [
      [
        'write the others with --keep, then compare with wx-dev init --diff',
        '用 --keep 写入其余文件，再用 wx-dev init --diff 对比',
      ],
    ],
  },
  WXD7011: {
    title: '目录不是 wx-dev init 创建的项目',
    about: [
      'add and try need to know the template; .wx-dev.json in the project says it and is committed.',
      'add 与 try 需要知道模板；项目中的 .wx-dev.json 记录它，应提交到仓库。',
    ],
    causes: [
      ['another folder', '目录不对'],
      ['the file was deleted', '文件被删除'],
    ],
    fix: [
      ['change to the folder of the project', '进入项目目录'],
      ['for other apps use wx-dev dev', '其他应用请用 wx-dev dev'],
    ],
  },
  WXD7012: {
    title: '缺少项目需要的程序，或版本过低',
    about: [
      'wx-dev runs the project with the programs of this machine.',
      'wx-dev 用本机的程序运行项目。',
    ],
    causes: [
      ['it was never installed', '没有安装'],
      ['a new terminal is needed after installing', '安装后需要新开终端'],
    ],
    fix: [['install it in the version that the error names', '安装报错中给出的版本']],
  },
  WXD7013: {
    title: '项目的命令失败',
    about: ['The last lines that it printed are in the error.', '报错中有它最后打印的几行。'],
    causes: [
      ['the registry is not reached', '连不上软件源'],
      ['a mistake in the code', '代码有误'],
    ],
    fix: [['run the command by yourself in the project', '在项目中自行运行该命令']],
  },
  WXD7014: {
    title: '依赖尚未安装',
    about: [
      'wx-dev installs nothing unless asked: that is the one step that needs a network.',
      '除非要求，wx-dev 不安装任何东西：这是唯一需要网络的一步。',
    ],
    causes: [['a new project', '项目刚创建']],
    fix: [['run the command that the error names', '运行报错中给出的命令']],
  },
};
