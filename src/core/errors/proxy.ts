import { defineError } from './define.ts';

/** 403x: the way from the client to the relay. */
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
};
