import { parseExpectation } from '../expectation.ts';
import type { Scenario, Step } from './scenario.ts';

/**
 * The accounts that WeChat's 全网发布接入检测 picks from at random: AppId and original id of a 公众号 and a 小程序 in each group.
 *
 * @see https://developers.weixin.qq.com/doc/oplatform/Third-party_Platforms/2.0/operation/thirdparty/releases_instructions.html
 */
const testAccounts = [
  ['wx570bc396a51b8ff8', 'gh_3c884a361561', 'wxd101a85aa106f53e', 'gh_8dad206e9538'],
  ['wx9252c5e0bb1836fc', 'gh_c0f28a78b318', 'wxc39235c15087f6f3', 'gh_905ae9d01059'],
  ['wx8e1097c5bc82cde9', 'gh_3f222ed8d140', 'wx7720d01d4b2a4500', 'gh_393666f1fdf4'],
  ['wx14550af28c71a144', 'gh_26128078e9ab', 'wx05d483572dcd5d8b', 'gh_39abb5d4e1b7'],
  ['wxa35b9c23cfe664eb', 'gh_2b3713f184a6', 'wx5910277cae6fd970', 'gh_7818dcb60240'],
] as const;

/** Name of the built-in scenario. */
export const releaseTestName = 'release-test';

/**
 * What WeChat sends a third-party platform before it may be published: the verify ticket, then to each test account the text and the code
 * that must be exchanged and sent back through customer service, and to 公众号 the event step that older checks had.
 *
 * @param noticePath path of the 授权事件接收 URL, where it is another than the messages'
 */
export function releaseTest(noticePath?: string): Scenario {
  const steps = testAccounts.flatMap(([appId, ghId, miniAppId, miniGhId], group) => [
    textStep(group, appId, ghId),
    ...codeSteps(`公众号 ${group + 1}`, group, appId, ghId),
    eventStep(group, appId, ghId),
    ...codeSteps(`小程序 ${group + 1}`, group + testAccounts.length, miniAppId, miniGhId),
  ]);
  return {
    path: releaseTestName,
    name: '全网发布接入检测',
    values: {},
    steps: [
      step({
        name: 'component_verify_ticket',
        send: 'component_verify_ticket',
        expects: ['reply=success'],
        ...(noticePath === undefined ? {} : { path: noticePath }),
      }),
      ...steps,
    ],
  };
}

function textStep(group: number, appId: string, to: string): Step {
  const content = 'TESTCOMPONENT_MSG_TYPE_TEXT';
  return step({
    name: `公众号 ${group + 1}: ${content}`,
    send: 'text',
    content,
    appId,
    to,
    expects: ['reply.type=text', `reply.Content=${content}_callback`],
  });
}

function codeSteps(who: string, number: number, appId: string, to: string): readonly Step[] {
  const code = `queryauthcode@@@wxdev${number}`;
  return [
    step({
      name: `${who}: QUERY_AUTH_CODE`,
      send: 'text',
      content: `QUERY_AUTH_CODE:${code}`,
      appId,
      to,
      expects: ['reply.type=empty'],
    }),
    step({
      name: `${who}: ${code}_from_api`,
      await: '/cgi-bin/message/custom/send',
      expects: [`call.text.content=${code}_from_api`, 'call.msgtype=text'],
    }),
  ];
}

function eventStep(group: number, appId: string, to: string): Step {
  const expects = ['reply.type=text', 'reply.Content=LOCATIONfrom_callback'];
  const name = `公众号 ${group + 1}: LOCATION`;
  return step({ name, send: 'LOCATION', appId, to, expects });
}

function step({
  expects,
  ...rest
}: Partial<Step> & { readonly name: string; readonly expects: readonly string[] }): Step {
  return {
    ...rest,
    set: [],
    unset: [],
    retry: false,
    expect: expects.map((text) => ({ text, parsed: parseExpectation(text) })),
    save: [],
  };
}
