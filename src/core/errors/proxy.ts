import { defineError } from './define.ts';

/** 403x: the way to the relay, and what its owner lets a client do. */
export const proxyErrors = {
  WXD4030: defineError<{ proxy: string; reason: string; isLogin: boolean }>({
    meaning: 'the proxy on the way to the relay refused, or cannot be reached',
    en: {
      title: (d) => `The proxy ${d.proxy} does not let us through to the relay`,
      body: (d) => [
        `seen: ${d.reason}`,
        d.isLogin
          ? 'likely: it wants a user name and password: http://user:password@host:port in .env.local'
          : 'likely: the address is wrong, it allows no CONNECT to this port, or it is not running',
        'it comes from --proxy, WX_DEV_PROXY, HTTPS_PROXY, HTTP_PROXY or ALL_PROXY',
      ],
      run: (d) =>
        d.isLogin
          ? 'echo WX_DEV_PROXY=... >> .env.local'
          : `curl -v -x ${d.proxy} https://example.com`,
    },
    zh: {
      title: (d) => `代理 ${d.proxy} 不允许连接中继`,
      body: (d) => [
        `实际：${d.reason}`,
        d.isLogin
          ? '常见原因：需要用户名和密码，在 .env.local 中写 http://用户:密码@主机:端口'
          : '常见原因：地址写错、代理不允许 CONNECT 到该端口，或代理没有运行',
        '来自 --proxy、WX_DEV_PROXY、HTTPS_PROXY、HTTP_PROXY 或 ALL_PROXY',
      ],
      run: (d) =>
        d.isLogin
          ? 'echo WX_DEV_PROXY=... >> .env.local'
          : `curl -v -x ${d.proxy} https://example.com`,
    },
  }),
  WXD4031: defineError<{ name: string | undefined; names: readonly string[] }>({
    meaning: 'the relay token does not cover the name',
    en: {
      title: (d) =>
        d.name === undefined
          ? 'This relay token is for certain names: ask for one of them'
          : `This relay token is not for the name ${d.name}`,
      body: (d) => [
        ...(d.names.length > 0 ? [`expected: ${d.names.join(', ')}`] : []),
        'likely: the owner of the relay made the token for other names',
      ],
      run: () => 'wx-dev tunnel 3000 --subdomain another-name',
    },
    zh: {
      title: (d) =>
        d.name === undefined
          ? '该中继令牌只能用于指定的名称，请指明其中一个'
          : `该中继令牌不能用于名称 ${d.name}`,
      body: (d) => [
        ...(d.names.length > 0 ? [`应为：${d.names.join('、')}`] : []),
        '常见原因：中继所有者创建令牌时指定了其他名称',
      ],
      run: () => 'wx-dev tunnel 3000 --subdomain another-name',
    },
  }),
};
