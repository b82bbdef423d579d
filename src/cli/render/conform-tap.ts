import { formatError, say, type Language } from '../../core/errors.ts';
import type { RuleResult } from '../../simulator/conform/run.ts';
import { oneLine } from './one-line.ts';

/** The start of a TAP stream: https://testanything.org/tap-version-14-specification.html */
export function tapHead(count: number): string[] {
  return ['TAP version 14', `1..${count}`];
}

/** One rule as a test point, with a YAML block where it is broken. */
export function tapResult(
  { rule, finding, ms }: RuleResult,
  number: number,
  language: Language,
): string[] {
  const name = escape(`${rule.id}: ${say(rule.name, language)}`);
  switch (finding.type) {
    case 'passed':
      return [`ok ${number} - ${name}`];
    case 'skipped':
      return [`ok ${number} - ${name} # SKIP ${oneLine(say(finding.reason, language))}`];
    case 'failed': {
      const { code, title, body, run } = formatError(finding.error, language);
      const values = {
        code,
        message: title,
        sent: say(finding.sent, language),
        received: say(finding.received, language),
        reason: body,
        run,
        duration_ms: Math.round(ms),
      };
      // Every JSON value is YAML.
      const yaml = Object.entries(values).map(
        ([key, value]) => `  ${key}: ${JSON.stringify(value)}`,
      );
      return [`not ok ${number} - ${name}`, '  ---', ...yaml, '  ...'];
    }
    default:
      return finding satisfies never;
  }
}

/** `#` begins a directive and `\` escapes, unless they are escaped. */
function escape(text: string): string {
  return oneLine(text).replace(/[\\#]/g, String.raw`\$&`);
}
