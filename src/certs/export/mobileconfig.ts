import { createHash, X509Certificate } from 'node:crypto';

/**
 * An Apple configuration profile that installs the authority (com.apple.security.root). Its UUIDs come from the certificate, so that
 * installing it again replaces it. Unsigned: iOS says "Not Verified".
 */
export function buildMobileConfig(certPem: string): string {
  const certificate = new X509Certificate(certPem);
  const [, escaped = 'wx-dev CA'] = /^CN=(.*)$/m.exec(certificate.subject) ?? [];
  // OpenSSL writes `<` and others with a backslash (RFC 2253).
  const name = escaped.replaceAll(/\\(.)/g, '$1');
  const id = certificate.fingerprint256.replaceAll(':', '').slice(0, 16).toLowerCase();
  const base64 = certificate.raw.toString('base64');
  const payload = [
    entry('PayloadCertificateFileName', 'wx-dev-ca.cer'),
    `<key>PayloadContent</key><data>${base64}</data>`,
    entry('PayloadDisplayName', name),
    entry('PayloadIdentifier', `dev.wx-dev.ca.${id}.root`),
    entry('PayloadType', 'com.apple.security.root'),
    entry('PayloadUUID', stableUuid(certificate, 'payload')),
    '<key>PayloadVersion</key><integer>1</integer>',
  ];
  const profile = [
    `<key>PayloadContent</key><array><dict>${payload.join('')}</dict></array>`,
    entry('PayloadDisplayName', name),
    entry('PayloadIdentifier', `dev.wx-dev.ca.${id}`),
    '<key>PayloadRemovalDisallowed</key><false/>',
    entry('PayloadType', 'Configuration'),
    entry('PayloadUUID', stableUuid(certificate, 'profile')),
    '<key>PayloadVersion</key><integer>1</integer>',
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    `<plist version="1.0"><dict>${profile.join('\n')}</dict></plist>`,
    '',
  ].join('\n');
}

/** RFC 9562 version 8: of our own making, here from the certificate. */
function stableUuid(certificate: X509Certificate, part: string): string {
  const hash = createHash('sha256').update(part).update(certificate.raw).digest().subarray(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex').toUpperCase();
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function entry(key: string, value: string): string {
  const escaped = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<key>${key}</key><string>${escaped}</string>`;
}
