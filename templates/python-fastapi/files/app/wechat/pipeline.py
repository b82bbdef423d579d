"""Answers WeChat in time, works on, and does the work of one push once.

WeChat waits 5 s and sends a push up to three times. What is ready in time is the reply; what is
not is acknowledged with `success`, and its result follows as a customer service message (客服消息).
"""

import asyncio
import hashlib
import json
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from .crypto import Refusal
from .message import REPLAY_WINDOW_S, Message, Reply

# WeChat waits 5 s; the difference is for the way back.
DEADLINE_S = 4.5
# A recorded push is fresh for up to two windows after the first.
REMEMBERED_S = 2 * REPLAY_WINDOW_S
REMEMBERED_PUSHES = 10_000
# Handlers at work at once; above, WeChat is asked to come again.
MOST_AT_WORK = 500
# How often another process is asked for its reply.
LOOK_S = 0.1

Handler = Callable[[Message], Awaitable[Reply]]
SendLater = Callable[[Message, Reply], Awaitable[None]]

log = logging.getLogger("app.pipeline")


class Store(Protocol):
    """What several processes share; see app/store.py."""

    async def get(self, key: str) -> str | None: ...
    async def set(self, key: str, value: str, ttl_s: int) -> None: ...
    async def add(self, key: str, value: str, ttl_s: int) -> bool:
        """Sets a key that is not there; whether it was this call that did."""
        ...

    async def delete(self, key: str) -> None: ...


@dataclass
class _Handling:
    key: str
    started_at: float
    # What the requests of this push are answered with; resolved before anything is sent or stored.
    reply: "asyncio.Future[Reply]"
    # Somebody was told `success`: the reply now goes by customer service message, and only there.
    is_late: bool = False
    # This process has the push in the store as its own.
    is_claimed: bool = False
    attempts: int = 0


class Pipeline:
    def __init__(
        self, handler: Handler, send_later: SendLater, store: Store, deadline_s: float = DEADLINE_S
    ) -> None:
        self._handler = handler
        self._send_later = send_later
        self._store = store
        self._deadline_s = deadline_s
        self._known: OrderedDict[str, _Handling] = OrderedDict()
        self._working: set[asyncio.Task[None]] = set()
        self._gave_up = asyncio.Event()

    async def answer(self, message: Message, started_at: float) -> tuple[Reply, int]:
        """The reply, if it is there before the deadline, and which delivery of the push this is.

        `started_at` is time.monotonic() when the request came. Refused with 503 when the process
        ends before the work does: WeChat sends the push again, and the next process does it.
        """
        handling = self._find_or_start(message)
        handling.attempts += 1
        attempt = handling.attempts
        gave_up = asyncio.ensure_future(self._gave_up.wait())
        rest_s = max(0.0, started_at + self._deadline_s - time.monotonic())
        try:
            await asyncio.wait({handling.reply, gave_up}, timeout=rest_s, return_when="FIRST_COMPLETED")
        finally:
            gave_up.cancel()
        if handling.reply.done():
            return handling.reply.result(), attempt
        if self._gave_up.is_set():
            await self._release(handling)
            raise Refusal(503, "stopping")
        handling.is_late = True
        return None, attempt

    def give_up(self) -> None:
        """Sends all who wait to the next process: this one is about to end."""
        self._gave_up.set()

    async def close(self) -> None:
        """Ends the work that is still going on."""
        working = list(self._working)
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)

    def _find_or_start(self, message: Message) -> _Handling:
        now = time.monotonic()
        while self._known:
            oldest = next(iter(self._known.values()))
            if now - oldest.started_at < REMEMBERED_S and len(self._known) < REMEMBERED_PUSHES:
                break
            del self._known[oldest.key]
        key = message.id
        handling = self._known.get(key)
        if handling is None:
            if len(self._working) >= MOST_AT_WORK:
                raise Refusal(503, "too much work")
            reply = asyncio.get_running_loop().create_future()
            handling = self._known[key] = _Handling(key, now, reply)
            task = asyncio.create_task(self._run(message, handling))
            self._working.add(task)
            task.add_done_callback(self._working.discard)
        return handling

    async def _run(self, message: Message, handling: _Handling) -> None:
        """Never raises: a fault of the bot is logged, and WeChat gets `success`."""
        started_at = time.monotonic()
        outcome = "handled"
        try:
            handling.is_claimed = await self._claim(handling.key)
            if handling.is_claimed:
                await self._handle(message, handling)
            else:
                outcome = "left to another process"
                handling.reply.set_result(await self._reply_of_other(handling.key))
        except asyncio.CancelledError:
            # The process ends. Work that takes longer belongs into a queue of its own.
            outcome = "abandoned"
            if not handling.is_late:
                await self._release(handling)
        except Exception:
            outcome = "failed"
            log.exception("failed", extra=describe(message))
        finally:
            if not handling.reply.done():
                handling.reply.set_result(None)
            cost_ms = round((time.monotonic() - started_at) * 1000)
            log.info(outcome, extra={**describe(message), "cost_ms": cost_ms})

    async def _handle(self, message: Message, handling: _Handling) -> None:
        try:
            reply = await self._handler(message)
        except Exception:
            log.exception("failed", extra=describe(message))
            reply = None
        in_time = None if handling.is_late else reply
        handling.reply.set_result(in_time)
        await self._publish(handling.key, in_time)
        if handling.is_late and reply:
            await self._send_later(message, reply)

    async def _claim(self, key: str) -> bool:
        """Whether this process is the one to handle the push."""
        try:
            return await self._store.add(f"push:{key}", "", REMEMBERED_S)
        except Exception as error:
            # Twice is better than never.
            log.error("store failed", extra={"error": type(error).__name__})
            return True

    async def _publish(self, key: str, reply: Reply) -> None:
        try:
            await self._store.set(f"push:{key}", json.dumps([reply]), REMEMBERED_S)
        except Exception as error:
            log.error("store failed", extra={"error": type(error).__name__})

    async def _reply_of_other(self, key: str) -> Reply:
        for _ in range(round(self._deadline_s / LOOK_S)):
            value = await self._store.get(f"push:{key}")
            if value:
                return json.loads(value)[0]
            await asyncio.sleep(LOOK_S)
        return None

    async def _release(self, handling: _Handling) -> None:
        """The push comes again: to the process that takes over."""
        if not handling.is_claimed:
            return
        handling.is_claimed = False  # Once: the next time it would be the claim of another.
        try:
            await self._store.delete(f"push:{handling.key}")
        except Exception as error:
            log.error("store failed", extra={"error": type(error).__name__})


def describe(message: Message) -> dict[str, str]:
    """What a log may say about a message: no content, and the follower only as a hash."""
    return {
        "type": message["Event"] or message["MsgType"],
        "msg_id": message.id,
        "openid_hash": hash_openid(message.openid),
    }


def hash_openid(openid: str) -> str:
    return hashlib.sha256(openid.encode()).hexdigest()[:12]
