"""POST and GET /wx, in plain, compat and safe mode."""

import time
from collections.abc import Callable

import httpx
import pytest
from fastapi import FastAPI

from app.config import Settings, parse_settings
from app.main import create_app
from app.store import MemoryStore
from app.wechat.crypto import decrypt, is_signed, parse_aes_key, sign
from app.wechat.message import parse_xml
from app.wechat.pipeline import Pipeline
from app.wechat.routes import make_routes

from .conftest import ENV, client_of, plain, sealed, signed_query, text_push

KEY = parse_aes_key(ENV["WX_AES_KEY"])
WRONG = "0123456789abcdef0123456789abcdef01234567"
pytestmark = pytest.mark.anyio


async def test_answers_the_verification_with_its_echostr(client: httpx.AsyncClient):
    echostr = "0071234567890123456"
    answer = await client.get("/wx", params=signed_query() | {"echostr": echostr})
    assert (answer.status_code, answer.text) == (200, echostr)
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("signature", ["", WRONG, "你好"])
async def test_tells_nobody_else_the_echostr(client: httpx.AsyncClient, signature: str):
    query = signed_query() | {"echostr": "123", "signature": signature}
    answer = await client.get("/wx", params=query)
    assert (answer.status_code, answer.text) == (403, "")


@pytest.mark.parametrize("query", ["x=%ff", "%c3=1", "signature=%ff&timestamp=1"])
async def test_refuses_a_query_that_is_not_utf8(client: httpx.AsyncClient, query: str):
    for method in ("GET", "POST"):
        answer = await client.request(method, f"/wx?{query}", content=text_push().encode())
        assert (answer.status_code, answer.text) == (400, "")


@pytest.mark.parametrize("age_s", [-320, 320, "1767225600", "", "x", "9" * 5000, "٣"])
async def test_refuses_what_was_signed_more_than_5_minutes_ago_or_ahead(
    client: httpx.AsyncClient, age_s: int | str
):
    timestamp = age_s if isinstance(age_s, str) else str(int(time.time()) - age_s)
    values = (ENV["WX_TOKEN"], timestamp, "2")
    stamp = {"timestamp": timestamp, "nonce": "2"}
    query = stamp | {"signature": sign(*values)}
    answer = await client.get("/wx", params=query | {"echostr": "123"})
    assert (answer.status_code, answer.text) == (403, "")
    answer = await client.post("/wx", params=query, content=text_push().encode())
    assert (answer.status_code, answer.text) == (403, "")
    push = sealed(text_push(), KEY)
    encrypted = parse_xml(push["content"])["Encrypt"]
    query = stamp | {"encrypt_type": "aes", "msg_signature": sign(*values, encrypted)}
    assert (await client.post("/wx", params=query, content=push["content"])).status_code == 403


async def test_takes_what_was_signed_less_than_5_minutes_ago(client: httpx.AsyncClient):
    timestamp = str(int(time.time()) - 280)
    signature = sign(ENV["WX_TOKEN"], timestamp, "2")
    query = {"timestamp": timestamp, "nonce": "2", "signature": signature}
    assert (await client.post("/wx", params=query, content=text_push().encode())).status_code == 200


async def test_its_routes_need_nothing_else_of_this_app(settings: Settings):
    async def bot(message):
        return "hi"

    async def send_later(message, reply):
        pytest.fail("was in time")

    app = FastAPI()
    app.include_router(make_routes(settings.account, Pipeline(bot, send_later, MemoryStore())))
    async with client_of(app) as client:
        answer = await client.post("/wx", **plain(text_push()))
    assert parse_xml(answer.content)["Content"] == "hi"


async def test_replies_to_a_plain_push(client: httpx.AsyncClient):
    answer = await client.post("/wx", **plain(text_push("你好 ]]> <&> 007")))
    reply = parse_xml(answer.content)
    assert answer.headers["content-type"].startswith("text/xml")
    assert (reply["ToUserName"], reply["FromUserName"]) == ("oAlice", "gh_0f1e2d3c4b5a")
    assert (reply["MsgType"], reply["Content"]) == ("text", "你好 ]]> <&> 007")
    assert len(reply["CreateTime"]) == 10


@pytest.mark.parametrize("clear", ["", text_push("hello")[5:-6]], ids=["safe", "compat"])
async def test_replies_encrypted_to_an_encrypted_push(client: httpx.AsyncClient, clear: str):
    answer = await client.post("/wx", **sealed(text_push("hello"), KEY, clear=clear))
    reply = parse_xml(answer.content)
    stamp = (ENV["WX_TOKEN"], reply["TimeStamp"], reply["Nonce"])
    assert is_signed(reply["MsgSignature"], *stamp, reply["Encrypt"])
    text, app_id = decrypt(reply["Encrypt"], KEY)
    assert (parse_xml(text.encode())["Content"], app_id) == ("hello", ENV["WX_APPID"])


async def test_refuses_forged_foreign_and_broken_pushes(client: httpx.AsyncClient):
    push = sealed(text_push(), KEY)
    foreign = sealed(text_push(), KEY, app_id="wxffffffffffffffff")
    stamp = signed_query()
    requests = [
        (403, {"content": text_push().encode()}),
        (403, {"content": text_push().encode(), "params": stamp | {"signature": WRONG}}),
        (403, {**push, "params": push["params"] | {"msg_signature": WRONG}}),
        (403, {**push, "params": push["params"] | {"msg_signature": stamp["signature"]}}),
        (403, foreign),
        (400, {**push, "content": b"<xml><a>1</a></xml>"}),
        (400, plain("<xml><Content>1</Content></xml>")),
        (400, plain("")),
    ]
    for status, request in requests:
        answer = await client.post("/wx", **request)
        assert (answer.status_code, answer.text) == (status, ""), request


async def test_refuses_plaintext_when_the_mode_is_safe():
    app = create_app(parse_settings(ENV | {"WX_MODE": "safe"}))
    async with client_of(app) as client:
        assert (await client.post("/wx", **plain(text_push()))).status_code == 403
        assert (await client.post("/wx", **sealed(text_push(), KEY))).status_code == 200


async def test_refuses_encrypted_pushes_without_a_key():
    app = create_app(parse_settings(ENV | {"WX_AES_KEY": ""}))
    async with client_of(app) as client:
        assert (await client.post("/wx", **sealed(text_push(), KEY))).status_code == 400
        assert (await client.post("/wx", **plain(text_push()))).status_code == 200


async def test_refuses_more_than_a_megabyte_and_goes_on(client: httpx.AsyncClient):
    answer = await client.post("/wx", **plain("x" * (1024 * 1024 + 1)))
    assert answer.status_code == 413
    # Exactly one is read, and refused for what it is.
    assert (await client.post("/wx", **plain("x" * 1024 * 1024))).status_code == 400
    assert (await client.post("/wx", **plain(text_push()))).status_code == 200


async def test_answers_success_to_what_it_has_no_reply_for(client: httpx.AsyncClient):
    for xml in (text_push(""), text_push(msg_id="2", MsgType="image")):
        answer = await client.post("/wx", **plain(xml))
        assert (answer.status_code, answer.text) == (200, "success")


async def test_answers_success_when_the_bot_fails(
    make_app: Callable[..., FastAPI], caplog: pytest.LogCaptureFixture
):
    async def bot(message):
        raise RuntimeError("a fault of the bot")

    async with client_of(make_app(bot=bot)) as client:
        answer = await client.post("/wx", **plain(text_push("secret words")))
    assert answer.text == "success"
    assert "a fault of the bot" in caplog.text
    assert "secret words" not in caplog.text


async def test_counts_a_push_that_comes_three_times_once(client: httpx.AsyncClient):
    async def count(msg_id: str) -> str:
        answer = await client.post("/wx", **plain(text_push("#count", msg_id)))
        return parse_xml(answer.content)["Content"]

    assert [await count(msg_id) for msg_id in ("1", "2", "2", "2", "3")] == list("12223")


async def test_a_plus_in_the_query_stays_a_plus(client: httpx.AsyncClient, settings: Settings):
    query = signed_query()
    path = "/wx?echostr=a+b%2Bc&" + "&".join(f"{name}={value}" for name, value in query.items())
    assert (await client.get(path)).text == "a+b+c"
