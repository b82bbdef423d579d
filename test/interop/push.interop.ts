import { describe, expect, onTestFinished, test } from 'vitest';
import { sendPush } from '../../src/simulator/send.ts';
import { createAccount, type Mode } from '../../src/wechat/account.ts';
import { formatPushQuery } from '../../src/wechat/query.ts';
import { sign } from '../../src/wechat/signature.ts';
import { formatXml, parseXml } from '../../src/wechat/xml.ts';
import { createWorkspace, isReady, runCli, startCli, type Workspace } from '../helpers/cli.ts';
import { config, isInstalled, startPeer, type PeerName, type RunningPeer } from './peers.ts';

const modes: readonly Mode[] = ['plain', 'compat', 'safe'];

const account = createAccount({
  token: config.WX_TOKEN,
  appId: config.WX_APPID,
  aesKey: config.WX_AES_KEY,
});

/** What followers write; the lengths that follow make every padding from 1 to 32 bytes. */
const contents = [
  'hello',
  '你好，世界',
  'emoji 😀👨‍👩‍👧🇨🇳',
  '<a href="https://example.com?a=1&b=2">x</a>',
  'a ]]> b',
];
const lengths = Array.from({ length: 33 }, (_, index) => 'x'.repeat(index + 1));

/** A library's answers where they are not what WeChat's documents ask for, kept as what to expect of them. */
interface Oddity {
  readonly warnings?: readonly string[];
  /** It writes the end of CDATA in a text as it is, so that the reply is no XML. */
  readonly breaksCdata?: boolean;
  /** Where it knows a key it encrypts the replies to plain pushes too. */
  readonly encryptsPlain?: boolean;
}

const oddities: Partial<Record<PeerName, Oddity>> = {
  // CreateTime, and in an envelope TimeStamp too, count milliseconds.
  'co-wechat': { warnings: ['WXD2118'], breaksCdata: true },
  'node-easywechat': { encryptsPlain: true },
  wechatpy: { breaksCdata: true },
};

/** What wx-dev must find wrong with the answer of a library. */
function faultsOf(name: PeerName, mode: Mode, content: string): readonly string[] {
  if (oddities[name]?.encryptsPlain === true && mode === 'plain') return ['WXD2125'];
  return oddities[name]?.breaksCdata === true && content.includes(']]>') ? ['WXD2132'] : [];
}

async function workspace(): Promise<Workspace> {
  const made = await createWorkspace();
  onTestFinished(() => made[Symbol.asyncDispose]());
  return made;
}

async function start(name: PeerName, role: 'serve' | 'crypto'): Promise<RunningPeer> {
  const peer = await startPeer(name, role);
  onTestFinished(() => peer[Symbol.asyncDispose]());
  return peer;
}

function textFields(content: string): Record<string, string> {
  return {
    ToUserName: 'gh_0f1e2d3c4b5a',
    FromUserName: 'oWxDev_Alice_000000000000001',
    CreateTime: '1767225600',
    MsgType: 'text',
    Content: content,
    MsgId: '25000000000000017',
  };
}

const servers: readonly PeerName[] = [
  'co-wechat',
  'node-easywechat',
  'silenceper/wechat',
  'wechatpy',
];

describe.each(servers)('wx-dev send drives an app on %s', (name) => {
  const testPeer = test.skipIf(!isInstalled(name));

  testPeer.each(modes)('from the command line in %s mode', async (mode) => {
    const { dir, env } = await workspace();
    const { port } = await start(name, 'serve');
    const expectedCode = faultsOf(name, mode, '').length === 0 ? 0 : 7;
    const send = async (...what: string[]): Promise<Record<string, unknown>> => {
      const args = ['send', ...what, '--forward-to', String(port), '--mode', mode, '--json'];
      const { code, stdout, stderr } = await runCli(args, { cwd: dir, env: { ...env, ...config } });
      expect(code, `${stdout}${stderr}`).toBe(what[0] === 'verify' ? 0 : expectedCode);
      return JSON.parse(stdout) as Record<string, unknown>;
    };
    expect(await send('verify')).toMatchObject({ verdict: 'ok', status: 200 });
    if (expectedCode !== 0) {
      expect(await send('text', '1')).toMatchObject({ accepted: false });
      return;
    }
    const reply = { type: 'text', content: '你好 😀' };
    expect(await send('text', '你好 😀')).toMatchObject({ accepted: true, reply });
    const welcome = { type: 'text', content: 'welcome' };
    expect(await send('subscribe')).toMatchObject({ accepted: true, reply: welcome });
    expect(await send('unsubscribe')).toMatchObject({ accepted: true });
  });

  testPeer.each(modes)(
    'with every padding and all that followers write, in %s mode',
    async (mode) => {
      const { port } = await start(name, 'serve');
      const url = `http://127.0.0.1:${port}/wx`;
      for (const content of [...contents, ...lengths]) {
        const { accepted, reply, warnings, faults } = await sendPush({
          url,
          account,
          mode,
          timeoutMs: 60_000,
          fields: textFields(content),
        });
        const expected = faultsOf(name, mode, content);
        expect(
          faults.map(({ code }) => code),
          content,
        ).toEqual(expected);
        if (expected.length > 0) continue;
        expect(accepted).toBe(true);
        expect(reply).toEqual({ type: 'text', content });
        for (const { code } of warnings) expect(oddities[name]?.warnings ?? []).toContain(code);
      }
    },
  );

  testPeer('and is refused when nothing is right', async () => {
    const { port } = await start(name, 'serve');
    const stranger = createAccount({
      token: 'otherToken1',
      appId: 'wx0000000000000000',
      aesKey: 'B'.repeat(43),
    });
    const url = `http://127.0.0.1:${port}/wx`;
    const { accepted, reply } = await sendPush({
      url,
      account: stranger,
      mode: 'safe',
      attempts: 1,
      timeoutMs: 60_000,
      fields: textFields('x'),
    });
    expect(accepted && reply !== undefined).toBe(false);
  });
});

test.skipIf(!isInstalled('@wecom/crypto')).each(['work'])(
  'wx-dev send drives an app of 企业微信 on @wecom/crypto (%s)',
  async (kind) => {
    const { dir, env } = await workspace();
    const { port } = await start('@wecom/crypto', 'serve');
    const own = { ...env, ...config, WX_DEV_KIND: kind, WX_CORP_ID: config.WX_APPID };
    const send = async (...what: string[]): Promise<unknown> => {
      const args = ['send', ...what, '--forward-to', String(port), '--json'];
      const { code, stdout, stderr } = await runCli(args, { cwd: dir, env: own });
      expect(code, `${stdout}${stderr}`).toBe(0);
      return JSON.parse(stdout);
    };
    expect(await send('verify')).toMatchObject({ verdict: 'ok' });
    const reply = { type: 'text', content: '你好 😀' };
    expect(await send('text', '你好 😀')).toMatchObject({ accepted: true, reply });
    for (const content of ['1', ...lengths.slice(0, 3)])
      expect(await send('text', content)).toMatchObject({ reply: { content } });
  },
);

const sealers: readonly PeerName[] = [
  'wechat-crypto',
  'node-easywechat',
  '@wecom/crypto',
  'silenceper/wechat',
  'wechatpy',
];

describe.each(sealers)('what %s encrypts', (name) => {
  test.skipIf(!isInstalled(name))(
    'is accepted by wx-dev serve, and it opens what serve replies',
    async () => {
      const { dir, env } = await workspace();
      const isWork = name === '@wecom/crypto';
      const kind = isWork ? { WX_DEV_KIND: 'work', WX_CORP_ID: config.WX_APPID } : {};
      const serve = startCli(
        ['serve', '--port', '0', '--json', ...(isWork ? [] : ['--mode', 'safe'])],
        {
          cwd: dir,
          env: { ...env, ...config, ...kind },
        },
      );
      onTestFinished(() => serve[Symbol.asyncDispose]());
      const { local } = await serve.waitFor(isReady);
      const library = await start(name, 'crypto');
      const [timestamp, nonce] = ['1767225601', '415670741'];
      for (const [index, content] of [...contents, ...lengths].entries()) {
        const fields = {
          ...textFields(content),
          MsgId: String(25_000_000_000_000_000n + BigInt(index)),
        };
        const order = { op: 'seal', text: formatXml(fields), timestamp, nonce };
        const { encrypt = '', signature = '' } = await library.ask(order);
        const query = formatPushQuery({
          ...(isWork
            ? {}
            : { signature: sign(config.WX_TOKEN, timestamp, nonce), encryptType: 'aes' }),
          timestamp,
          nonce,
          msgSignature: signature,
        });
        const response = await fetch(`${String(local)}/wx?${query}`, {
          method: 'POST',
          body: `<xml><ToUserName>gh_0f1e2d3c4b5a</ToUserName><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`,
        });
        const answer = await response.text();
        expect(response.status, `${content}: ${answer}`).toBe(200);
        const envelope = parseXml(answer) as Record<string, string>;
        const { Encrypt = '', MsgSignature, TimeStamp = '', Nonce = '' } = envelope;
        const opened = await library.ask({
          op: 'open',
          encrypt: Encrypt,
          timestamp: TimeStamp,
          nonce: Nonce,
        });
        expect(opened['signature']).toBe(MsgSignature);
        expect(parseXml(opened['text'] ?? '')['Content']).toBe(content);
      }
    },
  );
});
