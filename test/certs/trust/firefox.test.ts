import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findFirefoxProfiles } from '../../../src/certs/trust/firefox.ts';
import { makeTemporaryFolder } from '../workshop.ts';

async function makeProfile(path: string): Promise<string> {
  await mkdir(path, { recursive: true });
  await writeFile(join(path, 'cert9.db'), '');
  return path;
}

test('finds the profiles that profiles.ini lists and that have a database', async () => {
  const home = await makeTemporaryFolder();
  const classic = join(home, '.mozilla/firefox');
  const used = await makeProfile(join(classic, 'Profiles/张 三.default'));
  const absolute = await makeProfile(join(home, 'elsewhere'));
  await makeProfile(join(classic, 'unlisted'));
  await mkdir(join(classic, 'never-run'));
  const ini = [
    '[General]',
    'StartWithLastProfile=1',
    '[Profile1]',
    'Name=default',
    'IsRelative=1',
    'Path=Profiles/张 三.default',
    '[Profile0]',
    `Path=${absolute}`,
    'IsRelative=0',
    '[Profile2]',
    'Path=never-run',
    'IsRelative=1',
    '[Install4F96D1932A9F858E]',
    'Path=unlisted',
  ];
  await writeFile(join(classic, 'profiles.ini'), ini.join('\r\n'));
  expect(await findFirefoxProfiles(home)).toEqual([used, absolute]);
});

test('looks in the folders of XDG, snap and flatpak too', async () => {
  const home = await makeTemporaryFolder();
  const roots = [
    '.config/mozilla/firefox',
    'snap/firefox/common/.mozilla/firefox',
    '.var/app/org.mozilla.firefox/.mozilla/firefox',
  ];
  const profiles = await Promise.all(
    roots.map(async (root) => {
      const profile = await makeProfile(join(home, root, 'p'));
      await writeFile(join(home, root, 'profiles.ini'), '[Profile0]\nIsRelative=1\nPath=p\n');
      return profile;
    }),
  );
  expect(await findFirefoxProfiles(home)).toEqual(profiles);
});

test('finds nothing, without failing, where nothing or nonsense is', async () => {
  const home = await makeTemporaryFolder();
  expect(await findFirefoxProfiles(home)).toEqual([]);
  await mkdir(join(home, '.mozilla/firefox/profiles.ini'), { recursive: true });
  expect(await findFirefoxProfiles(home)).toEqual([]);
  expect(await findFirefoxProfiles(join(home, 'missing'))).toEqual([]);
});
