/** The page that a phone gets: what to tap, in both languages, for the system that asks. */
export function phonePage(userAgent: string, fingerprint256: string): string {
  const isApple = /iPhone|iPad|iPod|Macintosh/.test(userAgent);
  // The scanner of WeChat opens pages in its own browser, which can install nothing.
  const inWeChat = /MicroMessenger/i.test(userAgent);
  const steps = isApple ? appleSteps : androidSteps;
  const list = steps.map(([en, zh]) => `<li>${zh}<br><small>${en}</small></li>`).join('');
  const warning = inWeChat
    ? '<p class="w">请点右上角，用浏览器打开本页<br><small>Open this page in the browser of the phone, not in WeChat</small></p>'
    : '';
  return `<!doctype html><html lang="zh"><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>wx-dev</title>
<style>body{font:17px/1.6 system-ui;max-width:36em;margin:2em auto;padding:0 1em}a{display:block;padding:.7em;margin:.6em 0;background:#07c160;color:#fff;text-align:center;border-radius:8px;text-decoration:none}code{word-break:break-all}.w{background:#fff3cd;padding:.7em}</style>
<h1>wx-dev</h1>${warning}
<a href="${isApple ? 'wx-dev.mobileconfig' : 'ca.crt'}">下载证书 · Download</a>
<ol>${list}</ol>
<a href="check">检查是否已信任 · Check</a>
<p>SHA-256<br><code>${fingerprint256}</code></p>
<p><small>请与终端中显示的指纹核对 · Compare it with the terminal</small></p></html>
`;
}

const appleSteps = [
  ['Open this page in Safari and download the profile', '用 Safari 打开本页并下载描述文件'],
  [
    'Settings › Profile Downloaded › Install (it says "Not Verified": it is not signed)',
    '设置 › 已下载描述文件 › 安装（显示“未验证”是因为没有签名）',
  ],
  [
    'Settings › General › About › Certificate Trust Settings › switch it on',
    '设置 › 通用 › 关于本机 › 证书信任设置 › 打开开关',
  ],
] as const;

const androidSteps = [
  ['Download the certificate', '下载证书'],
  [
    'Settings › Security › Encryption › Install a certificate › CA certificate',
    '设置 › 安全 › 加密与凭据 › 安装证书 › CA 证书',
  ],
  [
    'Chrome trusts it then; apps, WeChat among them, do not',
    '之后 Chrome 会信任它；微信等应用不会',
  ],
] as const;
