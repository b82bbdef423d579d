import type { Words } from './errors/define.ts';

/** The `code` of a system error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A failed file operation in words. */
export function fileProblem(error: unknown): Words {
  const words = fileProblems[errorCode(error) ?? ''];
  return words ?? (error instanceof Error ? error.message : String(error));
}

const fileProblems: Readonly<Record<string, Words>> = {
  ENOENT: { en: 'there is no such file', zh: '文件不存在' },
  ENOTDIR: { en: 'a part of its path is not a folder', zh: '路径中有一段不是文件夹' },
  EISDIR: { en: 'it is a folder, not a file', zh: '它是文件夹，不是文件' },
  EACCES: { en: 'permission denied', zh: '没有权限' },
  EPERM: { en: 'permission denied', zh: '没有权限' },
  EROFS: { en: 'the file system is read-only', zh: '文件系统是只读的' },
  ENOSPC: { en: 'no space left on the disk', zh: '磁盘已满' },
  EFBIG: { en: 'the file has reached the allowed size', zh: '文件已达到允许的大小' },
  EIO: { en: 'the disk reports an error', zh: '磁盘读写出错' },
  EDQUOT: { en: 'the disk quota is used up', zh: '磁盘配额已用完' },
  ELOOP: { en: 'its symbolic links lead in a circle', zh: '符号链接循环引用' },
  ENAMETOOLONG: { en: 'the path is too long', zh: '路径太长' },
};
