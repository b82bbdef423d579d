import { buildApp } from './app.ts';
import { readConfig } from './config.ts';

/** Those who wait are answered after 1 s, and the process ends within 2 s, whatever goes on. */
const RELEASE_MS = 1000;
const END_MS = 1700;

// The environment wins over .env.local, which wins over .env.
for (const file of ['.env.local', '.env']) {
  try {
    process.loadEnvFile(file);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const app = await buildApp(config);
  try {
    await app.listen({ port: config.PORT, host: config.HOST, listenTextResolver: () => 'bound' });
  } catch (error) {
    await app.close();
    throw error;
  }
  const address = app.server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  app.log.info({ port }, 'listening');
  let isStopping = false;
  const stop = (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    app.log.info({ signal }, 'stopping');
    setTimeout(() => app.pipeline.release(), RELEASE_MS).unref();
    setTimeout(() => {
      const { late } = app.pipeline;
      if (late > 0) app.log.error({ count: late }, 'late work given up');
      process.exit();
    }, END_MS).unref();
    void app.close();
  };
  process.on('SIGTERM', stop);
  process.once('SIGINT', stop);
}
