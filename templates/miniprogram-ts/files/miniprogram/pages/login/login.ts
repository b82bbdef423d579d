import { forgetSession } from '../../utils/auth';
import { request } from '../../utils/request';

Page({
  data: { nickname: '', saved: false, problem: '' },

  onNickname({ detail }: WechatMiniprogram.Input) {
    this.setData({ nickname: detail.value, saved: false });
  },

  /** Signed with the key of this session. */
  async save() {
    try {
      const { nickname } = this.data;
      await request('/api/me/nickname', { method: 'PUT', data: { nickname }, signed: true });
      this.setData({ saved: true, problem: '' });
    } catch (error) {
      this.setData({ problem: error instanceof Error ? error.message : String(error) });
    }
  },

  logOut() {
    forgetSession();
    wx.navigateBack();
  },
});
