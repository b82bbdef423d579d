import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ensureBundle } from '../../../src/certs/export/bundle.ts';
import { buildMobileConfig } from '../../../src/certs/export/mobileconfig.ts';
import { openAuthority } from '../../../src/certs/store.ts';
import { needProgram } from '../../helpers/programs.ts';
import { makeAuthority, makeTemporaryFolder } from '../workshop.ts';

const run = promisify(execFile);

needProgram('python3')('a property list reader finds the authority in the profile', async () => {
  const dir = await makeTemporaryFolder();
  const authority = await openAuthority({ dir: join(dir, 'ca'), user: '张<三>&', host: 'h' });
  const path = join(dir, 'x.mobileconfig');
  await writeFile(path, buildMobileConfig(authority.certPem));
  const script = `import plistlib, json, sys
p = plistlib.load(open(sys.argv[1], 'rb'))
c = p['PayloadContent'][0]
print(json.dumps([p['PayloadType'], c['PayloadType'], p['PayloadDisplayName'], c['PayloadContent'].hex(), p['PayloadUUID'], c['PayloadUUID']]))`;
  const { stdout } = await run('python3', ['-c', script, path]);
  const [outer, inner, name, der, ...uuids] = JSON.parse(stdout) as string[];
  expect([outer, inner]).toEqual(['Configuration', 'com.apple.security.root']);
  expect(name).toContain('张<三>&');
  expect(der).toBe(new X509Certificate(authority.certPem).raw.toString('hex'));
  for (const uuid of uuids)
    expect(uuid).toMatch(/^[\dA-F]{8}-[\dA-F]{4}-8[\dA-F]{3}-[89AB][\dA-F]{3}-[\dA-F]{12}$/);
  expect(uuids[0]).not.toBe(uuids[1]);
});

test('the same authority gives the same profile, so that it replaces itself; another one differs', async () => {
  const [one, other] = [await makeAuthority(), await makeAuthority()];
  expect(buildMobileConfig(one.certPem)).toBe(buildMobileConfig(one.certPem));
  expect(buildMobileConfig(one.certPem)).not.toBe(buildMobileConfig(other.certPem));
});

needProgram('openssl', ['version'])(
  'the bundle has the public roots and the authority',
  async () => {
    const authority = await makeAuthority();
    const path = await ensureBundle(authority);
    expect(await ensureBundle(authority)).toBe(path);
    const { certPem } = await authority.issue({ names: ['a.test'] });
    const leaf = join(authority.dir, 'leaf.pem');
    await writeFile(leaf, certPem);
    expect((await run('openssl', ['verify', '-CAfile', path, leaf])).stdout).toContain('OK');
    const { stdout } = await run('openssl', ['storeutl', '-noout', '-certs', path]);
    expect(Number(/Total found: (\d+)/.exec(stdout)?.[1])).toBeGreaterThan(100);
  },
);
