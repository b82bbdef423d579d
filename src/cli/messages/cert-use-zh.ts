import type { CertUseMessages } from './cert-use-en.ts';

/** What the commands that verify, trust and hand out certificates print in Chinese. */
export const certUseZh: CertUseMessages = {
  target: '对象',
  chain: '证书链',
  accepted: (clients) => `通过：${clients}`,
  refused: (clients) => `不通过，检查规则：${clients}`,
  onPhones: (error) => `手机上的报错：${error}`,
  publicDays: (days) => `公共 CA 新签发的证书最长 ${days} 天`,
  validity: { valid: '有效', 'not-yet-valid': '尚未生效', expired: '已过期' },
  excluded: '禁止',
  trustWill: '以下命令让本机信任该颁发机构：',
  trustAsk: '现在执行吗？',
  untrustAsk: '用以上命令移除该颁发机构吗？',
  needsYes: '未经同意不做任何改动，而这里无法询问',
  uninstallAsk: (dir) => `从所有信任库移除该颁发机构并删除 ${dir} 吗？`,
  uninstallAskAgain: '私钥无法恢复，它签发的证书都会失效。确定吗？',
  added: '已加入',
  removed: '已移出',
  failed: '失败：',
  nothingTrusted: '没有需要移除的：没有从这里加入过任何信任库',
  deleted: (dir) => `已删除 ${dir}`,
  kept: (dir) => `保留 ${dir}，因为仍有信任库包含它`,
  proofTitle: '用该颁发机构签发的证书实际连接的结果：',
  proofs: { trusted: '信任', refused: '拒绝', absent: '未安装' },
};
