"""What happens to every request: trace id, log line, a limit for its body, an answer for faults."""

import asyncio
import logging
import re
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .envelope import failure
from .log import trace_id

BODY_LIMIT = 1024 * 1024
# A body that is too long is read on for so much, or the peer would not see the answer.
MOST_DISCARDED = 8 * BODY_LIMIT
# For the whole body: slow senders are cut off.
BODY_TIMEOUT_S = 10.0

log = logging.getLogger("app.http")


class Trace:
    """Takes X-Trace-Id or traceparent, answers with X-Trace-Id, and logs the request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        scope["started_at"] = time.monotonic()
        # Handlers add what the log line shall say about this request.
        scope["entry"] = entry = {"path": scope["path"]}
        trace = trace_of(Headers(scope=scope))
        reset = trace_id.set(trace)
        status = 500

        async def send_traced(message: Message) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Trace-Id"] = trace
                headers["X-Content-Type-Options"] = "nosniff"
            elif message["type"] == "websocket.accept":
                status = 101
            elif message["type"] == "websocket.close" and status != 101:
                status = 403
            await send(message)

        try:
            await self._app(scope, receive, send_traced)
        except Exception:
            log.exception("fault")
            if scope["type"] == "http":
                await failure(50000, "a fault of this app")(scope, receive, send_traced)
        finally:
            # Whoever watches over the app would fill the log.
            if scope["path"] not in ("/healthz", "/readyz"):
                cost_ms = round((time.monotonic() - scope["started_at"]) * 1000)
                method = scope.get("method", "WS")
                entry = {"method": method, **entry, "status": status, "cost_ms": cost_ms}
                log.log(logging.ERROR if status >= 500 else logging.INFO, "answered", extra=entry)
            trace_id.reset(reset)


class BodyLimit:
    """Reads the whole body first, so that nothing behind it meets one that is huge or endless."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            return await self._app(scope, receive, send)
        try:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                body = await read_body(receive)
        except TimeoutError:
            return await failure(40800, "the body did not come")(scope, receive, send)
        except ConnectionError:
            return await failure(40000, "the sender left before the end")(scope, receive, send)
        if body is None:
            return await failure(41300, "body larger than 1 MB")(scope, receive, send)
        unread = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive_read() -> Message:
            return unread.pop() if unread else await receive()

        await self._app(scope, receive_read, send)


async def read_body(receive: Receive) -> bytes | None:
    """Nothing when there is too much of it; ConnectionError when the sender left before the end."""
    chunks: list[bytes] = []
    size = 0
    more = True
    while more and size <= MOST_DISCARDED:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= BODY_LIMIT:
            chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks) if size <= BODY_LIMIT else None


def trace_of(headers: Headers) -> str:
    """https://www.w3.org/TR/trace-context/: version-trace-parent-flags."""
    given = headers.get("x-trace-id", "")
    if re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", given):
        return given
    parent = re.fullmatch(
        r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}.*", headers.get("traceparent", "")
    )
    return parent[1] if parent else secrets.token_hex(16)
