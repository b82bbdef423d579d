import { bodyOf, listen } from './listen.mjs';

/** What the merchant is, from the variables that its apps share with wx-dev. */
export const merchant = {
  mchId: process.env.WX_PAY_MCH_ID,
  apiV3Key: process.env.WX_PAY_API_V3_KEY,
  v2Key: process.env.WX_PAY_V2_KEY,
  /** PEM of the key that WeChat Pay signs with, and its serial. */
  platformKey: process.env.WX_PAY_PLATFORM_PEM,
  serial: process.env.WX_PAY_PLATFORM_SERIAL,
};

const v2Success =
  '<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>';

/**
 * A merchant's server: `/v3` and `/v2` take notifications, as text, opened by what a library makes of them. What throws is answered with
 * FAIL; `GET /received` tells what was opened.
 */
export function listenForPayments({ openV3, openV2 }) {
  const received = [];
  listen(async (request, response) => {
    if (request.method === 'GET') return response.end(JSON.stringify(received));
    const body = await bodyOf(request);
    const isV2 = request.url === '/v2';
    try {
      const opened = isV2 ? await openV2(body) : await openV3(signatureOf(request.headers), body);
      received.push({ id: isV2 ? undefined : JSON.parse(body).id, opened });
      if (isV2) return response.writeHead(200, { 'Content-Type': 'text/xml' }).end(v2Success);
      return response.writeHead(204).end();
    } catch (error) {
      const message = String(error.message);
      response.writeHead(401, { 'Content-Type': 'application/json' });
      return response.end(JSON.stringify({ code: 'FAIL', message }));
    }
  });
}

function signatureOf(headers) {
  return {
    timestamp: headers['wechatpay-timestamp'],
    nonce: headers['wechatpay-nonce'],
    serial: headers['wechatpay-serial'],
    signature: headers['wechatpay-signature'],
  };
}
