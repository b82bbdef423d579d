"""The WebSocket, over a real connection."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from app.api.chat import Hub

STARTS_WITHIN_S = 20


@pytest.fixture
def address(make_app: Callable[..., FastAPI]) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(make_app(), port=0, log_config=None))
    is_up = threading.Event()
    startup = server.startup

    async def started(sockets: None = None) -> None:
        await startup(sockets)
        is_up.set()

    server.startup = started
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert is_up.wait(STARTS_WITHIN_S)
        yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def enter(address: str) -> Callable[[], ClientConnection]:
    login = httpx.post(f"http://{address}/api/login", json={"code": "good"})
    token = login.json()["data"]["token"]
    return lambda: connect(f"ws://{address}/ws", additional_headers={"Authorization": f"Bearer {token}"})


def hear(socket: ClientConnection) -> dict[str, str]:
    return json.loads(socket.recv(timeout=20))


def test_lets_nobody_in_who_has_not_logged_in(address: str):
    with pytest.raises(InvalidStatus) as caught, connect(f"ws://{address}/ws"):
        pytest.fail("was let in")
    assert caught.value.response.status_code == 403


def test_all_hear_what_one_says(enter: Callable[[], ClientConnection]):
    with enter() as one, enter() as other:
        user = hear(one)["user"]
        assert hear(other) == {"type": "welcome", "user": user}
        one.send(json.dumps({"type": "text", "text": "你好"}))
        for socket in (one, other):
            assert hear(socket) == {"type": "text", "user": user, "text": "你好"}


def test_one_who_floods_is_told_to_wait(
    monkeypatch: pytest.MonkeyPatch, enter: Callable[[], ClientConnection]
):
    monkeypatch.setattr("app.api.chat.PER_SECOND", 0.0)
    with enter() as one, enter() as other:
        assert hear(one)["type"] == hear(other)["type"] == "welcome"
        for _ in range(25):
            one.send(json.dumps({"type": "text", "text": "again"}))
        heard = [hear(one) for _ in range(25)]
        assert [event["type"] for event in heard] == ["text"] * 20 + ["error"] * 5
        assert "too many messages" in heard[-1]["msg"]
        # The other one still may.
        other.send(json.dumps({"type": "ping"}))
        assert [hear(other)["type"] for _ in range(21)] == ["text"] * 20 + ["pong"]


@pytest.mark.anyio
@pytest.mark.parametrize("closes", [True, False])
async def test_hangs_up_on_who_does_not_read(monkeypatch: pytest.MonkeyPatch, closes: bool):
    class Stuck:
        code = 0

        async def send_json(self, event: object) -> None:
            await asyncio.Event().wait()

        async def close(self, code: int) -> None:
            self.code = code
            if not closes:
                await asyncio.Event().wait()

    monkeypatch.setattr("app.api.chat.SEND_TIMEOUT_S", 0.01)
    hub, stuck = Hub(), Stuck()
    hub.enter(stuck)
    await asyncio.wait_for(hub.publish({"type": "text"}), 10)
    assert stuck.code == 1013
    stuck.code = 0
    await hub.publish({"type": "text"})
    assert stuck.code == 0


def test_answers_a_heartbeat_and_survives_nonsense(enter: Callable[[], ClientConnection]):
    with enter() as socket:
        hear(socket)
        for nonsense in ("", "[]", "1", "null", "{}", '{"type":"text","text":""}', "[" * 10_000, b"\xff"):
            socket.send(nonsense)
            assert hear(socket)["type"] == "error"
        socket.send(json.dumps({"type": "ping"}))
        assert hear(socket) == {"type": "pong"}
