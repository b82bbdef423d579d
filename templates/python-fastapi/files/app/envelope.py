"""`{code, msg, data}`: what every answer below /api looks like. `code` is 0 when all is well."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException

from .wechat.client import BAD_CODE, WechatError

log = logging.getLogger("app")


class ApiError(Exception):
    """An answer other than ok: `code` is for programs, its first three digits are the status."""

    def __init__(self, code: int, msg: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(msg)
        self.code = code
        self.msg = msg
        self.headers = headers


def ok(data: object = None) -> dict[str, object]:
    return {"code": 0, "msg": "ok", "data": data}


def failure(code: int, msg: str, headers: dict[str, str] | None = None) -> JSONResponse:
    content = {"code": code, "msg": msg, "data": None}
    return JSONResponse(content, status_code=code // 100, headers=headers)


def add_error_answers(app: FastAPI) -> None:
    @app.exception_handler(ApiError)
    async def on_api_error(_: Request, error: ApiError) -> JSONResponse:
        return failure(error.code, error.msg, error.headers)

    @app.exception_handler(WechatError)
    async def on_wechat_error(_: Request, error: WechatError) -> JSONResponse:
        if error.errcode in BAD_CODE:
            return failure(40001, "code is wrong, used or older than 5 minutes")
        log.error("wechat refused", extra={"errcode": error.errcode, "errmsg": str(error)})
        return failure(50200, "WeChat did not do it")

    @app.exception_handler(RedisError)
    async def on_store_error(_: Request, error: RedisError) -> JSONResponse:
        # Its message may hold the password of REDIS_URL.
        log.error("store failed", extra={"error": type(error).__name__})
        return failure(50300, "the store does not answer", {"Retry-After": "5"})

    @app.exception_handler(RequestValidationError)
    async def on_bad_input(_: Request, error: RequestValidationError) -> JSONResponse:
        # What was sent stays out of the answer: it may be a secret.
        places = {".".join(map(str, problem["loc"])) for problem in error.errors()}
        return failure(40000, f"missing or wrong: {', '.join(sorted(places))}")

    @app.exception_handler(HTTPException)
    async def on_http_error(_: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers) if error.headers else None
        return failure(error.status_code * 100, error.detail, headers)
