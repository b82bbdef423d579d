"""An app on fakes: no port, and a WeChat that answers from memory."""

import json
import time
from collections.abc import AsyncIterator, Callable, Mapping

import httpx
import pytest
from fastapi import FastAPI

from app.config import Settings, parse_settings
from app.main import create_app
from app.wechat.crypto import encrypt, sign
from app.wechat.message import format_xml

ENV = {
    "WX_APPID": "wx1234567890abcdef",
    "WX_SECRET": "0123456789abcdef0123456789abcdef",
    "WX_TOKEN": "testtoken123",
    "WX_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA",
    "JWT_SECRET": "a-secret-for-tokens-in-tests-only",
    "API_SIGN_SECRET": "a-secret-for-servers-in-tests-only",
}
SESSION_KEY = "HyVFkGl5F5OQWJZZaNzBBg=="


class FakeWechat:
    """api.weixin.qq.com, as far as the app calls it."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.sent: list[dict[str, object]] = []
        self.tokens = 0
        # Answers that come first, by path: the faults of a test.
        self.faults: dict[str, list[dict[str, object]]] = {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.calls.append(path)
        if self.faults.get(path):
            return httpx.Response(200, json=self.faults[path].pop(0))
        return httpx.Response(200, json=self._answer(path, request))

    def _answer(self, path: str, request: httpx.Request) -> dict[str, object]:
        query = request.url.params
        if path == "/cgi-bin/stable_token":
            if self.tokens == 0 or json.loads(request.content)["force_refresh"]:
                self.tokens += 1
            return {"access_token": f"token-{self.tokens}", "expires_in": 7200}
        if path == "/sns/jscode2session":
            if query["js_code"] != "good":
                return {"errcode": 40029, "errmsg": "invalid code, rid: 1-2-3"}
            return {"openid": "oAlice", "session_key": SESSION_KEY}
        if query.get("access_token") != f"token-{self.tokens}":
            return {"errcode": 40001, "errmsg": "invalid credential"}
        self.sent.append(json.loads(request.content))
        return {"errcode": 0, "errmsg": "ok", "msgid": 2**60}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def settings() -> Settings:
    return parse_settings(ENV)


@pytest.fixture
def wechat() -> FakeWechat:
    return FakeWechat()


@pytest.fixture
def make_app(settings: Settings, wechat: FakeWechat) -> Callable[..., FastAPI]:
    def make(**options: object) -> FastAPI:
        return create_app(settings, transport=httpx.MockTransport(wechat), **options)

    return make


@pytest.fixture
async def client(make_app: Callable[..., FastAPI]) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(make_app()) as client:
        yield client


def client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app")


def text_push(content: str = "hello", msg_id: str = "1001", **more: object) -> str:
    fields = {
        "ToUserName": "gh_0f1e2d3c4b5a",
        "FromUserName": "oAlice",
        "CreateTime": 1767225600,
        "MsgType": "text",
        "Content": content,
        "MsgId": int(msg_id),
    }
    return format_xml({**fields, **more})


def signed_query(*more: str) -> dict[str, str]:
    timestamp, nonce = str(int(time.time())), "486452656"
    values = (ENV["WX_TOKEN"], timestamp, nonce)
    query = {"timestamp": timestamp, "nonce": nonce, "signature": sign(*values)}
    if more:
        query |= {"encrypt_type": "aes", "msg_signature": sign(*values, *more)}
    return query


def sealed(xml: str, key: bytes, app_id: str = ENV["WX_APPID"], clear: str = "") -> Mapping:
    """Query and body of an encrypted push; with `clear` fields beside it, that of compat mode."""
    encrypted = encrypt(xml, key, app_id)
    body = f"<xml>{clear}<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    return {"params": signed_query(encrypted), "content": body.encode()}


def plain(xml: str) -> Mapping:
    return {"params": signed_query(), "content": xml.encode()}
