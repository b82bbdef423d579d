import { expect, test } from 'vitest';
import { startWechatApi } from '../../../src/simulator/wechat-api.ts';
import { initProject, runCommand, startApp, type Project } from './project.ts';

/** The mini program of the layer, as it lies in `client/`, drives a running backend: login, request, signature, WebSocket. */
export function drivenByMiniprogram(current: () => Project): void {
  test('its mini program logs in, asks, signs and chats', async () => {
    const project = current();
    const flags = ['--with', 'miniprogram'];
    const layered = await initProject(project.manifest.name, { name: `with-miniprogram-${project.manifest.name}`, flags });
    const client: Project = { ...layered, dir: `${layered.dir}/client` };
    const installed = await runCommand(client, 'npm install --no-audit --no-fund');
    expect(installed.code, installed.output).toBe(0);
    await using api = await startWechatApi({ port: Number(new URL(project.apiBase).port) });
    await using app = await startApp(project);
    const codes = [1, 2].map(() => api.newCode('oWxDev_Alice_000000000000001')).join(',');
    const live = `WX_LIVE_BACKEND=http://127.0.0.1:${app.port} WX_LIVE_CODES=${codes}`;
    const command = `${live} node --import tsx --test --test-reporter tap test/live.test.ts`;
    const { code, output } = await runCommand(client, command);
    expect(code, output).toBe(0);
    expect(output).toMatch(/^# pass 1$/m);
  });
}
