import { defineError, quoteForShell, say, type Words } from './define.ts';

/** 7xxx: writing a project. */
export const scaffoldErrors = {
  WXD7001: defineError<{ dir: string; names: readonly string[] }>({
    meaning: 'the folder for the new project holds other files',
    en: {
      title: (d) => `${d.dir} is not empty`,
      body: (d) => [
        `in the way: ${list(d.names)}`,
        'expected an empty folder; .git, README and LICENSE may be there already',
        '--force overwrites only files that the template brings, and deletes nothing',
      ],
      run: () => 'wx-dev init my-app',
    },
    zh: {
      title: (d) => `${d.dir} 不是空文件夹`,
      body: (d) => [
        `已有：${list(d.names)}`,
        '需要一个空文件夹；其中可以有 .git、README 和 LICENSE',
        '--force 只覆盖模板自带的文件，不会删除任何东西',
      ],
      run: () => 'wx-dev init my-app',
    },
  }),
  WXD7002: defineError<{ name: string; known: readonly string[] }>({
    meaning: 'there is no template of this name',
    en: {
      title: (d) => `No template is called "${d.name}"`,
      body: (d) => [`templates: ${d.known.join(', ')}`],
      run: (d) => `wx-dev init --template ${d.known[0] ?? 'node-minimal'}`,
    },
    zh: {
      title: (d) => `没有名为 "${d.name}" 的模板`,
      body: (d) => [`可用模板：${d.known.join('、')}`],
      run: (d) => `wx-dev init --template ${d.known[0] ?? 'node-minimal'}`,
    },
  }),
  WXD7003: defineError<{ name: string; problem: NameProblem }>({
    meaning: 'a name that would not work on every system',
    en: {
      title: (d) => `"${d.name}" cannot be used as a name`,
      body: (d) => [nameProblems[d.problem].en],
      run: () => 'wx-dev init my-app',
    },
    zh: {
      title: (d) => `"${d.name}" 不能用作名字`,
      body: (d) => [nameProblems[d.problem].zh],
      run: () => 'wx-dev init my-app',
    },
  }),
  WXD7004: defineError<{ template: string; reason: Words }>({
    meaning: 'a template in the package is damaged',
    en: {
      title: (d) => `The template ${d.template} is damaged`,
      body: (d) => [say(d.reason, 'en'), 'most likely the installation of wx-dev is incomplete'],
      run: () => 'npm install wx-dev',
    },
    zh: {
      title: (d) => `模板 ${d.template} 已损坏`,
      body: (d) => [say(d.reason, 'zh'), '多半是 wx-dev 没有安装完整'],
      run: () => 'npm install wx-dev',
    },
  }),
  WXD7005: defineError<{ path: string; reason: Words }>({
    meaning: 'the project cannot be written; nothing was changed',
    en: {
      title: (d) => `Cannot write ${d.path}`,
      body: (d) => [say(d.reason, 'en'), 'nothing was changed'],
      run: (d) => `ls -ld ${quoteForShell(d.path)}`,
    },
    zh: {
      title: (d) => `无法写入 ${d.path}`,
      body: (d) => [say(d.reason, 'zh'), '没有改动任何文件'],
      run: (d) => `ls -ld ${quoteForShell(d.path)}`,
    },
  }),
  WXD7006: defineError<{ path: string; target: string }>({
    meaning: 'a path of the project is a symbolic link that leads outside it',
    en: {
      title: (d) => `${d.path} leads outside the project`,
      body: (d) => [
        `it is a symbolic link to ${d.target}`,
        'expected a folder inside the project; nothing was changed',
      ],
      run: (d) => `ls -l ${quoteForShell(d.path)}`,
    },
    zh: {
      title: (d) => `${d.path} 指向项目之外`,
      body: (d) => [`它是指向 ${d.target} 的符号链接`, '应为项目内的文件夹；没有改动任何文件'],
      run: (d) => `ls -l ${quoteForShell(d.path)}`,
    },
  }),
  WXD7007: defineError<{ name: string; template: string; known: readonly string[] }>({
    meaning: 'the template takes no layer of this name',
    en: {
      title: (d) => `${d.template} takes no layer "${d.name}"`,
      body: (d) => [
        d.known.length > 0 ? `layers that fit it: ${d.known.join(', ')}` : 'no layer fits it',
      ],
      run: () => 'wx-dev init --list',
    },
    zh: {
      title: (d) => `${d.template} 没有名为 "${d.name}" 的层`,
      body: (d) => [d.known.length > 0 ? `可用的层：${d.known.join('、')}` : '没有适合它的层'],
      run: () => 'wx-dev init --list',
    },
  }),
  WXD7008: defineError<{ path: string }>({
    meaning: 'a Go module path that Go would refuse',
    en: {
      title: (d) => `"${d.path}" cannot be the path of a Go module`,
      body: () => ['expected ASCII letters, digits and - . _ ~, parts separated by /'],
      run: () => 'wx-dev init --module example.com/my-app',
    },
    zh: {
      title: (d) => `"${d.path}" 不能用作 Go 模块路径`,
      body: () => ['只能含 ASCII 字母、数字和 - . _ ~，各部分以 / 分隔'],
      run: () => 'wx-dev init --module example.com/my-app',
    },
  }),
  WXD7009: defineError<{ path: string; reason: Words }>({
    meaning: 'what --from names is no template',
    en: {
      title: (d) => `Cannot use ${d.path} as a template`,
      body: (d) => [say(d.reason, 'en'), 'expected a folder or .tgz with template.json and files/'],
      run: () => 'wx-dev init --list',
    },
    zh: {
      title: (d) => `${d.path} 不能用作模板`,
      body: (d) => [say(d.reason, 'zh'), '需要含有 template.json 和 files/ 的文件夹或 .tgz'],
      run: () => 'wx-dev init --list',
    },
  }),
  WXD7010: defineError<{ names: readonly string[]; layers: readonly string[] }>({
    meaning: 'files of the project were changed, and a layer would overwrite them',
    en: {
      title: () => 'Files that you changed are in the way',
      body: (d) => [
        `changed or not made by wx-dev: ${list(d.names)}`,
        'nothing was written; --keep writes the other files and leaves these',
      ],
      run: (d) => `wx-dev add ${d.layers.join(' ')} --keep`,
    },
    zh: {
      title: () => '你改动过的文件挡住了路',
      body: (d) => [
        `改动过的，或不是 wx-dev 写的：${list(d.names)}`,
        '没有写入任何文件；--keep 只写其余文件，保留这些不动',
      ],
      run: (d) => `wx-dev add ${d.layers.join(' ')} --keep`,
    },
  }),
  WXD7011: defineError<{ dir: string; reason: Words }>({
    meaning: 'the folder is not a project that wx-dev init wrote',
    en: {
      title: (d) => `${d.dir} is not a project of wx-dev init`,
      body: (d) => [say(d.reason, 'en'), 'the file .wx-dev.json says what init wrote'],
      run: () => 'wx-dev init my-app',
    },
    zh: {
      title: (d) => `${d.dir} 不是 wx-dev init 创建的项目`,
      body: (d) => [say(d.reason, 'zh'), '.wx-dev.json 记录 init 写了什么'],
      run: () => 'wx-dev init my-app',
    },
  }),
  WXD7012: defineError<{ program: string; needed: string; found?: string | undefined }>({
    meaning: 'a program that the project needs is missing or too old',
    en: {
      title: (d) =>
        d.found === undefined
          ? `${d.program} is not installed, or not in PATH`
          : `${d.program} ${d.found} is too old`,
      body: (d) => [`the project needs ${d.program} ${d.needed}`],
      run: (d) => versionCommand(d.program),
    },
    zh: {
      title: (d) =>
        d.found === undefined
          ? `没有安装 ${d.program}，或不在 PATH 中`
          : `${d.program} ${d.found} 版本过低`,
      body: (d) => [`项目需要 ${d.program} ${d.needed}`],
      run: (d) => versionCommand(d.program),
    },
  }),
  WXD7013: defineError<{ command: string; code: number | string; output: string }>({
    meaning: 'a command of the project failed',
    en: {
      title: (d) => `"${d.command}" ended with ${d.code}`,
      body: (d) => lastLines(d.output),
      run: (d) => d.command,
    },
    zh: {
      title: (d) => `「${d.command}」以 ${d.code} 结束`,
      body: (d) => lastLines(d.output),
      run: (d) => d.command,
    },
  }),
  WXD7014: defineError<{ command: string; missing: string }>({
    meaning: 'what the project depends on is not installed',
    en: {
      title: () => 'The dependencies are not installed',
      body: (d) => [`${d.missing} is missing`],
      run: (d) => d.command,
    },
    zh: {
      title: () => '还没有安装依赖',
      body: (d) => [`缺少 ${d.missing}`],
      run: (d) => d.command,
    },
  }),
};

/** Why a name cannot be a folder. */
export type NameProblem = 'empty' | 'reserved' | 'character' | 'ending' | 'length' | 'package';

const nameProblems: Readonly<Record<NameProblem, { en: string; zh: string }>> = {
  empty: { en: 'expected a name', zh: '需要一个名字' },
  reserved: {
    en: 'Windows keeps this name for a device (CON, NUL, COM1 and others)',
    zh: '这是 Windows 的设备名（CON、NUL、COM1 等）',
  },
  character: {
    en: 'expected none of < > : " | ? * \\ and no control characters',
    zh: '不能含有 < > : " | ? * \\ 或控制字符',
  },
  ending: {
    en: 'Windows drops a dot or space at the end of a name',
    zh: 'Windows 会去掉名字末尾的点或空格',
  },
  length: { en: 'expected at most 255 bytes', zh: '最长 255 字节' },
  package: {
    en: 'a package name takes a-z, 0-9, - . _ ~ and no more than 214 characters',
    zh: '包名只能含 a-z、0-9、- . _ ~，最长 214 个字符',
  },
};

/** Names in the way are for recognition, not for completeness. */
const shownNames = 5;

function list(names: readonly string[]): string {
  const shown = names.slice(0, shownNames).join(', ');
  return names.length > shownNames ? `${shown}, … (${names.length})` : shown;
}

/** Lines of a failed command that are shown: the reason is usually among the last. */
const shownLines = 5;

function lastLines(output: string): string[] {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-shownLines);
}

function versionCommand(program: string): string {
  return program === 'go'
    ? 'go version'
    : `${program === 'python' ? 'python3' : program} --version`;
}
