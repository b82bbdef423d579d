import { describeTemplate } from './harness/describe-template.ts';
import { drivenByMiniprogram } from './harness/miniprogram.ts';
import { throughNginx } from './harness/through-nginx.ts';

const tests = 'node --import tsx --test test/callback.test.ts test/pipeline.test.ts';

describeTemplate('node-fastify', {
  scripts: ['types', 'build'],
  more: (project) => {
    throughNginx(project);
    drivenByMiniprogram(project);
  },
  mutants: [
    {
      fault: 'signature',
      file: 'src/wechat/signature.ts',
      find: 'return one.length === other.length && timingSafeEqual(one, other);',
      replace: 'return one.length < 1000 || timingSafeEqual(one, other);',
      tests,
    },
    {
      fault: 'dedupe',
      file: 'src/wechat/message.ts',
      find: "if (typeof MsgId === 'string' && MsgId) return MsgId;",
      replace: "if (typeof MsgId === 'string' && MsgId) return randomBytes(8).toString('hex');",
      tests,
    },
    {
      fault: 'deadline',
      file: 'src/wechat/pipeline.ts',
      find: 'const DEADLINE_MS = 4500;',
      replace: 'const DEADLINE_MS = 60_000;',
      tests,
    },
  ],
});
