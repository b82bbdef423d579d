// A merchant's server on wechatpay-node-v3: it verifies the signature over the bytes as they came, then decrypts the resource.
import { generateKeyPairSync } from 'node:crypto';
import Pay from 'wechatpay-node-v3';
import { listenForPayments, merchant } from './merchant.mjs';

const { apiV3Key, mchId, platformKey, serial } = merchant;

/** The merchant's own key, which signs requests; none is made here. */
const own = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

const pay = new Pay({
  appid: 'wx1234567890abcdef',
  mchid: mchId,
  serial_no: 'OWN',
  publicKey: Buffer.from(own.publicKey),
  privateKey: Buffer.from(own.privateKey),
  key: apiV3Key,
});
// Otherwise it would ask WeChat Pay for its certificates.
Pay.certificates[serial] = platformKey;

listenForPayments({
  async openV3(signature, body) {
    if (!(signature.serial in Pay.certificates)) throw new Error('unknown serial');
    if (!(await pay.verifySign({ ...signature, body }))) throw new Error('wrong signature');
    const { ciphertext, associated_data: associatedData, nonce } = JSON.parse(body).resource;
    return pay.decipher_gcm(ciphertext, associatedData, nonce, apiV3Key);
  },
  openV2() {
    throw new Error('wechatpay-node-v3 knows v3 only');
  },
});
