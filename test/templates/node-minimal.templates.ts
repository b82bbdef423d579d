import { resolve } from 'node:path';
import { describeTemplate } from './harness/describe-template.ts';

/** Of this repository: the template has no dependencies, so no linter either. */
const oxlint = resolve(import.meta.dirname, '../../node_modules/.bin/oxlint');

describeTemplate('node-minimal', {
  lint: `'${oxlint}' --deny-warnings .`,
  mutants: [
    {
      fault: 'signature',
      file: 'wechat.mjs',
      find: 'return received.length === expected.length && timingSafeEqual(received, expected);',
      replace: 'return received.length <= expected.length || timingSafeEqual(received, expected);',
    },
    {
      fault: 'dedupe',
      file: 'wechat.mjs',
      find: 'if (!entry) {',
      replace: 'if (!entry || id) {',
    },
    {
      fault: 'deadline',
      file: 'server.mjs',
      find: 'const DEADLINE_MS = 4500;',
      replace: 'const DEADLINE_MS = 60_000;',
    },
    {
      fault: 'other',
      file: 'wechat.mjs',
      find: 'const BLOCK = 32;',
      replace: 'const BLOCK = 16;',
    },
    {
      fault: 'other',
      file: 'wechat.mjs',
      find: "']]]]><![CDATA[>'",
      replace: "']]>'",
    },
    {
      fault: 'other',
      file: 'wechat.mjs',
      find: 'ToUserName: FromUserName, FromUserName: ToUserName',
      replace: 'ToUserName, FromUserName',
    },
  ],
});
