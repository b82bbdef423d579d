/**
 * The library behind the `wx-dev` command: everything the command does can be done from a test suite or another tool. WeChat's
 * formats alone, for use inside an app, are `wx-dev/wechat`.
 */
export { createReplyCourier } from './api/reply-courier.ts';
export type { ApiAccount, DeliverReply } from './api/reply-courier.ts';
export { echoHandler } from './callback/handler.ts';
export type { Handler, HandlerContext, HandlerResult } from './callback/handler.ts';
export { startCallback } from './callback/server.ts';
export type {
  CallbackEvents,
  CallbackOptions,
  CallbackServer,
  ForwardOptions,
  LateReply,
  LateReplyOptions,
  PushesState,
  SlowApp,
} from './callback/server.ts';
export { ensureLeaf, openAuthority } from './certs/store.ts';
export type { Authority, Leaf, LeafFiles } from './certs/store.ts';
export { formatError, isWxDevError, WxDevError } from './core/errors.ts';
export type { ErrorCode, ErrorReport, Language } from './core/errors.ts';
export type { Exchange, Verdict } from './core/exchange.ts';
export type { Logger } from './core/logger.ts';
export type { CloseReason, Service } from './core/resources.ts';
export { startDev } from './dev/dev.ts';
export type { DevEvent, DevOptions, DevServer } from './dev/dev.ts';
export { startRelay } from './relay/relay.ts';
export type { Relay, RelayOptions } from './relay/relay.ts';
export { sendPush, sendVerify } from './simulator/send.ts';
export type { Attempt, SendOutcome } from './simulator/outcome.ts';
export { openTunnel } from './tunnel/tunnel.ts';
export type { Tunnel, TunnelOptions } from './tunnel/tunnel.ts';
