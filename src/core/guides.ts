import type { ErrorCode } from './errors.ts';
import { accountGuides } from './guides/accounts.ts';
import { appGuides } from './guides/app.ts';
import { botGuides } from './guides/bot.ts';
import { expandGuides } from './guides/brief.ts';
import { certIssuingGuides } from './guides/cert-issuing.ts';
import { certUsingGuides } from './guides/cert-using.ts';
import { certGuides } from './guides/certs.ts';
import { conformGuides } from './guides/conform.ts';
import type { Guide, Guides } from './guides/guide.ts';
import { lateGuides } from './guides/late.ts';
import { payGuides } from './guides/pay.ts';
import { relayGuides } from './guides/relay.ts';
import { replyGuides } from './guides/replies.ts';
import { scaffoldGuides } from './guides/scaffold.ts';
import { settingsGuides } from './guides/settings.ts';
import { timingGuides } from './guides/timing.ts';
import { tunnelGuides } from './guides/tunnel.ts';
import { wechatGuides } from './guides/wechat.ts';

export type { Guide } from './guides/guide.ts';

const guides: Guides = {
  ...wechatGuides,
  ...timingGuides,
  ...lateGuides,
  ...replyGuides,
  ...conformGuides,
  ...accountGuides,
  ...expandGuides({
    ...botGuides,
    ...payGuides,
    ...appGuides,
    ...tunnelGuides,
    ...relayGuides,
    ...certGuides,
    ...certIssuingGuides,
    ...certUsingGuides,
    ...settingsGuides,
    ...scaffoldGuides,
  }),
};

/** The long form of `code`; a test holds that every code has one. */
export function guideOf(code: ErrorCode): Guide | undefined {
  return guides[code];
}
