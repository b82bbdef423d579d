"""Settings from the environment, `.env.local` and `.env`, in this order."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .wechat.message import Account

ROOT = Path(__file__).parent.parent
LEVELS = ("debug", "info", "warning", "error")
# HS256: a shorter secret than the hash can be guessed.
SECRET_LENGTH = 32


class BadSettings(Exception):
    """Names every setting that is missing or wrong."""


@dataclass(frozen=True)
class Settings:
    host: str
    port: int
    account: Account
    secret: str = field(repr=False)
    api_base: str
    redis_url: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    api_sign_secret: str = field(repr=False)
    log_level: str


def load_settings(root: Path = ROOT, environ: Mapping[str, str] = os.environ) -> Settings:
    values = {**read_env(root / ".env"), **read_env(root / ".env.local"), **environ}
    return parse_settings(values)


def parse_settings(values: Mapping[str, str]) -> Settings:
    problems: list[str] = []

    def text(name: str, default: str = "", pattern: str = r".*", says: str = "") -> str:
        value = values.get(name, "") or default
        if not re.fullmatch(pattern, value):
            problems.append(f"{name} {says}" if value else f"{name} is not set")
        return value

    def secret(name: str) -> str:
        return text(name, pattern=f".{{{SECRET_LENGTH},}}", says="must have 32 characters or more")

    token = text("WX_TOKEN", pattern=r"[A-Za-z0-9]{3,32}", says="must be 3 to 32 letters or digits")
    aes_key = text("WX_AES_KEY", pattern=r"([A-Za-z0-9+/]{43})?", says="must be 43 letters, digits")
    mode = text("WX_MODE", pattern=r"(safe)?", says="must be safe or empty")
    if mode and not aes_key:
        problems.append("WX_MODE is safe, but WX_AES_KEY is not set")
    port = text("PORT", "3000", r"\d{1,5}", "must be a number")
    level = text("LOG_LEVEL", "info", "|".join(LEVELS), f"must be one of {', '.join(LEVELS)}")
    api_base = text("WX_API_BASE", "https://api.weixin.qq.com", r"https?://[^\s/]+", "must be http(s)://host")
    settings = (text("HOST", "127.0.0.1"), int(port) if port.isdigit() else 0)
    secrets = (text("REDIS_URL"), secret("JWT_SECRET"), secret("API_SIGN_SECRET"))
    if problems:
        raise BadSettings("; ".join(problems) + ". See .env.example")
    account = Account.of(token, text("WX_APPID"), aes_key, mode)
    return Settings(*settings, account, text("WX_SECRET"), api_base, *secrets, level)


def read_env(path: Path) -> dict[str, str]:
    """`NAME=value` lines; quotes around a value and comments are left out."""
    values: dict[str, str] = {}
    if not path.is_file():
        return values
    for line in path.read_text("utf-8-sig").splitlines():
        match = re.match(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$", line)
        if match is None:
            continue
        name, value = match.groups()
        quoted = re.match(r"""(['"])(.*?)\1""", value)
        values[name] = quoted[2] if quoted else re.sub(r"(^|\s)#.*$", "", value).rstrip()
    return values
