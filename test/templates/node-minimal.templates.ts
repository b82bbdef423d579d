import { describeTemplate } from './harness/describe-template.ts';

describeTemplate('node-minimal', {
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
