"""What the routes below /api ask for: who is calling, and whether they may call so often."""

import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from typing import Annotated

import jwt
from fastapi import Depends, Header, Request
from starlette.requests import HTTPConnection

from ..config import Settings
from ..envelope import ApiError
from ..store import Store
from ..wechat.client import WechatClient
from ..wechat.pipeline import hash_openid

ALGORITHM = "HS256"
AUDIENCE = "api"
# session_key lives about three days; a client that is told 401 logs in again by itself.
SESSION_S = 24 * 3600
# How far the clocks of both sides may differ.
SIGNED_WITHIN_S = 300
# Requests of one user, or of one address before login, in a minute.
MOST_PER_MINUTE = 120
MINUTE_S = 60


@dataclass
class Services:
    """What lives as long as the app."""

    settings: Settings
    store: Store
    client: WechatClient


@dataclass(frozen=True)
class Session:
    """Stays on the server; the user has a token that names it."""

    id: str
    openid: str
    session_key: str
    # Handed out at login, for signatures: what is built into a mini program is public.
    sign_key: str


def services_of(connection: HTTPConnection) -> Services:
    return connection.app.state.services


AppServices = Annotated[Services, Depends(services_of)]


async def open_session(services: Services, openid: str, session_key: str) -> tuple[Session, str]:
    """A new session, which ends the one before, and the token that names it."""
    session = Session(secrets.token_urlsafe(16), openid, session_key, secrets.token_urlsafe(32))
    value = json.dumps([session.id, openid, session_key, session.sign_key])
    await services.store.set(f"session:{hash_openid(openid)}", value, SESSION_S)
    now = int(time.time())
    claims = {
        "iss": services.settings.account.app_id,
        "aud": AUDIENCE,
        "sub": hash_openid(openid),
        "sid": session.id,
        "iat": now,
        "exp": now + SESSION_S,
    }
    return session, jwt.encode(claims, services.settings.jwt_secret, ALGORITHM)


async def find_session(services: Services, authorization: str) -> Session:
    """The session of `Authorization: Bearer <token>`; 401 when there is none."""
    scheme, _, token = authorization.partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise jwt.InvalidTokenError
        claims = jwt.decode(
            token,
            services.settings.jwt_secret,
            # Never from the token itself: that would let in `none`.
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            issuer=services.settings.account.app_id,
            options={"require": ["exp", "iss", "aud", "sub", "sid"]},
        )
    except jwt.PyJWTError:
        raise ApiError(40100, "log in first") from None
    value = await services.store.get(f"session:{claims['sub']}")
    session = None if value is None else Session(*json.loads(value))
    if session is None or session.id != claims["sid"]:
        raise ApiError(40100, "log in again")
    return session


async def limit(services: Services, who: str) -> None:
    """429 when `who` came too often."""
    minute = int(time.time()) // MINUTE_S
    if await services.store.count(f"rate:{who}:{minute}", MINUTE_S) <= MOST_PER_MINUTE:
        return
    retry_after = MINUTE_S - int(time.time()) % MINUTE_S
    raise ApiError(42900, "too many requests", {"Retry-After": str(retry_after)})


async def limit_address(request: Request, services: AppServices) -> None:
    await limit(services, f"address:{request.client.host if request.client else ''}")


async def current_session(services: AppServices, authorization: Annotated[str, Header()] = "") -> Session:
    session = await find_session(services, authorization)
    await limit(services, f"user:{hash_openid(session.openid)}")
    return session


CurrentSession = Annotated[Session, Depends(current_session)]


async def signed_by_session(request: Request, services: AppServices, session: CurrentSession) -> None:
    await check_signature(request, services, session.sign_key)


async def signed_by_partner(request: Request, services: AppServices) -> None:
    await check_signature(request, services, services.settings.api_sign_secret)


async def check_signature(request: Request, services: Services, secret: str) -> None:
    """401 unless the request is signed, fresh, and comes for the first time."""
    timestamp = request.headers.get("x-timestamp", "")
    nonce = request.headers.get("x-nonce", "")
    given = request.headers.get("x-signature", "")
    # isdecimal() alone would take digits of other scripts.
    if not (timestamp.isascii() and timestamp.isdecimal() and 8 <= len(nonce) <= 64):
        raise ApiError(40101, "not signed: X-Timestamp, X-Nonce and X-Signature are needed")
    query = f"?{request.url.query}" if request.url.query else ""
    target = request.url.path + query
    expected = sign_request(secret, request.method, target, timestamp, nonce, await request.body())
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise ApiError(40102, "wrong signature")
    if abs(time.time() - int(timestamp)) > SIGNED_WITHIN_S:
        raise ApiError(40103, "signed too long ago, or a clock is wrong")
    if not await services.store.add(f"nonce:{nonce}", "1", 2 * SIGNED_WITHIN_S):
        raise ApiError(40104, "this request came before")


def sign_request(secret: str, method: str, target: str, timestamp: str, nonce: str, body: bytes) -> str:
    """HMAC-SHA256 as hex; `target` is the path with its query."""
    lines = [method, target, timestamp, nonce, hashlib.sha256(body).hexdigest()]
    return hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha256).hexdigest()
