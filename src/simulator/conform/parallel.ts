import { isWxDevError, WxDevError } from '../../core/errors.ts';
import { repeats } from './echo.ts';
import type { Probe, Reply } from './probe.ts';
import { passed, type Finding, type Rule } from './rule.ts';
import { accepted, failed } from './verdict.ts';

/** How many followers write at once. */
const crowd = 50;

/** Group 12: many followers at once. */
export const parallelRules: readonly Rule[] = [
  {
    id: 'parallel.fifty',
    group: 'parallel',
    name: {
      en: '50 followers who write at once all get their own answer',
      zh: '50 个粉丝同时发消息，各得各的回应',
    },
    check: checkCrowd,
  },
];

interface Voice {
  readonly follower: string;
  readonly content: string;
  readonly reply: Reply;
}

async function checkCrowd(probe: Probe): Promise<Finding> {
  const echoes = await repeats(probe);
  const voices = await Promise.all(
    Array.from({ length: crowd }, (_, index) => speak(probe, index)),
  );
  for (const voice of voices) {
    const finding = judge(voice, voices, echoes);
    if (finding.type === 'failed') return finding;
  }
  return passed;
}

async function speak(probe: Probe, index: number): Promise<Voice> {
  const follower = probe.newFollower();
  const content = `voice-${index}-of-${crowd}`;
  const what = { en: `one of ${crowd} texts at once`, zh: `同时发出的 ${crowd} 条文本之一` };
  const fields = probe.makePush('text', { Content: content }, follower);
  return { follower, content, reply: await probe.push({ what, fields }) };
}

function judge(
  { follower, content, reply }: Voice,
  all: readonly Voice[],
  echoes: boolean,
): Finding {
  const finding = accepted(reply);
  if (finding.type === 'failed') return finding;
  const others = all.filter((voice) => voice.follower !== follower);
  const misaddressed = reply.judged.faults
    .filter((error) => isWxDevError(error, 'WXD2109'))
    .map(({ details }) => others.find((voice) => voice.follower === details.received))
    .find((voice) => voice !== undefined);
  const isForeign = echoes && reply.content !== undefined && !reply.content.includes(content);
  const owner =
    misaddressed ?? others.find((voice) => isForeign && reply.content?.includes(voice.content));
  if (owner === undefined) return passed;
  const details = { rule: 'parallel.fifty', user: follower, other: owner.follower };
  return failed(reply, new WxDevError('WXD2162', details));
}
