"""WeChat's server API: access token, messages, login of mini programs.

Set WX_API_BASE to a stand-in, and nothing here goes to WeChat.
"""

import asyncio
import json
import time
from collections.abc import Mapping

import httpx

# WeChat's answers take some 100 ms; whoever waits for ours waits no longer than this.
TIMEOUT_S = 5.0
# A token is renewed this long before it ends.
MARGIN_S = 300
# invalid credential, invalid access_token, access_token expired: a new token mends these.
STALE_TOKEN = (40001, 40014, 42001)
# invalid code, code been used: the user logs in again.
BAD_CODE = (40029, 40163)


class WechatError(Exception):
    """What WeChat's API complained about; errcode -1 also when there was no usable answer."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(f"{errcode} {errmsg}")
        self.errcode = errcode


class WechatClient:
    def __init__(
        self,
        app_id: str,
        secret: str,
        base: str,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._app_id = app_id
        self._secret = secret
        self._http = httpx.AsyncClient(base_url=base, timeout=TIMEOUT_S, transport=transport)
        self._token = ""
        self._token_ends_at = 0.0
        self._token_lock = asyncio.Lock()

    async def send_text(self, openid: str, content: str) -> None:
        """A customer service message (客服消息): within 48 h of the user's last message."""
        await self._post(
            "/cgi-bin/message/custom/send",
            {"touser": openid, "msgtype": "text", "text": {"content": content}},
        )

    async def send_template(
        self, openid: str, template_id: str, data: Mapping[str, str], url: str = ""
    ) -> int:
        """A template message (模板消息); the number that TEMPLATESENDJOBFINISH will name."""
        answer = await self._post(
            "/cgi-bin/message/template/send",
            {
                "touser": openid,
                "template_id": template_id,
                "url": url,
                "data": {name: {"value": value} for name, value in data.items()},
            },
        )
        return int(str(answer.get("msgid", 0)))

    async def code2session(self, code: str) -> tuple[str, str]:
        """Openid and session_key for a code of wx.login. The session_key must stay here."""
        query = {
            "appid": self._app_id,
            "secret": self._secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        answer = await self._call("GET", "/sns/jscode2session", params=query)
        return str(answer["openid"]), str(answer["session_key"])

    async def access_token(self, stale: str = "") -> str:
        """The token of this account; another one than `stale`. Many callers make one request."""
        async with self._token_lock:
            if self._token and self._token != stale and time.monotonic() < self._token_ends_at:
                return self._token
            answer = await self._fetch_token(force=False)
            if answer["access_token"] == stale:
                # At most 20 a day: only when WeChat itself calls the usual one invalid.
                answer = await self._fetch_token(force=True)
            self._token = str(answer["access_token"])
            lifetime_s = int(str(answer.get("expires_in", 7200)))
            # Near its end a token is used up to its end: a negative time would fetch at each call.
            self._token_ends_at = time.monotonic() + max(lifetime_s - MARGIN_S, lifetime_s // 2)
            return self._token

    async def close(self) -> None:
        await self._http.aclose()

    async def _fetch_token(self, *, force: bool) -> Mapping[str, object]:
        body = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._secret,
            "force_refresh": force,
        }
        return await self._call("POST", "/cgi-bin/stable_token", content=_encode(body))

    async def _post(self, path: str, body: Mapping[str, object]) -> Mapping[str, object]:
        token = await self.access_token()
        try:
            return await self._call("POST", path, params={"access_token": token}, content=_encode(body))
        except WechatError as error:
            if error.errcode not in STALE_TOKEN:
                raise
        token = await self.access_token(stale=token)
        return await self._call("POST", path, params={"access_token": token}, content=_encode(body))

    async def _call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Mapping[str, object]:
        """WeChat answers 200 with errcode and errmsg, and on sns/* with JSON as text/plain."""
        try:
            response = await self._http.request(method, path, params=params, content=content)
            answer = json.loads(response.content)
        except httpx.HTTPError as error:
            # Its message may hold the URL, and with it the secret.
            raise WechatError(-1, f"no answer: {type(error).__name__}") from None
        except ValueError:
            raise WechatError(-1, f"HTTP {response.status_code} without JSON") from None
        if not isinstance(answer, dict):
            raise WechatError(-1, "JSON that is no object")
        if answer.get("errcode"):
            raise WechatError(int(answer["errcode"]), str(answer.get("errmsg", "")))
        return answer


def _encode(body: Mapping[str, object]) -> bytes:
    # WeChat shows `\u4f60` to the user as it stands here.
    return json.dumps(body, ensure_ascii=False).encode()
