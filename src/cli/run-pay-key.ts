import { openPlatformKey } from '../config/platform-key.ts';
import { openProjectState } from '../config/state.ts';
import { openPlatformCertificate } from '../dev/platform-certificate.ts';
import type { Invocation } from './command.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';

/**
 * `wx-dev send pay.key` and `pay.cert`: prints what the app under test must know to take wx-dev for WeChat Pay. The PEM alone goes to
 * stdout, so that it can be saved.
 */
export async function runPayKey({ args, context }: Invocation): Promise<ExitCode> {
  const { out, err, json, quiet, messages, cwd } = context;
  const { dir } = await openProjectState(cwd);
  const key = await openPlatformKey(dir);
  const certificate = await openPlatformCertificate(dir, key);
  if (json) {
    const { serial, publicKey, publicPath } = key;
    out.line(JSON.stringify({ serial, publicKey, publicPath, certificate }));
    return exitCodes.ok;
  }
  const isCert = args[0] === 'pay.cert';
  out.write(isCert ? certificate.pem : key.publicKey);
  if (quiet) return exitCodes.ok;
  const { pay } = messages.send;
  err.line(pay.serial(isCert ? certificate.serial : key.serial));
  err.line(isCert ? certificate.path : key.publicPath);
  err.line(pay.use(isCert ? 'wx-dev send pay.success --platform-cert' : 'wx-dev send pay.success'));
  return exitCodes.ok;
}
