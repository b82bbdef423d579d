import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { WxDevError, type Words } from '../../core/errors.ts';
import type { Probe } from './probe.ts';
import { passed, skipped, type Finding, type Rule } from './rule.ts';
import { failed } from './verdict.ts';

/** Most of a log that is read, in bytes. A run leaves some hundred kilobytes. */
const maxLogBytes = 256 * 1024 * 1024;

/** Shorter than that, a secret would be found by chance. */
const minSecretLength = 6;

/** Group 15: what the app wrote to its log while it was tested. */
export const secretsRules: readonly Rule[] = [
  {
    id: 'secrets.keys',
    group: 'secrets',
    name: {
      en: 'the log holds no Token, key, access token or session_key',
      zh: '日志里没有 Token、密钥、access_token、session_key',
    },
    check: (probe) => checkLog(probe, 'secrets.keys', keysOf(probe)),
  },
  {
    id: 'secrets.openids',
    group: 'secrets',
    name: { en: 'the log holds no whole openid', zh: '日志里没有完整的 openid' },
    check: (probe) => {
      const openid = { en: 'a whole openid', zh: '完整的 openid' };
      return checkLog(
        probe,
        'secrets.openids',
        probe.followers.map((text) => ({ name: openid, text })),
      );
    },
  },
];

interface Secret {
  readonly name: Words;
  readonly text: string;
}

function keysOf({ target: { account, api, secrets = [] } }: Probe): readonly Secret[] {
  const own = { en: 'a secret of the settings', zh: '设置里的机密' };
  const given = { en: 'an access_token or session_key', zh: ' access_token 或 session_key' };
  const all = [
    { name: { en: 'the Token', zh: ' Token' }, text: account.token },
    { name: { en: 'the EncodingAESKey', zh: ' EncodingAESKey' }, text: account.aesKey?.text ?? '' },
    ...secrets.map((text) => ({ name: own, text })),
    ...(api?.secrets ?? []).map((text) => ({ name: given, text })),
  ];
  return all.filter(({ text }) => text.length >= minSecretLength);
}

async function checkLog(probe: Probe, rule: string, secrets: readonly Secret[]): Promise<Finding> {
  const { logFile, signal } = probe.target;
  if (logFile === undefined) {
    return skipped('needs --log: the file that the app logs to', '需要 --log：应用的日志文件');
  }
  const from = await logStart(probe);
  const size = await sizeOf(logFile);
  if (size < 0) return skipped(`cannot read ${logFile}`, `无法读取 ${logFile}`);
  if (size <= from) {
    return skipped(`nothing was written to ${logFile} meanwhile`, `期间 ${logFile} 没有新内容`);
  }
  const end = Math.min(size, from + maxLogBytes) - 1;
  const stream = createReadStream(logFile, { start: from, end, signal });
  const found = await search(stream, secrets);
  if (found === undefined) return passed;
  const line = found.line + (await countLines(logFile, from));
  const sent = { en: 'everything above', zh: '以上全部请求' };
  const received = {
    en: `${logFile}, ${size - from} bytes`,
    zh: `${logFile}，${size - from} 字节`,
  };
  const details = { rule, secret: found.secret.name, file: logFile, line };
  return failed({ sent, received }, new WxDevError('WXD2166', details));
}

/** Where the log ended when the run began: what was in it before is not the run's. Must be asked before the first rule. */
export function logStart(probe: Probe): Promise<number> {
  const { logFile } = probe.target;
  return probe.once('log-start', async () =>
    logFile === undefined ? 0 : Math.max(0, await sizeOf(logFile)),
  );
}

/** The size of a file, -1 when there is none or it may not be read. */
async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => -1,
  );
}

/** The first secret in a stream, with the number of its line from 1. A secret may lie across two chunks. */
async function search(
  stream: AsyncIterable<Buffer>,
  secrets: readonly Secret[],
): Promise<{ secret: Secret; line: number } | undefined> {
  const longest = Math.max(0, ...secrets.map(({ text }) => text.length));
  let line = 1;
  let rest = '';
  for await (const chunk of stream) {
    const text = rest + chunk.toString('latin1'); // The secrets are ASCII; a split character must not change the rest.
    for (const secret of secrets) {
      const at = text.indexOf(secret.text);
      if (at !== -1) return { secret, line: line + lineEnds(text.slice(0, at)) };
    }
    const keep = Math.min(text.length, longest);
    line += lineEnds(text.slice(0, text.length - keep));
    rest = text.slice(text.length - keep);
  }
  return undefined;
}

async function countLines(file: string, end: number): Promise<number> {
  if (end === 0) return 0;
  let count = 0;
  for await (const chunk of createReadStream(file, { end: end - 1 }) as AsyncIterable<Buffer>) {
    count += lineEnds(chunk.toString('latin1'));
  }
  return count;
}

function lineEnds(text: string): number {
  return text.split('\n').length - 1;
}
