import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { get as getTls } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { NetworkInterfaceInfo } from 'node:os';
import { buffer } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { findLanAddresses, startPhoneServer, type PhoneServer } from '../../src/certs/phone.ts';
import type { Authority } from '../../src/certs/store.ts';
import { makeAuthority } from './workshop.ts';

async function start(
  more: { limitMs?: number; onTrusted?: () => void; signal?: AbortSignal } = {},
): Promise<{ server: PhoneServer; authority: Authority }> {
  const authority = await makeAuthority();
  const server = await startPhoneServer({ authority, address: '127.0.0.1', ...more });
  onTestFinished(() => server.close());
  return { server, authority };
}

const iPhone = { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari' };

test('serves the certificate as phones want it, and nothing that is secret', async () => {
  const { server, authority } = await start();
  const read = async (name: string): Promise<[string | null, Buffer]> => {
    const response = await fetch(server.url + name);
    expect(response.status).toBe(200);
    return [response.headers.get('content-type'), Buffer.from(await response.arrayBuffer())];
  };
  const [type, der] = await read('ca.crt');
  expect(type).toBe('application/x-x509-ca-cert');
  expect(new X509Certificate(der).fingerprint256).toBe(authority.fingerprint256);
  const [profileType, profile] = await read('wx-dev.mobileconfig');
  expect(profileType).toBe('application/x-apple-aspen-config');
  expect(profile.toString()).toContain('com.apple.security.root');
  for (const name of ['ca-key.pem', 'ca.pem', '../ca-key.pem', '%2e%2e/ca-key.pem', 'CA.CRT']) {
    const response = await fetch(server.url + name);
    expect([name, response.status]).toEqual([name, 404]);
    expect(await response.text()).toBe('');
  }
});

test('a wrong or missing token gets nothing, nor does another method', async () => {
  const { server } = await start();
  const { origin, pathname } = new URL(server.url);
  const other = pathname.replace(/^\/./, (start) => (start === '/0' ? '/1' : '/0'));
  for (const path of [
    '/',
    '/ca.crt',
    `${other}ca.crt`,
    `${pathname.slice(0, -2)}/ca.crt`,
    '/favicon.ico',
  ]) {
    expect((await fetch(origin + path)).status, path).toBe(404);
  }
  expect((await fetch(server.url, { method: 'POST', body: 'x' })).status).toBe(404);
  expect(pathname).toMatch(/^\/[\da-f]{32}\/$/);
});

test('the page says what to tap on the system that asks, and warns in WeChat', async () => {
  const { server, authority } = await start();
  const page = async (agent: string): Promise<string> =>
    (await fetch(server.url, { headers: { 'user-agent': agent } })).text();
  const apple = await page(iPhone['user-agent']);
  expect(apple).toContain('wx-dev.mobileconfig');
  expect(apple).toContain('Certificate Trust Settings');
  expect(apple).toContain(authority.fingerprint256);
  const android = await page('Mozilla/5.0 (Linux; Android 15) Chrome/140');
  expect(android).toContain('href="ca.crt"');
  expect(android).not.toContain('MicroMessenger');
  expect(await page('Mozilla/5.0 (iPhone) MicroMessenger/8.0')).toContain('not in WeChat');
  expect(await page('<script>')).not.toContain('<script>');
});

test('the check leads to a server that only a phone with the authority accepts', async () => {
  let trusted = 0;
  const { server, authority } = await start({ onTrusted: () => (trusted += 1) });
  const redirect = await fetch(`${server.url}check`, { redirect: 'manual' });
  expect(redirect.status).toBe(302);
  expect(redirect.headers.get('location')).toBe(server.checkUrl);
  await expect(once(getTls(server.checkUrl), 'response')).rejects.toThrow();
  expect(trusted).toBe(0);
  const request = getTls(server.checkUrl, { ca: authority.certPem });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  expect((await buffer(response)).toString()).toBe('OK\n');
  expect(trusted).toBe(1);
});

test('ends by itself, by the signal and by close, and frees both ports', async () => {
  const short = await start({ limitMs: 1 });
  expect(await short.server.closed).toEqual({ type: 'closed' });
  await expect(fetch(short.server.url)).rejects.toThrow();
  const abort = new AbortController();
  const aborted = await start({ signal: abort.signal });
  abort.abort();
  expect(await aborted.server.closed).toEqual({ type: 'closed' });
  await expect(fetch(aborted.server.url)).rejects.toThrow();
  await aborted.server.close();
});

test('an address that this machine does not have is named', async () => {
  const authority = await makeAuthority();
  // 192.168.255.254 would have to be assigned to the machine of the test.
  await expect(startPhoneServer({ authority, address: '192.168.255.254' })).rejects.toMatchObject({
    code: 'WXD5033',
  });
});

test('takes addresses of private networks, the usual ones of Wi-Fi first', () => {
  const entry = (address: string, internal = false): NetworkInterfaceInfo => ({
    address,
    internal,
    family: 'IPv4',
    netmask: '',
    mac: '',
    cidr: null,
  });
  expect(
    findLanAddresses({
      lo: [entry('127.0.0.1', true)],
      docker: [entry('172.17.0.1')],
      vpn: [entry('10.8.0.2'), entry('100.64.1.1')],
      wifi: [entry('192.168.1.20')],
      wan: [entry('8.8.8.8'), entry('172.32.0.1')],
    }),
  ).toEqual(['192.168.1.20', '10.8.0.2', '172.17.0.1']);
});
