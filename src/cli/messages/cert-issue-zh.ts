import type { CertIssueMessages } from './cert-issue-en.ts';

/** What the commands that issue, renew and revoke certificates print in Chinese. */
export const certIssueZh: CertIssueMessages = {
  askPassphrase: '本地 CA 私钥的口令',
  authorityMade: '已创建，尚无客户端信任它',
  authoritySame: '原本就有，未做改动',
  authorityReissued: '用同一把私钥和同一名称重新签发，已有证书继续有效',
  trustAgain: '客户端需要重新信任新文件：',
  anyName: '任意名称',
  unconstrainedWhy:
    '不设限制时，私钥一旦泄露，就能向所有信任它的客户端冒充任何网站。限制（--allow example.com）没有代价，也不妨碍使用自己的域名。',
  sealed: '私钥有口令保护',
  outsideLan: (addresses) => `已略去公网地址，本地 CA 不能为其签发：${addresses}`,
  pin: 'pin',
  oldPin: '旧 pin',
  rekeyed: '私钥已更换：固定了旧公钥的地方需要更新',
  clientAuthority: '客户端 CA',
  crl: '吊销列表',
  clientHint: '信任客户端 CA 的服务器会放行它（不要把客户端 CA 加入任何信任库）：',
  serial: '序列号',
  revoked: (serial) => `已吊销 ${serial}`,
  revokedClient:
    '请把新的吊销列表交给服务器。浏览器从不读取它；列表满 30 天后服务器会拒绝所有客户端，每次执行 cert client 或 revoke 都会重新生成。',
  revokedServer:
    '没有客户端会查询服务器证书的吊销列表：文件已删除，运行中的服务器在重启前仍会使用它。重新签发：wx-dev cert',
  renewedNone: '没有到期需要续签的证书',
  states: {
    good: '有效',
    due: '应续签',
    expired: '已过期',
    revoked: '已吊销',
    missing: '文件不存在',
  },
  kinds: { server: '服务器', client: '客户端', request: '签名请求' },
  none: '还没有签发过证书',
};
