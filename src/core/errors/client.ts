import { defineError } from './define.ts';
import { escapeText } from './text.ts';

/** 406x and 407x: the client end of a tunnel. */
export const clientErrors = {
  WXD4060: defineError<{ target: string; reason: string }>({
    meaning: 'the certificate of the local server is not trusted (502)',
    en: {
      title: (d) => `The certificate of the local server ${d.target} is not trusted`,
      body: (d) => [
        `seen by the tunnel client: ${d.reason}`,
        'expected: a certificate for that name from an authority this computer knows',
        'likely: self-signed, or made for another name; trust it with --local-ca <file>',
        '(--insecure takes any certificate)',
      ],
      run: (d) => `wx-dev cert verify ${hostAndPort(d.target)}`,
    },
    zh: {
      title: (d) => `本地服务 ${d.target} 的证书不受信任`,
      body: (d) => [
        `隧道客户端看到：${d.reason}`,
        '应为：本机信任的 CA 为该名称签发的证书',
        '常见原因：自签名证书，或名称不符；用 --local-ca <文件> 信任它',
        '（--insecure 接受任何证书）',
      ],
      run: (d) => `wx-dev cert verify ${hostAndPort(d.target)}`,
    },
  }),
  WXD4061: defineError<{ relay: string }>({
    meaning: 'the relay is about to end and takes no more tunnels',
    en: {
      title: (d) => `The relay ${d.relay} is about to end`,
      body: () => [
        'seen: it answers what is in work and takes no more tunnels',
        'expected: another relay at this address, or this one again in a moment',
      ],
      run: (d) => `curl -v ${d.relay}`,
    },
    zh: {
      title: (d) => `中继 ${d.relay} 即将结束`,
      body: () => [
        '实际：它只完成正在处理的请求，不再接受新的隧道',
        '应为：该地址上有另一个中继，或稍后重新启动',
      ],
      run: (d) => `curl -v ${d.relay}`,
    },
  }),
  WXD4063: defineError<{
    relay: string;
    /** It answers nothing, the connection ended, it hung up on us, it said that it goes, or it broke the protocol. */
    how: 'silent' | 'cut' | 'refused' | 'leaving' | 'broken';
    seen: string;
  }>({
    meaning: 'the connection to the relay was lost, and is made again',
    en: {
      title: (d) =>
        ({
          silent: `The relay ${d.relay} fell silent`,
          cut: `The connection to the relay ${d.relay} was cut`,
          refused: `The relay ${d.relay} sent this client away`,
          leaving: `The relay ${d.relay} goes away`,
          broken: `The relay ${d.relay} broke the protocol`,
        })[d.how],
      body: (d) => [
        `seen: ${escapeText(d.seen)}`,
        'expected: a connection that stays; what is in work waits and goes on',
        'likely: the network changed, or the relay is restarted, stopped or overloaded',
      ],
      run: (d) => `curl -v ${d.relay}`,
    },
    zh: {
      title: (d) =>
        ({
          silent: `中继 ${d.relay} 没有回应`,
          cut: `与中继 ${d.relay} 的连接断开`,
          refused: `中继 ${d.relay} 让本客户端离开`,
          leaving: `中继 ${d.relay} 即将关闭`,
          broken: `中继 ${d.relay} 违反了协议`,
        })[d.how],
      body: (d) => [
        `实际：${escapeText(d.seen)}`,
        '应为：连接保持；正在处理的请求会等待并继续',
        '常见原因：网络变化，或中继正在重启、停住、过载',
      ],
      run: (d) => `curl -v ${d.relay}`,
    },
  }),
  WXD4062: defineError<{ relay: string }>({
    meaning: 'the relay keeps no requests for clients that are away',
    en: {
      title: (d) => `The relay ${d.relay} keeps no requests`,
      body: () => [
        'seen: --spool was asked for, and the relay does not offer it',
        'expected: a relay with tokens that was started with --spool-dir <folder>',
        'likely: its owner has not switched it on, or it is the one inside wx-dev',
      ],
      run: () => 'wx-dev relay --spool-dir spool --relay-token-file tokens.txt',
    },
    zh: {
      title: (d) => `中继 ${d.relay} 不保存请求`,
      body: () => [
        '实际：使用了 --spool，但中继没有提供该功能',
        '应为：设有令牌、并以 --spool-dir <文件夹> 启动的中继',
        '常见原因：中继所有者没有开启，或使用的是 wx-dev 内置的中继',
      ],
      run: () => 'wx-dev relay --spool-dir spool --relay-token-file tokens.txt',
    },
  }),
};

function hostAndPort(target: string): string {
  const { hostname, port } = new URL(target);
  return `${hostname}:${port || '443'}`;
}
