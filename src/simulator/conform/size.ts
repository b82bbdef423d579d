import { isWxDevError, WxDevError } from '../../core/errors.ts';
import type { Probe } from './probe.ts';
import { passed, type Finding, type Rule } from './rule.ts';
import { failed, refused } from './verdict.ts';

/** Far more than any push has, in bytes: 1 MiB, and so much that no way of counting makes it less. */
const hugeBytes = 1024 * 1024 + 128 * 1024;

/** Group 10: bodies larger than any push. */
export const sizeRules: readonly Rule[] = [
  {
    id: 'size.refused',
    group: 'size',
    name: { en: 'a body of more than 1 MiB is refused', zh: '超过 1 MiB 的请求体被拒绝' },
    check: checkRefused,
  },
  {
    id: 'size.survived',
    group: 'size',
    name: { en: 'and the app goes on answering', zh: '之后应用照常工作' },
    check: checkSurvived,
  },
];

/** Signed by a right Token: what is refused is refused for its size. Closing the connection is a refusal too. */
async function checkRefused(probe: Probe): Promise<Finding> {
  const what = { en: 'a body of 1.1 MiB', zh: '1.1 MiB 的请求体' };
  const reply = await pushHuge(probe);
  const [fault] = reply.judged.faults;
  const isClosed = isWxDevError(fault, 'WXD3002') && !fault.details.reason.startsWith('HTTP');
  if (reply.answer === undefined && isClosed) return passed;
  if (isWxDevError(fault, 'WXD3011')) {
    // Sent back whole: nobody has refused anything.
    return failed(reply, new WxDevError('WXD2154', { rule: 'size.refused', what, status: 200 }));
  }
  return refused(reply, { rule: 'size.refused', what, taken: 'WXD2154' });
}

async function checkSurvived(probe: Probe): Promise<Finding> {
  await pushHuge(probe);
  const reply = await probe.verify({
    what: { en: 'GET after a body of 1.1 MiB', zh: '1.1 MiB 请求体之后的 GET' },
  });
  const [fault] = reply.judged.faults;
  return reply.answer === undefined && fault !== undefined ? failed(reply, fault) : passed;
}

function pushHuge(probe: Probe): ReturnType<Probe['push']> {
  const fields = probe.makePush('text', { Content: 'x'.repeat(hugeBytes) });
  return probe.push({ what: { en: 'a text of 1.1 MiB', zh: '1.1 MiB 的文本消息' }, fields });
}
