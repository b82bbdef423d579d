// A merchant's server on wechatpay-axios-plugin, for v3 and for v2.
import plugin from 'wechatpay-axios-plugin';
import { listenForPayments, merchant } from './merchant.mjs';

const { Aes, Formatter, Hash, Rsa, Transformer } = plugin;
const { apiV3Key, v2Key, platformKey, serial: known } = merchant;

/** Seconds that a timestamp may be off: the library's README has its users check it. */
const maxOffset = 300;

listenForPayments({
  openV3({ timestamp, nonce, serial, signature }, body) {
    if (serial !== known) throw new Error('unknown serial');
    if (Math.abs(Formatter.timestamp() - timestamp) > maxOffset) throw new Error('too old');
    const message = Formatter.response(timestamp, nonce, body);
    if (!Rsa.verify(message, signature, platformKey)) throw new Error('wrong signature');
    const { ciphertext, nonce: iv, associated_data: aad } = JSON.parse(body).resource;
    return JSON.parse(Aes.AesGcm.decrypt(ciphertext, apiV3Key, iv, aad));
  },
  openV2(body) {
    const fields = Transformer.toObject(body);
    if (fields.req_info !== undefined && fields.sign === undefined) {
      const xml = Aes.AesEcb.decrypt(fields.req_info, Hash.md5(v2Key));
      const refund = Transformer.toObject(xml);
      // ECB garbles one block and opens the rest; nothing signs it, so that the merchant must look what is missing.
      if (refund.out_refund_no === undefined) throw new Error('damaged req_info');
      return refund;
    }
    const { sign, ...signed } = fields;
    const type = fields.sign_type ?? Hash.ALGO_MD5;
    if (Hash.sign(type, signed, v2Key) !== sign) throw new Error('wrong signature');
    return signed;
  },
});
