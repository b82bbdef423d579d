import { describeTemplate } from './harness/describe-template.ts';

describeTemplate('go-gin', {
  mutants: [
    {
      fault: 'signature',
      file: 'internal/wechat/sign.go',
      find: 'return subtle.ConstantTimeCompare([]byte(signature), []byte(Sign(values...))) == 1',
      replace: 'return subtle.ConstantTimeCompare([]byte(signature), []byte(Sign(values...))) >= 0',
    },
    {
      fault: 'dedupe',
      file: 'internal/pipeline/reply.go',
      find: 'p.jobs.join(m.Key(), ',
      replace: 'p.jobs.join(m.Key()+time.Now().String(), ',
    },
    {
      fault: 'deadline',
      file: 'internal/pipeline/reply.go',
      find: 'case <-timer.C:',
      replace: 'case <-make(chan bool):',
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
