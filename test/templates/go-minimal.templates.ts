import { describeTemplate } from './harness/describe-template.ts';

describeTemplate('go-minimal', {
  scripts: ['build'],
  mutants: [
    {
      fault: 'signature',
      file: 'wechat/sign.go',
      find: 'return subtle.ConstantTimeCompare([]byte(signature), []byte(Sign(values...))) == 1',
      replace: 'return subtle.ConstantTimeCompare([]byte(signature), []byte(Sign(values...))) >= 0',
    },
    {
      fault: 'dedupe',
      file: 'wechat/pipeline.go',
      find: 'if known := p.known[m.Key()]; known != nil {',
      replace: 'if known := p.known[m.Key()+now.String()]; known != nil {',
    },
    {
      fault: 'deadline',
      file: 'wechat/pipeline.go',
      find: 'case <-timer.C:',
      replace: 'case <-make(chan bool):',
    },
  ],
});
