import { envVersion } from '../../config';
import { isRecord } from '../../utils/http';
import { request } from '../../utils/request';

Page({
  data: { version: '', user: '', nickname: '', problem: '' },

  onLoad() {
    this.setData({ version: envVersion() });
  },

  onShow() {
    void this.refresh();
  },

  async onPullDownRefresh() {
    await this.refresh();
    wx.stopPullDownRefresh();
  },

  async refresh() {
    try {
      const me = await request('/api/me');
      if (!isRecord(me)) return;
      this.setData({
        user: String(me.user ?? ''),
        nickname: String(me.nickname ?? ''),
        problem: '',
      });
    } catch (error) {
      this.setData({ problem: error instanceof Error ? error.message : String(error) });
    }
  },

  openLogin() {
    wx.navigateTo({ url: '/pages/login/login' });
  },

  openChat() {
    wx.navigateTo({ url: '/pages/chat/chat' });
  },
});
