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
};
