import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { WxDevError } from '../core/errors.ts';
import { fileProblem } from '../core/system-error.ts';

/** A picture that an app can download as long as this stands. */
export interface PictureServer extends AsyncDisposable {
  readonly url: string;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.gif': 'image/gif',
  '.png': 'image/png',
  '.webp': 'image/webp',
};

/**
 * Serves one file on loopback, under an address that looks like WeChat's picture server's, for the PicUrl of a message.
 *
 * @throws WXD6006 when there is no such file
 */
export async function servePicture(path: string): Promise<PictureServer> {
  const info = await stat(path).catch((error: unknown) => {
    throw unreadable(path, fileProblem(error), error);
  });
  if (!info.isFile()) throw unreadable(path, { en: 'it is no file', zh: '不是文件' });
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', contentTypes[extname(path).toLowerCase()] ?? 'image/jpeg');
    const stream = createReadStream(path);
    stream.on('error', () => response.destroy());
    response.on('close', () => stream.destroy());
    stream.pipe(response);
    request.resume();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/mmbiz_jpg/wxdev0001/0`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function unreadable(
  path: string,
  reason: ReturnType<typeof fileProblem>,
  cause?: unknown,
): WxDevError {
  return new WxDevError('WXD6006', { path, reason, source: { name: '[content]' } }, { cause });
}
