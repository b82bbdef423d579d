import { defineError, formatSource, type SettingSource } from './define.ts';

/** 6xxx: settings, files and ports on the user's machine. */
export const settingsErrors = {
  WXD6001: defineError<{ source: SettingSource; received: string; expected: string }>({
    meaning: 'a setting has a value that cannot be used',
    en: {
      title: (d) => `Invalid value for ${formatSource(d.source)}`,
      body: (d) => [`received ${d.received}`, `expected ${d.expected}`],
      run: () => 'wx-dev --help',
    },
    zh: {
      title: (d) => `${formatSource(d.source)} 的值无效`,
      body: (d) => [`收到 ${d.received}`, `应为 ${d.expected}`],
      run: () => 'wx-dev --help',
    },
  }),
  WXD6002: defineError<{ name: string; need: string; run: string }>({
    meaning: 'a setting that this command needs is missing',
    en: {
      title: (d) => `${d.name} is not set`,
      body: (d) => [d.need],
      run: (d) => d.run,
    },
    zh: {
      title: (d) => `缺少设置 ${d.name}`,
      body: (d) => [d.need],
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
};
