import { join } from 'node:path';
import stringWidth from 'string-width';
import { describe, expect } from 'vitest';
import { createWorkspace, runCli } from '../helpers/cli.ts';
import { freePort } from '../helpers/free-port.ts';
import { needProgram } from '../helpers/programs.ts';
import { openTerminal } from '../helpers/tmux.ts';

const test = needProgram('tmux', ['-V']);

describe('in a real terminal', () => {
  test.each([
    {
      lang: 'en',
      waiting: /Waiting for WeChat/,
      sent: /text +oWxD\.\.0001 你好/,
      ran: /ran \d+ s/,
    },
    { lang: 'zh', waiting: /等待微信/, sent: /文本 +oWxD\.\.0001 你好/, ran: /运行 \d+ s/ },
  ])(
    'dev shows what to paste and every exchange in 80 cells ($lang)',
    async ({ lang, waiting, sent, ran }) => {
      await using workspace = await createWorkspace();
      const { dir, env } = workspace;
      const options = { cwd: dir, env: { ...env, WX_DEV_LANG: lang } };
      await using terminal = await openTerminal(['dev', '-p', '0', '--https-port', '0'], options);
      const banner = await terminal.waitFor(waiting);
      expect(banner).toMatch(/URL +https:\/\/[a-z0-9]+\.localhost:\d+\/wx/);
      expect(banner).toMatch(/Token +[A-Za-z0-9]{20}/);
      expect(banner).toMatch(/EncodingAESKey +[A-Za-z0-9]{43}/);
      expect((await runCli(['send', 'text', '你好'], options)).code).toBe(0);
      await terminal.waitFor(sent);
      await terminal.keys('C-c');
      const last = await terminal.waitFor(/exit=\d+/);
      expect(last).toMatch(ran);
      expect(last).toContain('exit=0');
      for (const line of last.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80);
    },
  );

  test('Ctrl-C ends a start-up that hangs, while the spinner turns', async () => {
    await using workspace = await createWorkspace();
    const { dir } = workspace;
    const env = { ...workspace.env, PORT: String(await freePort()) };
    await using terminal = await openTerminal(['dev', '-p', '0', '--', 'sleep', '600'], {
      cwd: dir,
      env,
    });
    await terminal.waitFor(/starting sleep 600/);
    await terminal.keys('C-c');
    expect(await terminal.waitFor(/exit=\d+/)).toContain('exit=0');
  });

  test('init asks, takes the answers, and writes the project', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    await using terminal = await openTerminal(['init'], {
      cwd: dir,
      env: { ...env, WX_DEV_LANG: 'zh' },
    });
    await terminal.waitFor(/项目目录/);
    await terminal.keys('我的机器人', 'Enter');
    await terminal.waitFor(/模板/);
    await terminal.keys('Enter');
    await terminal.waitFor(/AppID/);
    await terminal.keys('Enter');
    const screen = await terminal.waitFor(/exit=\d+/);
    expect(screen).toContain('exit=0');
    expect(screen).toContain('cd 我的机器人');
    const again = await runCli(['init', '我的机器人', '--yes'], { cwd: dir, env });
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('WXD7001');
  });

  test('Ctrl-C at a question writes nothing and exits with 130', async () => {
    await using workspace = await createWorkspace();
    const { dir, env } = workspace;
    await using terminal = await openTerminal(['init'], {
      cwd: dir,
      env: { ...env, WX_DEV_LANG: 'en' },
    });
    await terminal.waitFor(/Folder of the project/);
    await terminal.keys('C-c');
    expect(await terminal.waitFor(/exit=\d+/)).toContain('exit=130');
    const listed = await runCli(['init', join('wechat-app'), '--yes', '--dry-run'], {
      cwd: dir,
      env,
    });
    expect(listed.code).toBe(0);
  });
});
