// Seals and opens single envelopes with the crypto of a library: `crypto.mjs <library>`, one JSON object a line, in and out.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { account } from './listen.mjs';

const { token, aesKey, appId } = account;
const require = createRequire(import.meta.url);

const libraries = {
  'wechat-crypto': () => {
    const WXBizMsgCrypt = require('wechat-crypto');
    const crypt = new WXBizMsgCrypt(token, aesKey, appId);
    return {
      encrypt: (text) => crypt.encrypt(text),
      decrypt: (encrypt) => crypt.decrypt(encrypt).message,
      sign: (...values) => crypt.getSignature(...values),
    };
  },
  '@wecom/crypto': () => {
    const wecom = require('@wecom/crypto');
    return {
      encrypt: (text) => wecom.encrypt(aesKey, text, appId),
      decrypt: (encrypt) => wecom.decrypt(aesKey, encrypt).message,
      sign: (...values) => wecom.getSignature(token, ...values),
    };
  },
  'node-easywechat': () => {
    const { OfficialAccount } = require('node-easywechat');
    const app = new OfficialAccount({ app_id: appId, secret: 'x', token, aes_key: aesKey });
    const encryptor = app.getEncryptor();
    return {
      encrypt: (text) =>
        /<Encrypt>(?:<!\[CDATA\[)?([A-Za-z0-9+/=]+)/.exec(encryptor.encrypt(text))[1],
      decrypt: (encrypt, timestamp, nonce) =>
        encryptor.decrypt(
          encrypt,
          encryptor.createSignature(token, timestamp, nonce, encrypt),
          nonce,
          timestamp,
        ),
      sign: (...values) => encryptor.createSignature(token, ...values),
    };
  },
};

const library = libraries[process.argv[2]]();
console.log('{"event":"ready"}');
for await (const line of createInterface({ input: process.stdin })) {
  const { op, text, encrypt: given, timestamp, nonce } = JSON.parse(line);
  const encrypt = op === 'seal' ? library.encrypt(text) : given;
  const signature = library.sign(timestamp, nonce, encrypt);
  const opened = op === 'open' ? library.decrypt(encrypt, timestamp, nonce) : undefined;
  console.log(JSON.stringify({ encrypt, signature, text: opened }));
}
