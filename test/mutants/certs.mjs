/* Faults that certificates, their store, their judge and the trust stores could have, and the tests that must see each. */

const made = ['test/certs/certificate.test.ts'];
const store = ['test/certs/store.test.ts'];
const leafStore = ['test/certs/leaf-store.test.ts'];
const clients = ['test/certs/clients.test.ts'];
const judge = ['test/certs/verify/verify.test.ts'];
const trust = ['test/certs/trust'];

const certificate = 'src/certs/certificate.ts';
const extensions = 'src/certs/extensions.ts';
const rules = 'src/certs/verify/rules.ts';
const apply = 'src/certs/trust/apply.ts';

/** A rule of the judge that never finds anything. */
function blind(rule, find, replace) {
  return { name: `verify: blind for ${rule}`, file: rules, find, replace, tests: judge };
}

export const mutants = [
  {
    name: 'leaf: no authorityKeyIdentifier',
    file: certificate,
    find: `      subjectAltName(names),
      subjectKeyIdentifier(spki),
      authorityKeyIdentifier(publicKeyBytes(issuer.publicKey)),`,
    replace: `      subjectAltName(names),
      subjectKeyIdentifier(spki),`,
    tests: made,
  },
  {
    name: 'leaf: authorityKeyIdentifier of its own key, as node-forge writes it',
    file: certificate,
    find: `      subjectAltName(names),
      subjectKeyIdentifier(spki),
      authorityKeyIdentifier(publicKeyBytes(issuer.publicKey)),`,
    replace: `      subjectAltName(names),
      subjectKeyIdentifier(spki),
      authorityKeyIdentifier(spki),`,
    tests: made,
  },
  {
    name: 'leaf: for clients too',
    file: extensions,
    find: "sequence(objectId('1.3.6.1.5.5.7.3.1'))",
    replace: "sequence(objectId('1.3.6.1.5.5.7.3.1'), objectId('1.3.6.1.5.5.7.3.2'))",
    tests: made,
  },
  {
    name: 'leaf: an address as a DNS name',
    file: extensions,
    find: 'return taggedBytes(ipTag, addressBytes(value));',
    replace: "return taggedBytes(dnsTag, Buffer.from(value, 'latin1'));",
    tests: made,
  },
  {
    name: 'leaf: the last second is not counted',
    file: 'src/certs/lifetime.ts',
    find: 'notBefore + days * dayMs - 1000',
    replace: 'notBefore + days * dayMs',
    tests: made,
  },
  {
    name: 'leaf: begins now, not five minutes ago',
    file: 'src/certs/lifetime.ts',
    find: 'const clockSkewMs = 5 * 60_000;',
    replace: 'const clockSkewMs = 0;',
    tests: made,
  },
  {
    name: 'signature: SHA-1',
    file: 'src/certs/signed.ts',
    find: `    ? sequence(objectId('1.2.840.113549.1.1.11'), nothing())
    : sequence(objectId('1.2.840.10045.4.3.2'));
}

/** \`tbs\` with its signature, in DER. \`tbs\` must name the algorithm of \`key\` in itself. */
export function signStructure(tbs: Node, key: KeyObject): Buffer {
  const signature = sign('sha256', encode(tbs), key);`,
    replace: `    ? sequence(objectId('1.2.840.113549.1.1.5'), nothing())
    : sequence(objectId('1.2.840.10045.4.1'));
}

/** \`tbs\` with its signature, in DER. \`tbs\` must name the algorithm of \`key\` in itself. */
export function signStructure(tbs: Node, key: KeyObject): Buffer {
  const signature = sign('sha1', encode(tbs), key);`,
    tests: made,
  },
  {
    name: 'signature: RSA without NULL',
    file: 'src/certs/signed.ts',
    find: "sequence(objectId('1.2.840.113549.1.1.11'), nothing())",
    replace: "sequence(objectId('1.2.840.113549.1.1.11'))",
    tests: made,
  },
  {
    name: 'serial: negative',
    file: 'src/certs/signed.ts',
    find: '(serial[0] ?? 0) & 0x7f || 1',
    replace: '(serial[0] ?? 0) | 0x80',
    tests: made,
  },
  {
    name: 'serial: always the same',
    file: 'src/certs/signed.ts',
    find: 'const serial = randomBytes(serialBytes);',
    replace: 'const serial = randomBytes(serialBytes).fill(7);',
    tests: made,
  },
  {
    name: 'authority: no IP subtrees, so that any address is permitted',
    file: 'src/certs/constraints.ts',
    find: '...permittedRanges.map(',
    replace: '...permittedRanges.slice(permittedRanges.length).map(',
    tests: [...made, 'test/certs/constraints.test.ts'],
  },
  {
    name: 'authority: IPv4 subtrees only',
    file: 'src/certs/constraints.ts',
    find: '...permittedRanges.map(',
    replace: "...permittedRanges.filter((range) => !range.includes(':')).map(",
    tests: ['test/certs/constraints.test.ts'],
  },
  {
    name: 'authority: no constraints at all',
    file: certificate,
    find: '...(constraints ? [nameConstraints(constraints)] : []),',
    replace: '',
    tests: made,
  },
  {
    name: 'authority: constraints that are not critical',
    file: extensions,
    find: 'extension(nameConstraintsId, true,',
    replace: 'extension(nameConstraintsId, false,',
    tests: made,
  },
  {
    name: 'authority: basicConstraints not critical',
    file: extensions,
    find: "extension('2.5.29.19', true, value)",
    replace: "extension('2.5.29.19', false, value)",
    tests: made,
  },
  {
    name: 'authority: may have authorities below it',
    file: extensions,
    find: 'sequence(truth(), integer(Uint8Array.of(0)))',
    replace: 'sequence(truth())',
    tests: made,
  },
  {
    name: 'authority: may not sign certificates',
    file: certificate,
    find: "keyUsage('keyCertSign', 'cRLSign')",
    replace: "keyUsage('cRLSign')",
    tests: made,
  },
  {
    name: 'authority: a subject in PrintableString',
    file: 'src/certs/der.ts',
    find: "Type.UTF8, false, toBinary(Buffer.from(text, 'utf8'))",
    replace: "Type.PRINTABLESTRING, false, toBinary(Buffer.from(text, 'utf8'))",
    tests: [...store, ...made],
  },
  {
    name: 'authority: signs names outside its constraints',
    file: 'src/certs/authority.ts',
    find: 'if (broken) throw new',
    replace: 'if (broken && names.length === 0) throw new',
    tests: store,
  },
  {
    name: 'files: a key that everybody may read',
    file: 'src/certs/files.ts',
    find: 'export const privateMode = 0o600;',
    replace: 'export const privateMode = 0o644;',
    tests: store,
  },
  {
    name: 'files: a folder that everybody may enter',
    file: 'src/certs/files.ts',
    find: 'const folderMode = 0o700;',
    replace: 'const folderMode = 0o755;',
    tests: store,
  },
  {
    name: 'files: the mode is set after the writing',
    file: 'src/certs/files.ts',
    find: "const file = await open(path, 'wx', mode);",
    replace: "const file = await open(path, 'wx');",
    tests: store,
  },
  {
    name: 'files: an open key is taken',
    file: 'src/certs/authority-files.ts',
    find: 'if ((mode & forbidden) !== 0) throw',
    replace: 'if ((mode & forbidden) > 0o777) throw',
    tests: store,
  },
  {
    name: 'files: written in place, so that a kill leaves a part',
    file: 'src/certs/files.ts',
    find: 'withTemporary(path, text, mode, (temporary) => rename(temporary, path))',
    replace: `(async () => {
      const file = await open(path, 'w', mode);
      for (const byte of Buffer.from(text)) await file.write(Buffer.of(byte));
      await file.close();
    })()`,
    tests: ['test/certs/killed.test.ts'],
  },
  {
    name: 'lock: keeps nobody out',
    file: 'src/certs/lock.ts',
    find: "const file = await open(path, 'wx', 0o600)",
    replace: "const file = await open(path, 'w', 0o600)",
    tests: ['test/certs/lock.test.ts'],
  },
  {
    name: 'renewal: always another key, so that pins break',
    file: 'src/certs/leaf-files.ts',
    find: "renew !== 'key' && oldKind === keyKind",
    replace: "renew === 'needed' && oldKind === undefined",
    tests: [...leafStore, 'test/certs/renew.test.ts'],
  },
  {
    name: 'renewal: not when the names have changed',
    file: 'src/certs/leaf-store.ts',
    find: 'accept: (leaf) => coversExactly(leaf, names)',
    replace: 'accept: () => coversExactly !== undefined && names.length > 0',
    tests: leafStore,
  },
  {
    name: 'renewal: only after the end',
    file: 'src/certs/lifetime.ts',
    find: 'return now < notBefore || now >= renewAt;',
    replace: 'return now < notBefore || now >= renewAt + renewBeforeMs;',
    tests: leafStore,
  },
  {
    name: 'revocation: the list names nobody',
    file: 'src/certs/crl.ts',
    find: 'entries.length === 0 ? []',
    replace: 'entries.length >= 0 ? []',
    tests: clients,
  },
  {
    name: 'revocation: a list that has ended',
    file: 'src/certs/lifetime.ts',
    find: 'return { thisUpdate: notBefore, nextUpdate: notAfter };',
    replace:
      'return { thisUpdate: notBefore, nextUpdate: new Date(+notBefore + (+notAfter - +notBefore) / 1e6) };',
    tests: clients,
  },
  {
    name: 'revocation: an open connection stays',
    file: 'src/certs/revoked.ts',
    find: 'return (certificate) => revoked.has(keyOf(certificate));',
    replace: "return (certificate) => revoked.has('') && keyOf(certificate) === '';",
    tests: ['test/certs/revoked.test.ts'],
  },
  {
    name: 'client: its certificate serves as a server’s too',
    file: certificate,
    find: `      keyUsage('digitalSignature'),
      clientAuth(),`,
    replace: `      keyUsage('digitalSignature'),
      serverAuth(),`,
    tests: clients,
  },
  {
    name: 'export: compat with a MAC that macOS and Android refuse',
    file: 'src/certs/export/pkcs12.ts',
    find: "const digest = profile === 'compat' ? 'sha1' : 'sha256';",
    replace: "const digest = profile === 'compat' ? 'sha256' : 'sha256';",
    tests: ['test/certs/export/pkcs12.test.ts'],
  },
  blind('expired', 'now > facts.notAfter.getTime()', 'now > facts.notAfter.getTime() * 2'),
  blind('not yet valid', 'now < facts.notBefore.getTime()', 'now < -facts.notBefore.getTime()'),
  blind(
    'a wrong name',
    'name === undefined || covers(leaf, name, pack)',
    'name !== leaf.subject + pack || covers(leaf, name, pack)',
  ),
  blind(
    'a wrong use',
    'if (uses === undefined && !pack.needsExtendedKeyUsage) return undefined;',
    'if (uses !== null || !pack.needsExtendedKeyUsage) return undefined;',
  ),
  blind(
    'a missing intermediate',
    "if (end === 'incomplete') return miss(",
    "if (end === 'incomplete') return undefined && miss(",
  ),
  blind('SHA-1', "digest === 'sha1' || digest === 'md5'", "digest === 'md5'"),
  blind(
    'RSA 1024',
    '(rsaBits ?? Infinity) < pack.minRsaBits',
    '(rsaBits ?? Infinity) * 2 < pack.minRsaBits',
  ),
  blind('826 days', 'days <= pack.maxDays', 'days <= pack.maxDays + 1'),
  blind(
    'a negative serial',
    '!facts.serialIsPositive',
    '!facts.serialIsPositive && facts.isSelfSigned',
  ),
  blind(
    'a name outside the constraints',
    'if (!broken) continue;',
    'if (!broken || broken) continue;',
  ),
  blind(
    'a key of another certificate',
    '!key || leaf.certificate.checkPrivateKey(key)',
    '!key || leaf.certificate',
  ),
  {
    name: 'verify: an issuer by name alone',
    file: 'src/certs/verify/facts.ts',
    find: 'certificate.issuer === issuer.subject && certificate.verify(issuer.publicKey)',
    replace: 'certificate.issuer === issuer.subject',
    tests: judge,
  },
  {
    name: 'trust: NSS does not trust it for servers',
    file: 'src/certs/trust/nss.ts',
    find: "'-t', 'C,,',",
    replace: "'-t', ',,',",
    tests: trust,
  },
  {
    name: 'trust: removal leaves the links of Debian behind',
    file: 'src/certs/trust/linux.ts',
    find: "refreshAll: ['update-ca-certificates', '--fresh'],",
    replace: "refreshAll: ['true'],",
    tests: trust,
  },
  {
    name: 'trust: the list is written after the store',
    file: apply,
    find: `  await writeTrustRecord(recordPath, [...before.filter((old) => !isSame(old, entry)), entry]);
  const problem = await runSteps(steps, options);`,
    replace: `  const problem = await runSteps(steps, options);
  await new Promise((done) => setTimeout(done, 30));
  await writeTrustRecord(recordPath, [...before.filter((old) => !isSame(old, entry)), entry]);`,
    tests: ['test/certs/killed.test.ts'],
  },
  {
    name: 'trust: several at once change the list',
    file: apply,
    find: 'outcomes.push(await withLock(folder, add, { signal }));',
    replace: 'outcomes.push(await (withLock && signal ? withLock(folder, add) : add()));',
    tests: trust,
  },
  {
    name: 'untrust: believes the exit code',
    file: apply,
    find: 'if (left) return problem ??',
    replace: 'if (left && problem) return problem ??',
    tests: trust,
  },
  {
    name: 'untrust: any certificate of that name is it',
    file: apply,
    find: 'printed.some((pem) => fingerprintOf(pem) === fingerprint256)',
    replace: 'printed.length > 0',
    tests: trust,
  },
  {
    name: 'untrust: removes whatever file the list names',
    file: 'src/certs/trust/linux.ts',
    find: 'path === `${folder}/${label}.${extension}`',
    replace: '`${folder}${label}${extension}` !== path',
    tests: trust,
  },
  {
    name: 'trust: Java, which ignores constraints, unasked',
    file: 'src/certs/trust/plan.ts',
    find: "stores?.includes('java') ? [planJava(facts)] : []",
    replace: "stores?.includes('java') !== false ? [planJava(facts)] : []",
    tests: trust,
  },
  {
    name: 'proof: any answer counts as trust',
    file: 'src/certs/trust/prove.ts',
    find: "typeof ended.stdout === 'string' && ended.stdout.includes(word)",
    replace: "word !== '' && ended.exitCode !== undefined",
    tests: trust,
  },
  {
    name: 'proof: the variables decide in the store’s place',
    file: 'src/certs/trust/prove.ts',
    find: '!overriding.test(name)',
    replace: '!overriding.test(name) || name.length > 0',
    tests: trust,
  },
];
