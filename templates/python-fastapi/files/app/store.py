"""What must outlive a request: in memory, or in Redis when several processes share it."""

import time
from collections import OrderedDict
from typing import Protocol

from redis.asyncio import Redis

# Entries in memory; the oldest give way. Some 30 MB at worst.
MOST_ENTRIES = 100_000
# A store that does not answer must not use up the 5 s that WeChat waits.
REDIS_TIMEOUT_S = 1.0


class Store(Protocol):
    async def get(self, key: str) -> str | None: ...
    async def set(self, key: str, value: str, ttl_s: int) -> None: ...
    async def add(self, key: str, value: str, ttl_s: int) -> bool:
        """Sets a key that is not there; whether it was this call that did."""
        ...

    async def delete(self, key: str) -> None: ...
    async def count(self, key: str, ttl_s: int) -> int:
        """Adds one and says how many there are; the time starts with the first."""
        ...

    async def ping(self) -> None:
        """Raises when the store cannot be used."""
        ...

    async def close(self) -> None: ...


class MemoryStore:
    """For one process, and until it ends."""

    def __init__(self) -> None:
        self._entries: OrderedDict[str, tuple[str, float]] = OrderedDict()

    async def get(self, key: str) -> str | None:
        value, ends_at = self._entries.get(key, ("", 0.0))
        if ends_at > time.monotonic():
            return value
        self._entries.pop(key, None)
        return None

    async def set(self, key: str, value: str, ttl_s: int) -> None:
        self._entries[key] = (value, time.monotonic() + ttl_s)
        self._entries.move_to_end(key)
        while len(self._entries) > MOST_ENTRIES:
            self._entries.popitem(last=False)

    async def add(self, key: str, value: str, ttl_s: int) -> bool:
        if await self.get(key) is not None:
            return False
        await self.set(key, value, ttl_s)
        return True

    async def delete(self, key: str) -> None:
        self._entries.pop(key, None)

    async def count(self, key: str, ttl_s: int) -> int:
        before = await self.get(key)
        if before is None:
            await self.set(key, "1", ttl_s)
            return 1
        total = int(before) + 1
        self._entries[key] = (str(total), self._entries[key][1])
        return total

    async def ping(self) -> None:
        """Memory is always there."""

    async def close(self) -> None:
        self._entries.clear()


class RedisStore:
    """Shared by all processes that have the same REDIS_URL."""

    def __init__(self, url: str, prefix: str) -> None:
        self._prefix = prefix
        self._redis = Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=REDIS_TIMEOUT_S,
            socket_connect_timeout=REDIS_TIMEOUT_S,
        )

    async def get(self, key: str) -> str | None:
        return await self._redis.get(self._prefix + key)

    async def set(self, key: str, value: str, ttl_s: int) -> None:
        await self._redis.set(self._prefix + key, value, ex=ttl_s)

    async def add(self, key: str, value: str, ttl_s: int) -> bool:
        return bool(await self._redis.set(self._prefix + key, value, ex=ttl_s, nx=True))

    async def delete(self, key: str) -> None:
        await self._redis.delete(self._prefix + key)

    async def count(self, key: str, ttl_s: int) -> int:
        # In one transaction: a counter without an end would lock somebody out for ever.
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.incr(self._prefix + key)
            pipe.expire(self._prefix + key, ttl_s, nx=True)
            total, _ = await pipe.execute()
        return int(total)

    async def ping(self) -> None:
        await self._redis.ping()

    async def close(self) -> None:
        await self._redis.aclose()


def open_store(redis_url: str, app_id: str) -> Store:
    return RedisStore(redis_url, f"wxapp:{app_id}:") if redis_url else MemoryStore()
