"""What the mini program and other servers ask for."""

import base64
import json
import time
from collections.abc import Callable

import httpx
import jwt
import pytest
from fastapi import FastAPI

from app.api.deps import MOST_PER_MINUTE, sign_request
from app.config import parse_settings
from app.main import create_app

from .conftest import ENV, SESSION_KEY, FakeWechat, client_of, plain, text_push

pytestmark = pytest.mark.anyio


async def log_in(client: httpx.AsyncClient) -> dict[str, str]:
    answer = await client.post("/api/login", json={"code": "good"})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def signed(secret: str, method: str, target: str, body: object, age_s: int = 0) -> dict[str, str]:
    timestamp, nonce = (
        str(int(time.time()) - age_s),
        base64.b64encode(str(time.time_ns()).encode()).decode(),
    )
    signature = sign_request(secret, method, target, timestamp, nonce, json.dumps(body).encode())
    stamp = {"X-Timestamp": timestamp, "X-Nonce": nonce, "X-Signature": signature}
    return {"Content-Type": "application/json", **stamp}


async def test_a_code_becomes_a_token_and_the_session_key_stays(client: httpx.AsyncClient):
    answer = await client.post("/api/login", json={"code": "good"})
    assert answer.json()["code"] == 0
    assert SESSION_KEY not in answer.text
    assert "oAlice" not in answer.text
    me = await client.get("/api/me", headers=bearer(answer.json()["data"]["token"]))
    assert me.json()["data"]["nickname"] == ""


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"code": "bad"}, 40001),
        ({"code": ""}, 40000),
        ({}, 40000),
        ([], 40000),
        ({"code": 1}, 40000),
    ],
)
async def test_refuses_other_codes(client: httpx.AsyncClient, body: object, code: int):
    answer = await client.post("/api/login", json=body)
    assert (answer.status_code, answer.json()["code"], answer.json()["data"]) == (400, code, None)


async def test_refuses_json_that_is_none(client: httpx.AsyncClient):
    for content in (b"", b"{", b"\xff", b"[" * 100_000, b"null"):
        headers = {"Content-Type": "application/json"}
        answer = await client.post("/api/login", content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, 40000), content[:9]


async def test_says_when_wechat_is_the_one_that_fails(client: httpx.AsyncClient, wechat: FakeWechat):
    wechat.faults["/sns/jscode2session"] = [{"errcode": 40125, "errmsg": "invalid appsecret"}]
    answer = await client.post("/api/login", json={"code": "good"})
    assert (answer.status_code, answer.json()["code"]) == (502, 50200)
    assert "appsecret" not in answer.text


async def test_refuses_tokens_that_are_forged_unsigned_expired_or_foreign(
    client: httpx.AsyncClient,
):
    token = (await log_in(client))["token"]
    secret = ENV["JWT_SECRET"]
    claims = jwt.decode(token, secret, ["HS256"], audience="api")
    others = [
        {**claims, "exp": 1},
        {**claims, "aud": "other"},
        {**claims, "iss": "other"},
        {**claims, "sid": "other"},
        {name: value for name, value in claims.items() if name != "exp"},
    ]
    forged = [
        *(jwt.encode(other, secret, "HS256") for other in others),
        jwt.encode(claims, "another secret of thirty-two characters", "HS256"),
        jwt.encode(claims, None, "none"),
        token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"),
        "",
        "a.b.c",
        "你好",
    ]
    for wrong in forged:
        headers = [(b"authorization", f"Bearer {wrong}".encode())]
        answer = await client.get("/api/me", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, 40100), wrong
    assert (await client.get("/api/me")).status_code == 401
    assert (await client.get("/api/me", headers={"Authorization": token})).status_code == 401


async def test_a_login_ends_the_one_before(client: httpx.AsyncClient):
    before, now = await log_in(client), await log_in(client)
    assert (await client.get("/api/me", headers=bearer(before["token"]))).status_code == 401
    assert (await client.get("/api/me", headers=bearer(now["token"]))).status_code == 200


async def test_takes_a_request_that_is_signed_with_the_key_of_the_session(
    client: httpx.AsyncClient,
):
    session = await log_in(client)
    body, target = {"nickname": "小明"}, "/api/me/nickname?from=test"
    headers = bearer(session["token"]) | signed(session["sign_key"], "PUT", target, body)
    content = json.dumps(body).encode()
    answer = await client.put(target, content=content, headers=headers)
    assert answer.json()["data"]["nickname"] == "小明"
    me = await client.get("/api/me", headers=bearer(session["token"]))
    assert me.json()["data"]["nickname"] == "小明"
    again = await client.put(target, content=content, headers=headers)
    assert (again.status_code, again.json()["code"]) == (401, 40104)


async def test_refuses_a_signature_over_something_else(client: httpx.AsyncClient):
    session = await log_in(client)
    body, target = {"nickname": "a"}, "/api/me/nickname"
    key = session["sign_key"]
    wrong = [
        ({}, 40101),
        (signed(key, "PUT", target, {"nickname": "b"}), 40102),
        (signed(key, "POST", target, body), 40102),
        (signed(key, "PUT", target + "?a=1", body), 40102),
        (signed("another key", "PUT", target, body), 40102),
        (signed(key, "PUT", target, body, age_s=400), 40103),
        (signed(key, "PUT", target, body) | {"X-Timestamp": "٣"}, 40101),
    ]
    for headers, code in wrong:
        sent = [(name, value.encode()) for name, value in (bearer(session["token"]) | headers).items()]
        answer = await client.put(target, content=json.dumps(body).encode(), headers=sent)
        assert (answer.status_code, answer.json()["code"]) == (401, code)


async def test_sends_a_template_message_for_another_server(client: httpx.AsyncClient, wechat: FakeWechat):
    body = {"openid": "oAlice", "template_id": "tpl", "data": {"thing1": "你好"}}
    content = json.dumps(body).encode()
    target = "/api/template"
    assert (await client.post(target, content=content)).status_code == 401
    headers = signed(ENV["API_SIGN_SECRET"], "POST", target, body)
    answer = await client.post(target, content=content, headers=headers)
    assert answer.json() == {"code": 0, "msg": "ok", "data": {"msgid": str(2**60)}}
    assert wechat.sent[0]["touser"] == "oAlice"


async def test_answers_429_to_those_who_come_too_often(client: httpx.AsyncClient):
    answers = [await client.post("/api/login", json={"code": "bad"}) for _ in range(2 * MOST_PER_MINUTE + 1)]
    last = answers[-1]
    assert (last.status_code, last.json()["code"]) == (429, 42900)
    assert 0 < int(last.headers["Retry-After"]) <= 60
    assert (await client.get("/healthz")).status_code == 200


async def test_answers_in_the_envelope_whatever_happens(make_app: Callable[..., FastAPI]):
    app = make_app()

    @app.get("/api/fault")
    async def fault() -> None:
        raise RuntimeError("secret detail")

    async with client_of(app) as client:
        for path, code in (("/api/none", 40400), ("/api/login", 40500), ("/api/fault", 50000)):
            answer = await client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (code // 100, code)
            assert "detail" not in answer.text


async def test_carries_the_trace_id_through(client: httpx.AsyncClient):
    trace = "0af7651916cd43dd8448eb211c80319c"
    cases = [
        ({"X-Trace-Id": "mine-1"}, "mine-1"),
        ({"traceparent": f"00-{trace}-b7ad6b7169203331-01"}, trace),
        ({"X-Trace-Id": "a\tb", "traceparent": f"00-{trace}-b7ad6b7169203331-01"}, trace),
    ]
    for headers, expected in cases:
        answer = await client.get("/healthz", headers=headers)
        assert answer.headers["X-Trace-Id"] == expected
    made = [(await client.get("/healthz")).headers["X-Trace-Id"] for _ in range(2)]
    assert len(made[0]) == 32
    assert made[0] != made[1]


async def test_works_without_an_app_id():
    """As a project is before its owner has one."""
    transport = httpx.MockTransport(FakeWechat())
    app = create_app(parse_settings(ENV | {"WX_APPID": ""}), transport=transport)
    async with client_of(app) as client:
        session = await log_in(client)
        assert (await client.get("/api/me", headers=bearer(session["token"]))).status_code == 200


async def test_says_when_the_store_is_away():
    app = create_app(parse_settings(ENV | {"REDIS_URL": "redis://:pa55@127.0.0.1:1/0"}))
    async with client_of(app) as client:
        for path in ("/readyz", "/api/login"):
            answer = await client.request("GET" if path == "/readyz" else "POST", path, json={"code": "good"})
            assert (answer.status_code, answer.json()["code"]) == (503, 50300)
            assert "pa55" not in answer.text
        # WeChat is answered all the same.
        assert (await client.post("/wx", **plain(text_push()))).status_code == 200


async def test_says_whether_it_can_work(client: httpx.AsyncClient):
    assert (await client.get("/readyz")).json() == {"code": 0, "msg": "ok", "data": {"store": "ok"}}
