import { describe, expect, test } from 'vitest';
import { parseCertificates } from '../../../src/certs/show.ts';
import { packNames, type PackName } from '../../../src/certs/verify/packs.ts';
import { verifyCertificates, type Verification } from '../../../src/certs/verify/verify.ts';
import { needProgram } from '../../helpers/programs.ts';
import { makeAuthority } from '../workshop.ts';
import { OpensslCa, stamp, type Recipe } from './openssl-ca.ts';

const testOpenssl = needProgram('openssl', ['version']);
const local: readonly PackName[] = packNames.filter((name) => name !== 'wechat');

interface Asked {
  readonly as?: readonly PackName[];
  readonly name?: string;
  readonly keyPem?: string;
  readonly now?: number;
  readonly offersTls12?: boolean;
}

function verify(pem: string, ca: string, asked: Asked = {}): Verification {
  const { as = local, now = Date.now(), ...rest } = asked;
  const options = { certificates: parseCertificates(pem, 'x.pem'), as, ca: [ca], now, ...rest };
  return verifyCertificates(options, 'x.pem');
}

function rules(found: Verification): string[] {
  return found.faults.map((fault) => fault.rule);
}

describe('with certificates that OpenSSL made', () => {
  testOpenssl('accepts a good one, for each of its names', async () => {
    const ca = await OpensslCa.create();
    const { cert, key } = await ca.leaf();
    for (const name of ['a.test', '127.0.0.1']) {
      const found = verify(cert, ca.root.cert, { name, keyPem: key });
      expect(found.faults).toEqual([]);
      expect(found).toMatchObject({ accepted: true, chain: ['CN=a.test', 'CN=Test Root'] });
    }
  });

  testOpenssl.each<[string, Recipe, string, readonly PackName[]]>([
    ['an expired one', { start: stamp(-30), end: stamp(-1) }, 'expired', local],
    ['one that is not valid yet', { start: stamp(2), end: stamp(30) }, 'not-yet-valid', local],
    ['one for another name', { names: 'DNS:b.test' }, 'wrong-name', local],
    ['one for clients', { usage: 'clientAuth' }, 'wrong-extended-key-usage', local],
    ['one signed with SHA-1', { digest: 'sha1' }, 'weak-digest', local],
    ['one with RSA 1024', { rsaBits: 1024 }, 'weak-key', ['openssl', 'apple', 'python-strict']],
    ['one for 826 days', { start: stamp(0), end: stamp(826 - 1 / 86_400) }, 'too-long', ['apple']],
    ['one with a negative serial', { serial: '-4097' }, 'serial-not-positive', local],
  ])('names the fault of %s, and no other', async (_name, recipe, rule, packs) => {
    const ca = await OpensslCa.create();
    const { cert } = await ca.leaf(recipe);
    const found = verify(cert, ca.root.cert, { name: 'a.test' });
    expect(rules(found)).toEqual([rule]);
    expect(found.faults[0]?.packs).toEqual(packs);
    expect(found.accepted).toBe(false);
    const { reason, fix } = found.faults[0]!;
    for (const text of [reason.en, reason.zh, fix.en, fix.zh])
      expect(text).not.toMatch(/undefined/);
  });

  testOpenssl('takes 825 days, the last second counted', async () => {
    const ca = await OpensslCa.create();
    const start = stamp(0);
    const { cert } = await ca.leaf({ start, end: stamp(825 - 1 / 86_400) });
    expect(rules(verify(cert, ca.root.cert))).toEqual([]);
  });

  testOpenssl('names a missing intermediate, and nothing once it is sent', async () => {
    const ca = await OpensslCa.create();
    const middle = await ca.intermediate();
    const { cert } = await ca.leaf({}, middle);
    const alone = verify(cert, ca.root.cert);
    expect(rules(alone)).toEqual(['missing-intermediate']);
    expect(alone.faults[0]?.reason.en).toContain('CN=Middle');
    const other = await ca.leaf();
    // In any order, and with one that does not belong there.
    expect(rules(verify(cert + other.cert + middle.cert, ca.root.cert))).toEqual([]);
  });

  testOpenssl('names an intermediate that has expired', async () => {
    const ca = await OpensslCa.create();
    const middle = await ca.intermediate({ start: stamp(-30), end: stamp(-1) });
    const { cert } = await ca.leaf({}, middle);
    const found = verify(cert + middle.cert, ca.root.cert);
    expect(rules(found)).toEqual(['expired']);
    expect(found.faults[0]?.reason.en).toContain('CN=Middle');
  });

  testOpenssl.each([
    ['a name', 'DNS:weixin.example', 'weixin.example'],
    ['an IPv4 address', 'IP:8.8.8.8', '8.8.8.8'],
    ['an IPv6 address', 'IP:2001:db8::1', '2001:db8::1'],
    ['an excluded name', 'DNS:no.a.test', 'no.a.test'],
  ])('names %s outside the constraints', async (_name, names, value) => {
    const constraints =
      '\nnameConstraints=critical,permitted;DNS:a.test,permitted;IP:127.0.0.0/255.0.0.0,excluded;DNS:no.a.test';
    const ca = await OpensslCa.create(constraints);
    const { cert } = await ca.leaf({ names });
    // An IPv4 range alone leaves IPv6 to RFC 5280's rule on kinds of name: both are iPAddress.
    const found = verify(cert, ca.root.cert);
    expect(rules(found)).toEqual(['outside-constraints']);
    expect(found.faults[0]?.reason.en).toContain(value);
    expect(rules(verify((await ca.leaf()).cert, ca.root.cert))).toEqual([]);
  });

  testOpenssl('names a key of another certificate', async () => {
    const ca = await OpensslCa.create();
    const [one, other] = [await ca.leaf(), await ca.leaf({ rsaBits: 2048 })];
    expect(rules(verify(one.cert, ca.root.cert, { keyPem: other.key }))).toEqual(['key-mismatch']);
    expect(() => verify(one.cert, ca.root.cert, { keyPem: one.cert })).toThrow(
      expect.objectContaining({ code: 'WXD5030' }),
    );
  });

  testOpenssl('tells a self-signed leaf from a root that is not trusted', async () => {
    const [ca, stranger] = [await OpensslCa.create(), await OpensslCa.create()];
    const { cert } = await ca.leaf();
    expect(rules(verify(cert + ca.root.cert, ''))).toEqual(['untrusted-root']);
    expect(rules(verify(cert, stranger.root.cert))).toEqual(['missing-intermediate']);
    expect(rules(verify(ca.root.cert, ''))).toContain('self-signed');
  });

  testOpenssl('a certificate altered by one bit has no issuer', async () => {
    const ca = await OpensslCa.create();
    const { cert } = await ca.leaf();
    const der = Buffer.from(parseCertificates(cert, 'x')[0]!.raw);
    der[der.length - 1]! ^= 1;
    const altered = parseCertificates(der, 'x')[0]!.toString();
    expect(rules(verify(altered, ca.root.cert))).toEqual(['missing-intermediate']);
  });

  testOpenssl('python-strict wants what X509_V_FLAG_X509_STRICT wants', async () => {
    const ca = await OpensslCa.create();
    const leaf = await ca.leaf({ extra: 'authorityKeyIdentifier=none' });
    const found = verify(leaf.cert, ca.root.cert);
    expect(found.faults.map(({ rule, packs }) => [rule, packs])).toEqual([
      ['missing-key-identifier', ['python-strict']],
    ]);
  });

  testOpenssl('chrome wants digitalSignature, which the authority itself lacks', async () => {
    const ca = await OpensslCa.create();
    expect(rules(verify(ca.root.cert, ca.root.cert, { as: ['chrome'] }))).toContain('key-usage');
  });

  testOpenssl(
    'wechat refuses what only this machine trusts, and says what phones show',
    async () => {
      const ca = await OpensslCa.create();
      const { cert } = await ca.leaf({ names: 'DNS:shop.example.com' });
      const asked = { as: ['wechat'], name: 'shop.example.com', offersTls12: false } as const;
      const found = verify(cert + ca.root.cert, ca.root.cert, asked);
      expect(rules(found)).toEqual(['untrusted-root', 'no-tls12']);
      expect(found.faults[0]?.phone).toContain('-202 net::ERR_CERT_AUTHORITY_INVALID');
      for (const name of ['127.0.0.1', 'localhost', 'a.test', 'nas.local']) {
        expect(rules(verify(cert, ca.root.cert, { as: ['wechat'], name })), name).toContain(
          'not-public',
        );
      }
    },
  );
});

test('our own leaves pass every pack of a local client', async () => {
  const authority = await makeAuthority();
  const { certPem, keyPem } = await authority.issue({ names: ['a.test', '::1'] });
  expect(verify(certPem, authority.certPem, { name: 'a.test', keyPem }).faults).toEqual([]);
});

test('hostile bytes end in an error, never in a hang or a stack of another kind', async () => {
  const { certPem } = await makeAuthority();
  const der = parseCertificates(certPem, 'x')[0]!.raw;
  for (let at = 0; at < der.length; at += 3) {
    const altered = Buffer.from(der);
    altered[at]! ^= 0x81;
    try {
      verifyCertificates(
        { certificates: parseCertificates(altered, 'x'), as: packNames, now: Date.now() },
        'x',
      );
    } catch (error) {
      expect(error).toMatchObject({ code: 'WXD5007' });
    }
  }
});
