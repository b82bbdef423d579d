// An app of 企业微信 with its official crypto package: an encrypted echostr, and always encrypted pushes.
import { decrypt, encrypt, getSignature } from '@wecom/crypto';
import { account, bodyOf, listen } from './listen.mjs';

const field = (xml, name) =>
  new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^]*?)(?:\\]\\]>)?</${name}>`).exec(xml)?.[1] ?? '';

listen(async (request, response) => {
  const { searchParams: query } = new URL(request.url, 'http://localhost');
  const [timestamp, nonce] = [query.get('timestamp'), query.get('nonce')];
  const body = await bodyOf(request);
  const sealed = request.method === 'GET' ? query.get('echostr') : field(body, 'Encrypt');
  if (getSignature(account.token, timestamp, nonce, sealed) !== query.get('msg_signature')) {
    response.writeHead(403).end();
    return;
  }
  const { message, id } = decrypt(account.aesKey, sealed);
  if (id !== account.appId) response.writeHead(403).end();
  else if (request.method === 'GET') response.end(message);
  else if (field(message, 'MsgType') === 'text') response.end(reply(message, timestamp, nonce));
  else response.end('');
});

function reply(push, timestamp, nonce) {
  const text =
    `<xml><ToUserName><![CDATA[${field(push, 'FromUserName')}]]></ToUserName><FromUserName><![CDATA[${field(push, 'ToUserName')}]]></FromUserName>` +
    `<CreateTime>${timestamp}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${field(push, 'Content')}]]></Content></xml>`;
  const sealed = encrypt(account.aesKey, text, account.appId);
  const signature = getSignature(account.token, timestamp, nonce, sealed);
  return `<xml><Encrypt><![CDATA[${sealed}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature><TimeStamp>${timestamp}</TimeStamp><Nonce><![CDATA[${nonce}]]></Nonce></xml>`;
}
