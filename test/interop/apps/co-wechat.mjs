// co-wechat (which is wechat-crypto with a server around it) on Koa, as its documentation has it.
import wechat from 'co-wechat';
import Koa from 'koa';
import { account, listen } from './listen.mjs';

const config = { token: account.token, appid: account.appId, encodingAESKey: account.aesKey };
const app = new Koa();
app.use(
  wechat(config).middleware(async ({ MsgType, Content, Event }) => {
    if (MsgType === 'text') return Content;
    return Event === 'subscribe' ? 'welcome' : '';
  }),
);
listen(app.callback());
