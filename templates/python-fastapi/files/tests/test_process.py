"""The app as it really runs: `python -m app`, its port, its log, its end."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlencode

import httpx
import pytest

from app.config import ROOT

from .conftest import ENV, plain, text_push

# The app takes less than 2 s; what a slow machine adds is not the app's to answer for.
ENDS_WITHIN_S = 10


@pytest.fixture
def app() -> Iterator[subprocess.Popen]:
    env = {
        **os.environ,
        **ENV,
        "PORT": "0",
        "REDIS_URL": "",
        "WX_MODE": "",
        "PYTHONUNBUFFERED": "1",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "app"], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def port_of(app: subprocess.Popen) -> int:
    for line in app.stdout:
        if "listening" in line:
            return json.loads(line)["port"]
    pytest.fail("does not listen")


def read_all(peer: socket.socket) -> bytes:
    """Until the server closes the connection, as it does when it ends."""
    answer = b""
    while chunk := peer.recv(65536):
        answer += chunk
    return answer


def test_answers_what_is_half_sent_and_then_ends(app: subprocess.Popen):
    port = port_of(app)
    push = plain(text_push("secret words"))
    body = push["content"]
    head = f"POST /wx?{urlencode(push['params'])} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
        peer.sendall(head.encode() + body[:50])
        # The server has read the head once it answers on another connection what came after.
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            client.get("/healthz")
        app.send_signal(signal.SIGTERM)
        peer.sendall(body[50:])
        answer = read_all(peer)
    assert b"200 OK" in answer
    assert b"secret words" in answer
    assert app.wait(ENDS_WITHIN_S) == 0
    log = app.stdout.read()
    assert "handled" in log
    for secret in (
        "oAlice",
        "secret words",
        ENV["WX_TOKEN"],
        "signature",
        push["params"]["signature"],
    ):
        assert secret not in log


def test_leaves_slow_work_to_its_successor_when_it_ends(app: subprocess.Popen):
    port = port_of(app)
    push = plain(text_push("#slow"))
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
        head = f"POST /wx?{urlencode(push['params'])} HTTP/1.1\r\nHost: a\r\n"
        peer.sendall(f"{head}Content-Length: {len(push['content'])}\r\n\r\n".encode() + push["content"])
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            client.get("/healthz")
        app.send_signal(signal.SIGTERM)
        answer = read_all(peer)
    assert answer.startswith(b"HTTP/1.1 503")
    assert b"success" not in answer
    assert app.wait(ENDS_WITHIN_S) == 0
    assert "abandoned" in app.stdout.read()


def test_says_what_is_missing_and_does_not_start():
    env = {name: value for name, value in os.environ.items() if name not in ENV}
    env |= {"WX_TOKEN": "", "WX_AES_KEY": "short", "JWT_SECRET": "", "API_SIGN_SECRET": ""}
    run = subprocess.run(
        [sys.executable, "-m", "app"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 3
    assert "WX_TOKEN is not set" in run.stderr
    assert "Traceback" not in run.stderr
