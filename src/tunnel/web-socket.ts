import { createRequire } from 'node:module';
import type * as ws from 'ws';

/** As ws has it. `require`, because importing CommonJS costs 4 MB: see src/cli/commander.ts. */
export const { WebSocket } = createRequire(import.meta.url)('ws') as typeof ws;
export type WebSocket = ws.WebSocket;
