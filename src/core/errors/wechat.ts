/** 1xxx and 2xxx: WeChat's protocol, timing and replies. */
export const wechatErrors = {};
