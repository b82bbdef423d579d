import { randomBytes } from 'node:crypto';
import { WxDevError, type Words } from '../../core/errors.ts';
import type { Probe } from './probe.ts';
import { passed, type Finding } from './rule.ts';
import { accepted, failed } from './verdict.ts';

/** A text that something might go wrong with. */
export interface DifficultText {
  readonly rule: string;
  readonly content: string;
  readonly what: Words;
}

/**
 * Sends a text. The answer must be acceptable; where the app repeats text, the text must come back as it was. Whether it repeats is
 * found out with a text that nothing can go wrong with.
 */
export async function checkText(
  probe: Probe,
  { rule, content, what }: DifficultText,
): Promise<Finding> {
  const fields = probe.makePush('text', { Content: content });
  const reply = await probe.push({ what, fields });
  const finding = accepted(reply);
  if (finding.type === 'failed' || content === '' || !(await repeats(probe))) return finding;
  if (reply.content?.includes(content)) return passed;
  const received = reply.content ?? '';
  return failed(reply, new WxDevError('WXD2157', { rule, sent: content, received }));
}

/** Whether the app's reply to a text has that text in it. */
export function repeats(probe: Probe): Promise<boolean> {
  return probe.once('repeats', async () => {
    const word = `wxdev${randomBytes(6).toString('hex')}`;
    const fields = probe.makePush('text', { Content: word });
    const { content } = await probe.push({ what: word, fields });
    return content?.includes(word) === true;
  });
}
