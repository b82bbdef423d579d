import { WxDevError, type Words } from '../core/errors.ts';
import { readTextFile } from './text-file.ts';

/** Shorter passwords are found by trying. */
const MIN_PASSWORD_LENGTH = 8;

/** What one handshake with a relay carries. */
const MAX_LOGINS = 32;

/**
 * The logins of a file: `user:password`, one on each line; empty lines and lines that begin with # are left out.
 *
 * @throws WXD6006 when the file cannot be read, WXD4049 for a line that cannot be one, or when there is none or too many
 */
export async function loadLogins(path: string, cwd: string): Promise<readonly string[]> {
  const file = await readTextFile(path, cwd, { name: '--basic-auth-file' });
  const lines = (file?.text ?? '').replace(/^\uFEFF/, '').split(/\r?\n/);
  const logins: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const reason = logins.length === MAX_LOGINS ? TOO_MANY : whyWrong(line);
    if (reason !== undefined)
      throw new WxDevError('WXD4049', { path: file?.shown ?? path, line: index + 1, reason });
    logins.push(line);
  }
  if (logins.length > 0) return logins;
  throw new WxDevError('WXD4049', { path: file?.shown ?? path, line: 1, reason: NONE });
}

const NONE: Words = { en: 'no line with a login', zh: '没有任何登录信息' };
const TOO_MANY: Words = {
  en: `more than ${MAX_LOGINS} logins`,
  zh: `登录信息超过 ${MAX_LOGINS} 个`,
};

function whyWrong(line: string): Words | undefined {
  // RFC 7617 §2: a user name has no colon, neither has a control character.
  const colon = line.indexOf(':');
  if (colon < 1) return { en: 'no user name before a colon', zh: '冒号前没有用户名' };
  if (/\p{Cc}/u.test(line)) return { en: 'a control character', zh: '含有控制字符' };
  const { length } = Array.from(line.slice(colon + 1));
  if (length >= MIN_PASSWORD_LENGTH) return undefined;
  return { en: `a password of ${length} characters`, zh: `密码只有 ${length} 个字符` };
}
