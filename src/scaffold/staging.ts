import { randomBytes } from 'node:crypto';

const prefix = '.wx-dev-init-';
const idBytes = 6;

/** Name of a folder where files wait until all of them are there. */
export function newStagingName(): string {
  return `${prefix}${randomBytes(idBytes).toString('hex')}`;
}

/** Whether a folder of this name was left by a wx-dev that was killed. */
export function isStagingName(name: string): boolean {
  return name.startsWith(prefix) && name.length === prefix.length + 2 * idBytes;
}
