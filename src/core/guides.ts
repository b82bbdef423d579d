import type { ErrorCode } from './errors.ts';
import { accountGuides } from './guides/accounts.ts';
import { conformGuides } from './guides/conform.ts';
import type { Guide, Guides } from './guides/guide.ts';
import { lateGuides } from './guides/late.ts';
import { replyGuides } from './guides/replies.ts';
import { timingGuides } from './guides/timing.ts';
import { wechatGuides } from './guides/wechat.ts';

export type { Guide } from './guides/guide.ts';

const guides: Guides = {
  ...wechatGuides,
  ...timingGuides,
  ...lateGuides,
  ...replyGuides,
  ...conformGuides,
  ...accountGuides,
};

/** The long form of `code`; a test holds that every code has one. */
export function guideOf(code: ErrorCode): Guide | undefined {
  return guides[code];
}
