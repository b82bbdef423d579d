import { describeTemplate } from './harness/describe-template.ts';
import { drivenByMiniprogram } from './harness/miniprogram.ts';
import { throughNginx } from './harness/through-nginx.ts';

describeTemplate('go-gin', {
  scripts: ['build'],
  more: (project) => {
    throughNginx(project);
    drivenByMiniprogram(project);
  },
  mutants: [
    {
      fault: 'signature',
      file: 'internal/wechat/sign.go',
      find: 'return subtle.ConstantTimeCompare([]byte(signature), []byte(Sign(values...))) == 1',
      replace: 'return subtle.ConstantTimeCompare([]byte(signature), []byte(Sign(values...))) >= 0',
      tests: 'go test -race ./internal/wechat',
    },
    {
      fault: 'dedupe',
      file: 'internal/pipeline/reply.go',
      find: 'p.jobs.join(m.Key(), ',
      replace: 'p.jobs.join(m.Key()+time.Now().String(), ',
      tests: 'go test -race ./internal/pipeline',
    },
    {
      fault: 'deadline',
      file: 'internal/pipeline/reply.go',
      find: 'case <-timer.C:',
      replace: 'case <-make(chan bool):',
      tests: 'go test -race ./internal/pipeline',
    },
    {
      // The stale value of a slow reader must not be stored after a write.
      fault: 'other',
      file: 'internal/repo/cacheaside.go',
      find: 'c.Prefix+key, hold, holdTTL)',
      replace: 'c.Prefix+key, hold, 0)',
    },
  ],
});
