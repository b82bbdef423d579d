"""What is said to WeChat's server API."""

import asyncio

import httpx
import pytest

from app.wechat.client import WechatClient, WechatError

from .conftest import ENV, SESSION_KEY, FakeWechat

pytestmark = pytest.mark.anyio
SEND = "/cgi-bin/message/custom/send"
TOKEN = "/cgi-bin/stable_token"


@pytest.fixture
def api(wechat: FakeWechat) -> WechatClient:
    transport = httpx.MockTransport(wechat)
    return WechatClient(ENV["WX_APPID"], ENV["WX_SECRET"], "https://api.example", transport)


async def test_fetches_one_token_for_all_who_need_it(api: WechatClient, wechat: FakeWechat):
    await asyncio.gather(*(api.send_text(f"o{n}", "你好") for n in range(20)))
    assert wechat.calls.count(TOKEN) == 1
    assert len(wechat.sent) == 20
    assert wechat.sent[0] == {"touser": "o0", "msgtype": "text", "text": {"content": "你好"}}


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
async def test_takes_a_new_token_when_the_old_one_is_refused(
    api: WechatClient, wechat: FakeWechat, errcode: int
):
    await api.send_text("o1", "one")
    wechat.faults[SEND] = [{"errcode": errcode, "errmsg": "invalid credential"}]
    await asyncio.gather(api.send_text("o2", "two"), api.send_text("o3", "three"))
    # The usual one again, and then, because it is the one that was refused, a new one.
    assert wechat.calls.count(TOKEN) == 3
    assert len(wechat.sent) == 3


async def test_tries_again_only_once(api: WechatClient, wechat: FakeWechat):
    wechat.faults[SEND] = [{"errcode": 40001, "errmsg": "no"}] * 9
    with pytest.raises(WechatError) as caught:
        await api.send_text("o1", "one")
    assert caught.value.errcode == 40001
    assert wechat.calls.count(SEND) == 2


async def test_does_not_repeat_what_a_token_cannot_mend(api: WechatClient, wechat: FakeWechat):
    wechat.faults[SEND] = [{"errcode": 45015, "errmsg": "response out of time limit"}]
    with pytest.raises(WechatError, match="45015"):
        await api.send_text("o1", "one")
    assert wechat.calls.count(SEND) == 1


async def test_sends_template_messages(api: WechatClient, wechat: FakeWechat):
    assert await api.send_template("oAlice", "tpl", {"first": "你好"}) == 2**60
    assert wechat.sent[0]["data"] == {"first": {"value": "你好"}}


async def test_knows_who_logs_in(api: WechatClient):
    assert await api.code2session("good") == ("oAlice", SESSION_KEY)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(502, text="<html>"),
        httpx.Response(200, text=""),
        httpx.Response(200, json=[]),
        httpx.ConnectError("no way to https://api.example/?secret=1"),
        httpx.ReadTimeout("too slow"),
    ],
)
async def test_says_that_there_was_no_answer_but_no_secret(answer: httpx.Response | Exception):
    def respond(request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    api = WechatClient("wx1", "s3cret", "https://api.example", httpx.MockTransport(respond))
    with pytest.raises(WechatError) as caught:
        await api.code2session("code")
    assert caught.value.errcode == -1
    assert "secret" not in str(caught.value)
