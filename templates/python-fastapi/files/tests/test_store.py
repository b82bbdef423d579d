"""The same for memory and for Redis, where there is one: REDIS_URL, or redis-server on the PATH."""

import asyncio
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator

import pytest

from app.store import MOST_ENTRIES, MemoryStore, RedisStore, Store

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    if os.environ.get("REDIS_URL"):
        yield os.environ["REDIS_URL"]
        return
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("needs REDIS_URL or redis-server")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with subprocess.Popen([program, *options], stdout=subprocess.DEVNULL) as server:
        yield f"redis://127.0.0.1:{port}/0"
        server.terminate()


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest):
    if request.param == "memory":
        yield MemoryStore()
        return
    store = RedisStore(request.getfixturevalue("redis_url"), f"test:{secrets.token_hex(8)}:")
    for _ in range(200):
        try:
            await store.ping()
            break
        except Exception:
            await asyncio.sleep(0.05)
    yield store
    await store.close()


async def test_keeps_what_it_is_given(store: Store):
    assert await store.get("a") is None
    await store.set("a", "你好", 60)
    assert await store.get("a") == "你好"
    await store.delete("a")
    assert await store.get("a") is None


async def test_only_the_first_one_adds(store: Store):
    added = await asyncio.gather(*(store.add("a", str(n), 60) for n in range(10)))
    assert sorted(added) == [False] * 9 + [True]


async def test_counts(store: Store):
    assert [await store.count("a", 60) for _ in range(3)] == [1, 2, 3]


async def test_forgets_in_time(store: Store):
    await store.set("a", "1", 1)
    await store.count("b", 1)
    await asyncio.sleep(1.1)
    assert await store.get("a") is None
    assert await store.count("b", 60) == 1


async def test_memory_has_an_end():
    store = MemoryStore()
    for n in range(MOST_ENTRIES + 10):
        await store.set(str(n), "", 60)
    assert await store.get("9") is None
    assert await store.get("10") == ""
