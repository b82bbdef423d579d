import { releaseTestName } from '../simulator/scenario/release-test.ts';
import { listPushKinds } from '../wechat/samples.ts';
import type { ListedKind } from './render/send-list.ts';

/** Everything `send` knows by name, the verification first. */
export function listSendNames(): readonly ListedKind[] {
  return [
    { name: 'verify', group: 'verify', products: ['any'] },
    ...listPushKinds(),
    { name: releaseTestName, group: 'scenario', products: ['open'] },
  ];
}
