import { dataFolder } from '../config/folders.ts';
import type { Context } from './context.ts';

/** wx-dev's data folder of this user. Apart from the settings, which cost 30 ms to load and which `cert` has none of. */
export function dataFolderOf({ env, platform, home }: Context): string {
  return dataFolder({ env, platform, home });
}
