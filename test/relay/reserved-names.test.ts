import { expect, test } from 'vitest';
import { NameRegistry } from '../../src/relay/names.ts';

const claim = (name: string): string =>
  new NameRegistry<string>({ relay: 'r', now: 0 }).claim(name, 'o', 'c', 0).name;

test.each(['www', 'api', 'admin', 'wx-dev', 'relay', 'mail', 'wechat', 'weixin', 'WWW', 'mta-sts'])(
  '%s belongs to nobody',
  (name) => {
    expect(() => claim(name)).toThrow(
      expect.objectContaining({
        code: 'WXD4005',
        details: { name: name.toLowerCase(), reason: 'it is reserved' },
      }),
    );
  },
);

test.each([
  'adm1n',
  'admln',
  'ad-min',
  'vvvvvv',
  'vvww',
  'w-w-w',
  'wxdev',
  'wx-d3v',
  'vvx-dev',
  'rnail',
  'ma1l',
  'we1xin',
  'vvechat',
  'wecha7',
  'l0gin',
  'r00t',
  'ap1',
])('%s looks like a name that belongs to nobody', (name) => {
  expect(() => claim(name)).toThrow(expect.objectContaining({ code: 'WXD4005' }));
});

test.each(['xn--80ak6aa92e', 'xn--wxdev', 'ab--c', 'аdmin', 'ａdmin', 'a.b', 'a_b', ''])(
  '%j is no name at all',
  (name) => {
    expect(() => claim(name)).toThrow(expect.objectContaining({ code: 'WXD4005' }));
  },
);

test.each(['my-app', 'shop', 'wechat-shop', 'admin-tool', 'api-v2', 'wx', 'pay', 'demo1', 'www2'])(
  '%s is for whoever comes first',
  (name) => {
    expect(claim(name)).toBe(name);
  },
);
