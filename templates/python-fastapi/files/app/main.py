"""Puts the app together. Started by `python -m app`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse, PlainTextResponse

from .api import chat
from .api import routes as api_routes
from .api.deps import Services
from .bot import make_bot
from .config import Settings, load_settings
from .envelope import add_error_answers, failure, ok
from .log import set_up_log
from .middleware import BodyLimit, Trace
from .store import Store, open_store
from .wechat.client import WechatClient
from .wechat.message import Message, Reply
from .wechat.pipeline import DEADLINE_S, Handler, Pipeline
from .wechat.routes import make_routes

READY_TIMEOUT_S = 2.0


def create_app(
    settings: Settings,
    *,
    bot: Handler | None = None,
    deadline_s: float = DEADLINE_S,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """The last three are for tests."""
    account = settings.account
    store = open_store(settings.redis_url, account.app_id)
    client = WechatClient(account.app_id, settings.secret, settings.api_base, transport)

    async def send_later(message: Message, reply: Reply) -> None:
        """Text only: a customer service message names its media differently from a reply."""
        text = reply if isinstance(reply, str) else (reply or {}).get("Content")
        if text:
            await client.send_text(message.openid, str(text))

    pipeline = Pipeline(bot or make_bot(store), send_later, store, deadline_s)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await pipeline.close()
        await client.close()
        await store.close()

    # The interactive documentation loads scripts from abroad.
    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.services = Services(settings, store, client)
    app.state.pipeline = pipeline
    # The last one added is the first one asked.
    app.add_middleware(BodyLimit)
    app.add_middleware(Trace)
    add_error_answers(app)
    app.include_router(make_routes(account, pipeline))
    app.include_router(api_routes.router)
    app.include_router(chat.router)
    app.include_router(health_routes(store))
    return app


def app_from_environment() -> FastAPI:
    """What `python -m app --reload` starts anew when a file changes."""
    settings = load_settings()
    set_up_log(settings.log_level)
    return create_app(settings)


def health_routes(store: Store) -> APIRouter:
    router = APIRouter()

    @router.get("/healthz")
    async def live() -> PlainTextResponse:
        return PlainTextResponse("ok")

    @router.get("/readyz", response_model=None)
    async def ready() -> dict[str, object] | JSONResponse:
        """Whether what the app needs is there."""
        try:
            async with asyncio.timeout(READY_TIMEOUT_S):
                await store.ping()
        except Exception as error:
            return failure(50300, f"store: {type(error).__name__}")
        return ok({"store": "ok"})

    return router
