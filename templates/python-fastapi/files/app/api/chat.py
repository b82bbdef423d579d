"""A WebSocket for the mini program: what one user says, all who are connected hear."""

import asyncio
import json
import logging
import time
from contextlib import suppress

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from ..envelope import ApiError
from ..wechat.pipeline import hash_openid
from .deps import find_session, services_of

# Connections of this process; each costs some 50 KB.
MOST_CONNECTIONS = 1000
# Longest text, in characters.
MOST_TEXT = 500
# Whoever does not take a message in this time is dropped: one slow phone must not hold up the rest.
SEND_TIMEOUT_S = 5.0
# What one user may send a second, and at once: all others have to take it.
PER_SECOND = 5.0
BURST = 20.0

log = logging.getLogger("app.chat")
router = APIRouter()


class Hub:
    """Who is connected to this process. With several, publish through Redis."""

    def __init__(self) -> None:
        self._sockets: set[WebSocket] = set()

    def enter(self, socket: WebSocket) -> bool:
        if len(self._sockets) >= MOST_CONNECTIONS:
            return False
        self._sockets.add(socket)
        return True

    def leave(self, socket: WebSocket) -> None:
        self._sockets.discard(socket)

    async def publish(self, event: dict[str, str]) -> None:
        await asyncio.gather(*(self._send(socket, event) for socket in list(self._sockets)))

    async def _send(self, socket: WebSocket, event: dict[str, str]) -> None:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await socket.send_json(event)
        except TimeoutError:
            self.leave(socket)
            # Try again later. Who does not read does not answer this either: not for longer.
            with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
                async with asyncio.timeout(SEND_TIMEOUT_S):
                    await socket.close(1013)
        except (RuntimeError, WebSocketDisconnect):
            self.leave(socket)


class Allowance:
    """Fills with time, and is used up by what is sent."""

    def __init__(self) -> None:
        self._left = BURST
        self._since = time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self._left = min(BURST, self._left + (now - self._since) * PER_SECOND)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


hub = Hub()


@router.websocket("/ws")
async def chat(socket: WebSocket) -> None:
    """The server pings every 30 s (see app/__main__.py); `{"type":"ping"}` gets a pong besides."""
    services = services_of(socket)
    try:
        session = await find_session(services, socket.headers.get("authorization", ""))
    except ApiError:
        # Before the connection is accepted: the peer sees 403.
        return await socket.close(4401)
    if not hub.enter(socket):
        return await socket.close(1013)
    await socket.accept()
    sender = hash_openid(session.openid)
    allowance = Allowance()
    try:
        await socket.send_json({"type": "welcome", "user": sender})
        while (message := await socket.receive())["type"] == "websocket.receive":
            if allowance.take():
                await _answer(socket, sender, message.get("text") or "")
            else:
                await socket.send_json({"type": "error", "msg": "too many messages: wait a second"})
    except (WebSocketDisconnect, RuntimeError):
        log.debug("left")
    finally:
        hub.leave(socket)


async def _answer(socket: WebSocket, sender: str, text: str) -> None:
    try:
        event = json.loads(text)
        kind = event["type"]
        said = str(event.get("text", ""))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return await socket.send_json({"type": "error", "msg": "expected {type, text}"})
    if kind == "ping":
        await socket.send_json({"type": "pong"})
    elif kind == "text" and 0 < len(said) <= MOST_TEXT:
        await hub.publish({"type": "text", "user": sender, "text": said})
    else:
        await socket.send_json({"type": "error", "msg": f"1 to {MOST_TEXT} characters of text"})
