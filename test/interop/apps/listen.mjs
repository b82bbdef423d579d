import { createServer } from 'node:http';

/** Listens on a free port of this machine and says so in one JSON line; `/cpu` tells the processor time used, in microseconds. */
export function listen(listener) {
  const server = createServer((request, response) => {
    if (request.url !== '/cpu') return listener(request, response);
    const { user, system } = process.cpuUsage();
    response.end(String(user + system));
  });
  server.listen(0, '127.0.0.1', () => {
    console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
  });
}

/** The raw body as text. */
export async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** What the account is, from the variables that all apps share. */
export const account = {
  appId: process.env.WX_APPID,
  token: process.env.WX_TOKEN,
  aesKey: process.env.WX_AES_KEY,
};
