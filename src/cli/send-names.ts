import { releaseTestName } from '../simulator/scenario/release-test.ts';
import { payKinds } from '../wechat/sample-pay.ts';
import { listPushKinds } from '../wechat/samples.ts';
import type { ListedKind } from './render/send-list.ts';

/** Everything `send` knows by name, the verification first. */
export function listSendNames(): readonly ListedKind[] {
  return [
    { name: 'verify', group: 'verify', products: ['any'] },
    ...listPushKinds(),
    ...[...payKinds, 'pay.key', 'pay.cert'].map(
      (name) => ({ name, group: 'pay', products: ['pay'] }) as const,
    ),
    { name: releaseTestName, group: 'scenario', products: ['open'] },
  ];
}
