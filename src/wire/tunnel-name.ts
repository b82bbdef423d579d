import { WxDevError, type Words } from '../core/errors.ts';

/**
 * The form of a subdomain that both ends agree on: `wanted` in lower case, one host label (RFC 1123 §2.1), and nothing that looks
 * like more than its letters.
 *
 * @throws WXD4005 with what is wrong
 */
export function checkTunnelName(wanted: string): string {
  const name = wanted.toLowerCase();
  const reason = whyInvalid(name);
  if (reason !== undefined) throw new WxDevError('WXD4005', { name: wanted, reason });
  return name;
}

function whyInvalid(name: string): Words | undefined {
  if (name === '') return { en: 'it is empty', zh: '名称为空' };
  if (name.length > 63)
    return { en: `it has ${name.length} characters`, zh: `有 ${name.length} 个字符` };
  if (!/^[a-z0-9-]+$/.test(name))
    return {
      en: 'it has characters other than a-z, 0-9 and -',
      zh: '含有 a-z、0-9 和 - 以外的字符',
    };
  if (name.startsWith('-') || name.endsWith('-'))
    return { en: 'it begins or ends with -', zh: '以 - 开头或结尾' };
  // `xn--` and its like (RFC 5890 §2.3.1) show as letters that only look like a-z.
  if (name.slice(2, 4) === '--')
    return {
      en: 'it has -- in third place, which marks encoded names',
      zh: '第三、四位是 --，这表示经过编码的名称',
    };
  return undefined;
}
