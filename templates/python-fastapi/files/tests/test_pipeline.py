"""In time, once, and nothing lost. Nothing here depends on how fast the machine is."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from app.store import MemoryStore
from app.wechat.crypto import Refusal
from app.wechat.message import REPLAY_WINDOW_S, Message, Reply
from app.wechat.pipeline import DEADLINE_S, REMEMBERED_S, Pipeline

NEVER_S = 60.0


class Bot:
    """Works until it is let go."""

    def __init__(self) -> None:
        self.handled: list[str] = []
        self.may_end = asyncio.Event()
        self.sent: list[Reply] = []
        self.was_sent = asyncio.Event()

    async def __call__(self, message: Message) -> Reply:
        self.handled.append(message.id)
        await self.may_end.wait()
        return f"done {message.id}"

    async def send_later(self, message: Message, reply: Reply) -> None:
        self.sent.append(reply)
        self.was_sent.set()


def push(msg_id: str = "1") -> Message:
    return Message({"FromUserName": "o", "MsgType": "text", "Content": "hi", "MsgId": msg_id})


def within(work: Awaitable) -> Awaitable:
    """A fault must make a test red, not hang it."""
    return asyncio.wait_for(work, 10)


@pytest.fixture
def bot() -> Bot:
    return Bot()


@pytest.fixture
def answer(bot: Bot) -> Callable[..., Awaitable[Reply]]:
    store = MemoryStore()
    pipelines = {s: Pipeline(bot, bot.send_later, store, s) for s in (0.01, NEVER_S)}

    async def run(deadline_s: float, msg_id: str = "1") -> Reply:
        reply, _ = await pipelines[deadline_s].answer(push(msg_id), time.monotonic())
        return reply

    return run


@pytest.mark.anyio
async def test_replies_with_what_is_ready_in_time(bot: Bot, answer: Callable):
    bot.may_end.set()
    assert await within(answer(NEVER_S)) == "done 1"
    assert bot.sent == []


@pytest.mark.anyio
async def test_sends_what_comes_late_as_a_message_and_only_so(bot: Bot, answer: Callable):
    assert await within(answer(0.01)) is None
    # The second delivery waits too, and then there is a result: which is on its way already.
    again = asyncio.create_task(answer(0.01))
    bot.may_end.set()
    assert await within(again) is None
    await within(bot.was_sent.wait())
    assert await within(answer(0.01)) is None
    assert (bot.handled, bot.sent) == (["1"], ["done 1"])


@pytest.mark.anyio
async def test_does_the_work_of_one_push_once_however_often_it_comes(bot: Bot, answer: Callable):
    at_once = [asyncio.create_task(answer(NEVER_S)) for _ in range(3)]
    await asyncio.sleep(0)
    bot.may_end.set()
    assert await within(asyncio.gather(*at_once)) == ["done 1"] * 3
    assert await within(answer(NEVER_S)) == "done 1"
    assert await within(answer(NEVER_S, "2")) == "done 2"
    assert bot.handled == ["1", "2"]


@pytest.mark.anyio
async def test_shares_a_reply_between_processes(bot: Bot):
    store = MemoryStore()
    bot.may_end.set()
    one, other = (Pipeline(bot, bot.send_later, store, NEVER_S) for _ in range(2))
    replies = await within(asyncio.gather(*(p.answer(push(), time.monotonic()) for p in (one, other))))
    assert [reply for reply, _ in replies] == ["done 1"] * 2
    assert bot.handled == ["1"]


@pytest.mark.anyio
async def test_handles_a_push_although_the_store_is_gone(bot: Bot):
    class Gone(MemoryStore):
        async def add(self, key: str, value: str, ttl_s: int) -> bool:
            raise ConnectionError

        set = add

    bot.may_end.set()
    pipeline = Pipeline(bot, bot.send_later, Gone(), NEVER_S)
    assert (await within(pipeline.answer(push(), time.monotonic())))[0] == "done 1"


@pytest.mark.anyio
async def test_asks_wechat_to_come_again_when_there_is_too_much(bot: Bot, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.wechat.pipeline.MOST_AT_WORK", 1)
    pipeline = Pipeline(bot, bot.send_later, MemoryStore(), 0.01)
    await within(pipeline.answer(push("1"), time.monotonic()))
    with pytest.raises(Refusal) as caught:
        await within(pipeline.answer(push("2"), time.monotonic()))
    assert caught.value.status == 503
    await pipeline.close()


@pytest.mark.anyio
async def test_sends_who_waits_when_the_process_ends_to_the_next_one(bot: Bot):
    store = MemoryStore()
    ending = Pipeline(bot, bot.send_later, store, NEVER_S)
    waiting = [asyncio.create_task(ending.answer(push(), time.monotonic())) for _ in range(2)]
    while not bot.handled:
        await asyncio.sleep(0)
    ending.give_up()
    for task in waiting:
        with pytest.raises(Refusal) as caught:
            await within(task)
        assert caught.value.status == 503
    bot.may_end.set()
    following = Pipeline(bot, bot.send_later, store, NEVER_S)
    assert (await within(following.answer(push(), time.monotonic())))[0] == "done 1"
    await within(ending.close())
    assert await store.get("push:1") is not None  # Now of the other process.


@pytest.mark.anyio
async def test_leaves_the_claim_of_another_process_alone_when_it_ends(bot: Bot):
    store = MemoryStore()
    await store.add("push:1", "", 60)
    ending = Pipeline(bot, bot.send_later, store, NEVER_S)
    waiting = asyncio.create_task(ending.answer(push(), time.monotonic()))
    await asyncio.sleep(0)
    ending.give_up()
    with pytest.raises(Refusal):
        await within(waiting)
    await within(ending.close())
    assert await store.get("push:1") == ""


@pytest.mark.anyio
async def test_leaves_what_nobody_was_told_to_the_next_process(bot: Bot):
    store = MemoryStore()
    ending = Pipeline(bot, bot.send_later, store, NEVER_S)
    waiting = asyncio.create_task(ending.answer(push(), time.monotonic()))
    while not bot.handled:
        await asyncio.sleep(0)
    waiting.cancel()
    await within(ending.close())
    bot.may_end.set()
    following = Pipeline(bot, bot.send_later, store, NEVER_S)
    assert (await within(following.answer(push(), time.monotonic())))[0] == "done 1"


def test_remembers_a_push_for_as_long_as_a_recording_of_it_is_taken():
    assert REMEMBERED_S >= 2 * REPLAY_WINDOW_S


def test_leaves_time_for_the_way_back():
    assert DEADLINE_S <= 4.5
