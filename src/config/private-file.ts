import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, open, rm } from 'node:fs/promises';
import { errorCode } from '../core/system-error.ts';

/** Puts `text` at `file` complete or not at all, mode 0600, unless one is there already. Says whether it did. */
export async function writeOnce(file: string, text: string): Promise<boolean> {
  const temporary = await writeTemporary(file, text);
  try {
    await link(temporary, file).catch(async (error: unknown) => {
      if (errorCode(error) === 'EEXIST') throw error;
      // No hard links here (FAT, some network drives): the next best that does not overwrite.
      await copyFile(temporary, file, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Writes `text` to a new file beside `file`, mode 0600, on the disk when it returns; gives its path. */
export async function writeTemporary(file: string, text: string): Promise<string> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    // Without it a power cut after the rename may leave an empty file, and the secrets are lost.
    await handle.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  return temporary;
}
