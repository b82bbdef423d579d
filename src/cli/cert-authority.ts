import { join, resolve } from 'node:path';
import type { OpenAuthorityOptions } from '../certs/store.ts';
import { openProjectFolder } from '../config/state.ts';
import { isWxDevError, type WxDevError } from '../core/errors.ts';
import { authorityFolder } from '../dev/local-tls.ts';
import { textOption, type Invocation } from './command.ts';
import type { Context } from './context.ts';
import { dataFolderOf } from './data-folder.ts';

/** Names a file with the passphrase, where no option does: for scripts, and for commands without the option. */
const PASSPHRASE_VARIABLE = 'WX_DEV_CA_PASSPHRASE_FILE';

/** Standard input can be read once, and a user is asked once, also by a command that opens two authorities. */
const passphrases = new WeakMap<Context, Promise<string | undefined>>();

/**
 * Calls `open` with where the authority is and, if one was given, the passphrase of its key. On a terminal a passphrase that turns
 * out to be needed is asked for. It is never an argument, which other users could read in the list of processes.
 */
export async function withAuthority<T>(
  invocation: Invocation,
  open: (options: OpenAuthorityOptions) => Promise<T>,
): Promise<T> {
  const { context } = invocation;
  const { user, hostname } = context;
  const dir = authorityFolder(dataFolderOf(context));
  const known = passphrases.get(context) ?? readPassphrase(invocation);
  passphrases.set(context, known);
  const options = { dir, user, host: hostname, passphrase: await known };
  try {
    return await open(options);
  } catch (error) {
    if (!isWxDevError(error, 'WXD5022') || error.details.given || !context.interactive) throw error;
    const passphrase = await askPassphrase(invocation, error);
    const opened = await open({ ...options, passphrase });
    passphrases.set(context, Promise.resolve(passphrase));
    return opened;
  }
}

/** Where a certificate goes: `--out`, else below the project's `certs`, which git does not see. */
export async function certificateFolder(
  { options, context }: Invocation,
  ...below: readonly string[]
): Promise<string> {
  const { cwd } = context;
  const out = textOption(options, 'out');
  if (out !== undefined) return resolve(cwd, out);
  return join(await openProjectFolder(cwd), 'certs', ...below);
}

async function readPassphrase({ options, context }: Invocation): Promise<string | undefined> {
  const flag = textOption(options, 'passphraseFile');
  const path = flag ?? context.env[PASSPHRASE_VARIABLE];
  if (path === undefined || path === '') return undefined;
  const name = flag === undefined ? PASSPHRASE_VARIABLE : '--passphrase-file';
  const { cwd, readStdin } = context;
  const { readSecretFile } = await import('../config/secret-file.ts');
  const { value } = await readSecretFile(path, { name }, { cwd, readStdin });
  return String(value);
}

async function askPassphrase({ context }: Invocation, refused: WxDevError): Promise<string> {
  const { password, isCancel } = await import('@clack/prompts');
  const message = context.messages.certIssue.askPassphrase;
  const answer = await password({ message, signal: context.signal });
  if (isCancel(answer)) throw refused;
  return answer;
}
