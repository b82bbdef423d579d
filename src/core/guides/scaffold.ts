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
};
