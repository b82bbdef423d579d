"""GET and POST /wx for WeChat."""

import logging
import time
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from .crypto import Refusal
from .message import Account, Message, Reply, check_stamp, format_reply, read_push
from .pipeline import Pipeline, describe

log = logging.getLogger("app.wechat")


def make_routes(account: Account, pipeline: Pipeline) -> APIRouter:
    router = APIRouter()

    @router.get("/wx")
    async def verify(request: Request) -> Response:
        """WeChat's test of the URL: the echostr unchanged, and only to those who know the token."""
        try:
            query = parse_query(request.scope["query_string"])
            check_stamp(query, "signature", account.token)
        except Refusal as refusal:
            return refuse(refusal)
        return PlainTextResponse(query.get("echostr", ""))

    @router.post("/wx")
    async def push(request: Request) -> Response:
        # Both are there where app/middleware.py is.
        started_at = request.scope.get("started_at", time.monotonic())
        entry = request.scope.setdefault("entry", {})
        try:
            query = parse_query(request.scope["query_string"])
            message = read_push(query, await request.body(), account)
            reply, attempt = await pipeline.answer(message, started_at)
        except Refusal as refusal:
            return refuse(refusal)
        encrypted = message.seal_for is not None
        entry.update(describe(message), attempt=attempt, encrypted=encrypted)
        return to_response(message, reply, account)

    return router


def to_response(message: Message, reply: Reply, account: Account) -> Response:
    if not reply:
        # Exactly this word, in clear also when the push was encrypted, tells WeChat: all is well.
        return PlainTextResponse("success")
    return Response(format_reply(message, reply, account), media_type="text/xml")


def refuse(refusal: Refusal) -> Response:
    """With an empty body: whoever forges learns nothing."""
    log.warning("refused", extra={"reason": str(refusal), "status": refusal.status})
    return PlainTextResponse("", refusal.status)


def parse_query(raw: bytes) -> Mapping[str, str]:
    """Unlike urllib.parse.parse_qs, leaves `+` alone: base64 has it."""
    pairs = [part.partition(b"=") for part in raw.split(b"&")]
    try:
        return {unquote_to_bytes(name).decode(): unquote_to_bytes(value).decode() for name, _, value in pairs}
    except UnicodeDecodeError:
        raise Refusal(400, "the query is not UTF-8") from None
