"""The API for your mini program, and for your other servers."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from ..envelope import ok
from ..wechat.pipeline import hash_openid
from .deps import (
    SESSION_S,
    AppServices,
    CurrentSession,
    limit_address,
    open_session,
    signed_by_partner,
    signed_by_session,
)

# Nicknames are kept this long after they were last set.
NICKNAME_S = 30 * 24 * 3600

router = APIRouter(prefix="/api")


class Login(BaseModel):
    code: Annotated[str, Field(min_length=1, max_length=128)]


class Nickname(BaseModel):
    nickname: Annotated[str, Field(min_length=1, max_length=32)]


class Template(BaseModel):
    openid: Annotated[str, Field(min_length=1, max_length=64)]
    template_id: Annotated[str, Field(min_length=1, max_length=64)]
    data: dict[str, str]
    url: str = ""


@router.post("/login", dependencies=[Depends(limit_address)])
async def login(body: Login, services: AppServices) -> dict[str, object]:
    """Turns a code of wx.login into a token, and a key for signatures that ends with it."""
    openid, session_key = await services.client.code2session(body.code)
    session, token = await open_session(services, openid, session_key)
    return ok({"token": token, "expires_in": SESSION_S, "sign_key": session.sign_key})


@router.get("/me")
async def me(services: AppServices, session: CurrentSession) -> dict[str, object]:
    user = hash_openid(session.openid)
    nickname = await services.store.get(f"nickname:{user}")
    return ok({"user": user, "nickname": nickname or ""})


@router.put("/me/nickname", dependencies=[Depends(signed_by_session)])
async def set_nickname(body: Nickname, services: AppServices, session: CurrentSession) -> dict[str, object]:
    """An example of a request that is signed with the key of the session."""
    user = hash_openid(session.openid)
    await services.store.set(f"nickname:{user}", body.nickname, NICKNAME_S)
    return ok({"user": user, "nickname": body.nickname})


@router.post("/template", dependencies=[Depends(limit_address), Depends(signed_by_partner)])
async def send_template(body: Template, services: AppServices) -> dict[str, object]:
    """Lets your other servers send a template message (模板消息), signed with API_SIGN_SECRET."""
    msgid = await services.client.send_template(body.openid, body.template_id, body.data, body.url)
    return ok({"msgid": str(msgid)})
