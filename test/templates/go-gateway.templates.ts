import { expect, test } from 'vitest';
import { describeTemplate } from './harness/describe-template.ts';
import { runCommand } from './harness/project.ts';

describeTemplate('go-gateway', {
  scripts: ['build'],
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
      // Answers of 4xx must not open the breaker, those of 5xx must.
      fault: 'other',
      file: 'internal/upstream/upstream.go',
      find: 'response.StatusCode >= http.StatusInternalServerError',
      replace: 'response.StatusCode >= http.StatusBadRequest',
    },
  ],
  more: (project) => {
    test('its demo shows a partial dashboard, the breaker and the limit', async () => {
      const { code, output } = await runCommand(project(), 'go run ./cmd/demo');
      expect(code, output).toBe(0);
      for (const shown of ['"errors":[{"upstream":"orders","code":50400', '"code":50301', '"code":42900']) {
        expect(output).toContain(shown);
      }
    });
  },
});
