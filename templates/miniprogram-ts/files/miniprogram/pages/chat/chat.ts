import { Chat, type ChatEvent, type ChatStatus } from '../../utils/ws';

/** Lines that are kept; each setData sends all of them to the page. */
const MOST_LINES = 100;

interface Line {
  readonly id: number;
  readonly user: string;
  readonly text: string;
}

const statusTexts: Readonly<Record<ChatStatus, string>> = {
  connecting: '连接中…',
  open: '',
  waiting: '连接已断开，正在重连…',
  closed: '已关闭',
};

let chat: Chat | undefined;
let lastId = 0;

Page({
  data: { lines: [] as Line[], status: statusTexts.connecting, text: '', lastLine: '' },

  onShow() {
    chat ??= new Chat({
      onEvent: (event) => this.hear(event),
      onStatus: (status) => this.setData({ status: statusTexts[status] }),
    });
    chat.open();
  },

  // In the background WeChat cuts connections after some seconds.
  onHide() {
    chat?.close();
  },

  onUnload() {
    chat?.close();
    chat = undefined;
  },

  hear(event: ChatEvent) {
    if (event.type === 'error') wx.showToast({ title: String(event.msg), icon: 'none' });
    if (event.type !== 'text') return;
    lastId += 1;
    const line = { id: lastId, user: String(event.user), text: String(event.text) };
    const lines = [...this.data.lines, line].slice(-MOST_LINES);
    this.setData({ lines, lastLine: `line-${lastId}` });
  },

  onText({ detail }: WechatMiniprogram.Input) {
    this.setData({ text: detail.value });
  },

  say() {
    const { text } = this.data;
    if (text === '') return;
    if (chat?.send({ type: 'text', text })) this.setData({ text: '' });
    else wx.showToast({ title: '尚未连接', icon: 'none' });
  },
});
