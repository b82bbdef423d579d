import assert from 'node:assert/strict';
import { test } from 'node:test';
import { baseUrl, envVersion } from '../miniprogram/config';
import { installWx } from './wx';

const all = { develop: 'http://127.0.0.1:3000', trial: '', release: '' };

test('each version has its backend', () => {
  installWx({ envVersion: 'trial' });
  assert.equal(envVersion(), 'trial');
  assert.equal(baseUrl('develop', all), 'http://127.0.0.1:3000');
  assert.equal(
    baseUrl('trial', { ...all, trial: 'https://t.example.com/' }),
    'https://t.example.com',
  );
});

test('what users get is never http and never their own phone', () => {
  for (const wrong of [
    '',
    'http://wx.example.com',
    'wx.example.com',
    'https://localhost:3000',
    'https://127.0.0.1',
    'https://192.168.1.7:3000',
    'https://bot.localhost',
    'https://mac.local',
  ]) {
    assert.throws(() => baseUrl('release', { ...all, release: wrong }), /release: /, wrong);
    assert.throws(() => baseUrl('trial', { ...all, trial: wrong }), /trial: /, wrong);
  }
});
