import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Below the home folder: distribution, XDG (Firefox 147 and later), snap, flatpak. */
const roots = [
  '.mozilla/firefox',
  '.config/mozilla/firefox',
  'snap/firefox/common/.mozilla/firefox',
  '.var/app/org.mozilla.firefox/.mozilla/firefox',
];

/**
 * Profile folders of Firefox on Linux that have a certificate database, as its profiles.ini files list them. Elsewhere
 * Firefox reads the system's store (since 120). Never fails: what cannot be read has no profile.
 */
export async function findFirefoxProfiles(home: string): Promise<readonly string[]> {
  const listed = await Promise.all(roots.map((root) => readProfiles(join(home, root))));
  const usable = await Promise.all(
    [...new Set(listed.flat())].map(async (path) => ((await hasDatabase(path)) ? [path] : [])),
  );
  return usable.flat();
}

async function readProfiles(root: string): Promise<string[]> {
  const text = await readFile(join(root, 'profiles.ini'), 'utf8').catch(() => '');
  return text.split(/^\[/m).flatMap((section) => {
    if (!section.startsWith('Profile')) return [];
    const path = /^Path=(.+?)\r?$/m.exec(section)?.[1];
    if (path === undefined) return [];
    return [/^IsRelative=0\r?$/m.test(section) ? path : join(root, path)];
  });
}

/** Made when Firefox first runs with the profile. */
function hasDatabase(profile: string): Promise<boolean> {
  return access(join(profile, 'cert9.db')).then(
    () => true,
    () => false,
  );
}
