import {
  defineError,
  formatSource,
  quoteForShell,
  say,
  type SettingSource,
  type Words,
} from './define.ts';
import { escapeText } from './text.ts';

/** 6xxx: settings, files and ports on the user's machine. */
export const settingsErrors = {
  WXD6001: defineError<{ source: SettingSource; received: Words; expected: Words }>({
    meaning: 'a setting has a value that cannot be used',
    en: {
      title: (d) => `Invalid value for ${formatSource(d.source)}`,
      body: (d) => [`received ${say(d.received, 'en')}`, `expected ${say(d.expected, 'en')}`],
      run: () => 'wx-dev --help',
    },
    zh: {
      title: (d) => `${formatSource(d.source)} 的值无效`,
      body: (d) => [`收到 ${say(d.received, 'zh')}`, `应为 ${say(d.expected, 'zh')}`],
      run: () => 'wx-dev --help',
    },
  }),
  WXD6002: defineError<{ name: string; need: Words; run: string }>({
    meaning: 'a setting that this command needs is missing',
    en: {
      title: (d) => `${d.name} is not set`,
      body: (d) => [say(d.need, 'en')],
      run: (d) => d.run,
    },
    zh: {
      title: (d) => `缺少设置 ${d.name}`,
      body: (d) => [say(d.need, 'zh')],
      run: (d) => d.run,
    },
  }),
  WXD6003: defineError<{ host: string; port: number; run: string }>({
    meaning: 'the port to listen on is taken or may not be used',
    en: {
      title: (d) => `Port ${d.port} on ${d.host} is taken`,
      body: (d) => [
        'another program listens there, often an earlier run that did not end',
        `see which one: lsof -i :${d.port}`,
      ],
      run: (d) => d.run,
    },
    zh: {
      title: (d) => `端口 ${d.host}:${d.port} 已被占用`,
      body: (d) => [
        '另一个程序正在监听，常见原因是上次运行没有退出',
        `查看占用者：lsof -i :${d.port}`,
      ],
      run: (d) => d.run,
    },
  }),
  WXD6004: defineError<{ path: string; line?: number | undefined; reason: Words }>({
    meaning: 'a settings file cannot be understood',
    en: {
      title: (d) => `Cannot load ${place(d)}`,
      body: (d) => [say(d.reason, 'en')],
      run: () => 'wx-dev --help',
    },
    zh: {
      title: (d) => `无法加载 ${place(d)}`,
      body: (d) => [say(d.reason, 'zh')],
      run: () => 'wx-dev --help',
    },
  }),
  WXD6005: defineError<{
    path: string;
    line?: number | undefined;
    key: string;
    suggestion?: string | undefined;
  }>({
    meaning: 'a settings file names a setting that does not exist',
    en: {
      title: (d) => `Unknown setting "${d.key}" in ${place(d)}`,
      body: (d) => [
        d.suggestion === undefined
          ? 'no setting has a similar name'
          : `did you mean "${d.suggestion}"?`,
      ],
      run: () => 'wx-dev --help',
    },
    zh: {
      title: (d) => `${place(d)} 中的设置 "${d.key}" 不存在`,
      body: (d) => [
        d.suggestion === undefined ? '没有名字相近的设置' : `是否想写 "${d.suggestion}"？`,
      ],
      run: () => 'wx-dev --help',
    },
  }),
  WXD6006: defineError<{ path: string; reason: Words; source?: SettingSource | undefined }>({
    meaning: 'a file that a setting names cannot be read',
    en: {
      title: (d) => `Cannot read ${d.path}`,
      body: (d) =>
        d.source
          ? [say(d.reason, 'en'), `named by ${formatSource(d.source)}`]
          : [say(d.reason, 'en')],
      run: (d) => lookAt('ls -l', d.path),
    },
    zh: {
      title: (d) => `无法读取 ${d.path}`,
      body: (d) =>
        d.source
          ? [say(d.reason, 'zh'), `由 ${formatSource(d.source)} 指定`]
          : [say(d.reason, 'zh')],
      run: (d) => lookAt('ls -l', d.path),
    },
  }),
  WXD6007: defineError<{ first: SettingSource; second: SettingSource }>({
    meaning: 'two settings in one place contradict each other',
    en: {
      title: (d) => `${d.first.name} and ${d.second.name} contradict each other`,
      body: (d) => [
        `set at ${formatSource(d.first)} and at ${formatSource(d.second)}`,
        'expected only one of them',
      ],
      run: () => 'wx-dev --help',
    },
    zh: {
      title: (d) => `${d.first.name} 与 ${d.second.name} 互相矛盾`,
      body: (d) => [
        `分别设置在 ${formatSource(d.first)} 和 ${formatSource(d.second)}`,
        '只能保留其中一个',
      ],
      run: () => 'wx-dev --help',
    },
  }),
  WXD6008: defineError<{ path: string; reason: Words }>({
    meaning: "the folder for wx-dev's own files cannot be used",
    en: {
      title: (d) => `Cannot write to ${d.path}`,
      body: (d) => [say(d.reason, 'en'), 'wx-dev keeps its generated token and keys there'],
      run: (d) => lookAt('ls -ld', d.path),
    },
    zh: {
      title: (d) => `无法写入 ${d.path}`,
      body: (d) => [say(d.reason, 'zh'), 'wx-dev 在此保存自动生成的 Token 和密钥'],
      run: (d) => lookAt('ls -ld', d.path),
    },
  }),
  WXD6009: defineError<{ name: string; path: string; lines: readonly number[] }>({
    meaning: 'a name is set more than once in one file; the last one counts',
    en: {
      title: (d) => `${d.name} is set ${d.lines.length} times in ${d.path}`,
      body: (d) => [`lines ${d.lines.join(', ')}; line ${d.lines.at(-1)} is used`],
      run: (d) => `grep -n ${d.name} ${quoteForShell(d.path)}`,
    },
    zh: {
      title: (d) => `${d.path} 中 ${d.name} 设置了 ${d.lines.length} 次`,
      body: (d) => [`第 ${d.lines.join('、')} 行；采用第 ${d.lines.at(-1)} 行`],
      run: (d) => `grep -n ${d.name} ${quoteForShell(d.path)}`,
    },
  }),
  WXD6010: defineError<{ dir: string; names: readonly string[] }>({
    meaning: 'a folder holds more than one wx-dev.config file',
    en: {
      title: (d) => `${d.names.length} config files in ${d.dir}`,
      body: (d) => [d.names.join(', '), 'expected one: delete the others'],
      run: (d) => `wx-dev dev --config ${quoteForShell(d.names[0] ?? '')}`,
    },
    zh: {
      title: (d) => `${d.dir} 中有 ${d.names.length} 个配置文件`,
      body: (d) => [d.names.join('、'), '只能有一个：删除其余的'],
      run: (d) => `wx-dev dev --config ${quoteForShell(d.names[0] ?? '')}`,
    },
  }),
  WXD6011: defineError<{ path: string; reason: Words }>({
    meaning: "the project's state file is damaged",
    en: {
      title: (d) => `${d.path} is damaged`,
      body: (d) => [
        say(d.reason, 'en'),
        'it holds the token and key given to WeChat, so no new ones were made',
        'without the file, wx-dev makes new ones, to be entered in the console again',
      ],
      run: (d) => `mv ${quoteForShell(d.path)} ${quoteForShell(`${d.path}.bak`)}`,
    },
    zh: {
      title: (d) => `${d.path} 已损坏`,
      body: (d) => [
        say(d.reason, 'zh'),
        '其中保存着已填入公众平台的 Token 和密钥，因此没有重新生成',
        '移走该文件后会重新生成，需要再次填入公众平台',
      ],
      run: (d) => `mv ${quoteForShell(d.path)} ${quoteForShell(`${d.path}.bak`)}`,
    },
  }),
  WXD6012: defineError<{ certPath: string; keyPath: string }>({
    meaning: 'a certificate and a private key do not belong together',
    en: {
      title: () => 'Certificate and private key are no pair',
      body: (d) => [
        `certificate ${d.certPath}`,
        `private key ${d.keyPath}`,
        'both must be PEM, the key without a passphrase, and the first certificate the own one',
      ],
      run: (d) => `wx-dev cert show ${d.certPath}`,
    },
    zh: {
      title: () => '证书与私钥不匹配',
      body: (d) => [
        `证书 ${d.certPath}`,
        `私钥 ${d.keyPath}`,
        '两者都应为 PEM，私钥不能有口令，文件中的第一张证书应是服务器自己的',
      ],
      run: (d) => `wx-dev cert show ${d.certPath}`,
    },
  }),
  WXD6013: defineError<{ path: string; reason: Words }>({
    meaning: 'a file that wx-dev was asked to write cannot be written',
    en: {
      title: (d) => `Cannot write ${d.path}`,
      body: (d) => [say(d.reason, 'en'), 'expected a path in a folder where files may be made'],
      run: (d) => lookAt('ls -ld', d.path),
    },
    zh: {
      title: (d) => `无法写入 ${d.path}`,
      body: (d) => [say(d.reason, 'zh'), '应为可以创建文件的目录中的路径'],
      run: (d) => lookAt('ls -ld', d.path),
    },
  }),
  WXD6030: defineError<{
    received?: string | undefined;
    names: readonly string[];
    source?: SettingSource | undefined;
  }>({
    meaning: 'the account that was asked for does not exist, or none was chosen',
    en: {
      title: (d) =>
        d.received === undefined
          ? `${d.names.length} accounts are configured: say which one`
          : `There is no account "${escapeText(d.received)}"`,
      body: (d) => [
        ...(d.source === undefined ? [] : [`asked for by ${formatSource(d.source)}`]),
        d.names.length === 0
          ? 'no accounts are configured; they stand under "accounts" in wx-dev.config.json'
          : `known: ${d.names.join(', ')}`,
      ],
      run: (d) => `wx-dev dev${d.names[0] === undefined ? '' : ` --account ${d.names[0]}`}`,
    },
    zh: {
      title: (d) =>
        d.received === undefined
          ? `配置了 ${d.names.length} 个账号，请指定其中一个`
          : `没有名为 "${escapeText(d.received)}" 的账号`,
      body: (d) => [
        ...(d.source === undefined ? [] : [`由 ${formatSource(d.source)} 指定`]),
        d.names.length === 0
          ? '没有配置多个账号；它们写在 wx-dev.config.json 的 "accounts" 下'
          : `已有账号：${d.names.join('、')}`,
      ],
      run: (d) => `wx-dev dev${d.names[0] === undefined ? '' : ` --account ${d.names[0]}`}`,
    },
  }),
  WXD6031: defineError<{
    kind: string;
    account?: string | undefined;
    /** Key of the setting, the variable that holds it, and what it is. */
    setting: string;
    variable: string;
    what: Words;
    source?: SettingSource | undefined;
  }>({
    meaning: 'an account of this kind needs a setting that is missing',
    en: {
      title: (d) =>
        `${d.variable} is not set: ${d.account === undefined ? 'the account' : `account ${d.account}`} is of kind ${d.kind}`,
      body: (d) => [
        `needed: ${d.setting}, ${say(d.what, 'en')}`,
        ...(d.source === undefined ? [] : [`the kind is set at ${formatSource(d.source)}`]),
      ],
      run: (d) => `echo ${d.variable}=... >> .env`,
    },
    zh: {
      title: (d) =>
        `缺少 ${d.variable}：${d.account === undefined ? '该账号' : `账号 ${d.account} `}的类型是 ${d.kind}`,
      body: (d) => [
        `需要 ${d.setting}：${say(d.what, 'zh')}`,
        ...(d.source === undefined ? [] : [`类型设置在 ${formatSource(d.source)}`]),
      ],
      run: (d) => `echo ${d.variable}=... >> .env`,
    },
  }),
  WXD6032: defineError<{ kind: string; what: Words; source?: SettingSource | undefined }>({
    meaning: 'a command or mode does not apply to this kind of account',
    en: {
      title: (d) => `${say(d.what, 'en')} does not apply to an account of kind ${d.kind}`,
      body: (d) => [
        ...(d.source === undefined ? [] : [`the kind is set at ${formatSource(d.source)}`]),
        'most likely another account is meant: choose it with --account',
      ],
      run: () => 'wx-dev explain WXD6032',
    },
    zh: {
      title: (d) => `${say(d.what, 'zh')} 不适用于类型为 ${d.kind} 的账号`,
      body: (d) => [
        ...(d.source === undefined ? [] : [`类型设置在 ${formatSource(d.source)}`]),
        '多半是想用另一个账号：请用 --account 指定',
      ],
      run: () => 'wx-dev explain WXD6032',
    },
  }),
};

function place(at: { path: string; line?: number | undefined }): string {
  return at.line === undefined ? at.path : `${at.path}:${at.line}`;
}

/** Standard input, named `-`, is nothing that could be listed. */
function lookAt(command: string, path: string): string {
  return path === '-' ? 'wx-dev --help' : `${command} ${quoteForShell(path)}`;
}
