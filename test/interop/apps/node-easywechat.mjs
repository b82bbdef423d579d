// The Official Account server of node-easywechat.
import easywechat from 'node-easywechat';
import { account, bodyOf, listen } from './listen.mjs';

const { OfficialAccount, ServerRequest } = easywechat;

listen(async (request, response) => {
  try {
    const app = new OfficialAccount({
      app_id: account.appId,
      secret: 'unused',
      token: account.token,
      aes_key: account.aesKey,
    });
    const body = await bodyOf(request);
    app.setRequest(new ServerRequest(request.method, request.url, request.headers, body));
    const server = app.getServer();
    server.addMessageListener('text', async ({ Content }) => Content);
    server.addEventListener('subscribe', async () => 'welcome');
    const answer = await server.serve();
    response.writeHead(answer.getStatusCode(), answer.getHeaders());
    response.end(answer.getBody().toString());
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
});
