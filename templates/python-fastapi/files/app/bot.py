"""Your bot: what users of the account get back."""

import asyncio

from .store import Store
from .wechat.message import Message, Reply
from .wechat.pipeline import Handler, hash_openid

# Longer than WeChat waits.
SLOW_S = 6.0
COUNTED_S = 24 * 3600


def make_bot(store: Store) -> Handler:
    async def on_message(message: Message) -> Reply:
        """Returns a text, or fields such as `{"MsgType": "image", "Image": {"MediaId": id}}`, or
        nothing. Take your time: after 4.5 s a text goes out as a customer service message.
        """
        if message["MsgType"] == "text":
            return await answer(message, message["Content"])
        if message["Event"] == "CLICK":
            return await answer(message, message["EventKey"])
        if message["Event"] == "subscribe":
            return "欢迎！发什么我就回什么。Welcome! I repeat your words."
        return None

    async def answer(message: Message, text: str) -> str:
        if text == "#count":
            user = hash_openid(message.openid)
            return str(await store.count(f"said:{user}", COUNTED_S))
        if text == "#slow":
            await asyncio.sleep(SLOW_S)
            return "久等了。Here you are, at last."
        return text

    return on_message
