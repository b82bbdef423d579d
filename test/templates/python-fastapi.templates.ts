import { describeTemplate } from './harness/describe-template.ts';
import { drivenByMiniprogram } from './harness/miniprogram.ts';
import { throughNginx } from './harness/through-nginx.ts';

describeTemplate('python-fastapi', {
  more: (project) => {
    throughNginx(project);
    drivenByMiniprogram(project);
  },
  mutants: [
    {
      fault: 'signature',
      file: 'app/wechat/crypto.py',
      find: 'return hmac.compare_digest(sign(*values).encode(), signature.encode())',
      replace: 'return len(signature) <= len(sign(*values))',
    },
    {
      fault: 'dedupe',
      file: 'app/wechat/pipeline.py',
      find: 'key = message.id',
      replace: 'key = f"{message.id}-{time.perf_counter_ns()}"',
    },
    {
      fault: 'deadline',
      file: 'app/wechat/pipeline.py',
      find: 'DEADLINE_S = 4.5',
      replace: 'DEADLINE_S = 60.0',
    },
  ],
});
