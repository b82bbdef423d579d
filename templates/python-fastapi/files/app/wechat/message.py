"""From the bytes of a push to its fields, and from a reply to XML."""

import hashlib
import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from .crypto import Refusal, decrypt, encrypt, is_signed, parse_aes_key, sign

# Text, other Fields, or lists of them, by the names of WeChat. Values stay text: 007 is no number.
Fields = dict[str, "str | Fields | list[str | Fields]"]
# What a handler returns: a text, the fields that say more, or nothing.
Reply = str | Mapping[str, object] | None

DEEPEST = 16
# How far the timestamp of a push may be from our clock: a recorded one is of no use for longer.
REPLAY_WINDOW_S = 300
NEEDED = ("ToUserName", "FromUserName", "CreateTime", "MsgType")


@dataclass(frozen=True)
class Account:
    """What the WeChat console shows under 服务器配置."""

    token: str
    app_id: str = ""
    aes_key: bytes | None = None
    # Refuse pushes that are not encrypted: `signature` says nothing about their content.
    only_safe: bool = False

    @classmethod
    def of(cls, token: str, app_id: str = "", aes_key: str = "", mode: str = "") -> "Account":
        return cls(token, app_id, parse_aes_key(aes_key) if aes_key else None, mode == "safe")


@dataclass(frozen=True)
class Message:
    fields: Fields
    # The AppID that the reply must be encrypted for; none when the push came in clear.
    seal_for: str | None = None

    def __getitem__(self, name: str) -> str:
        """A field that is text; empty when it is missing."""
        value = self.fields.get(name, "")
        return value if isinstance(value, str) else ""

    @property
    def openid(self) -> str:
        return self["FromUserName"]

    @property
    def id(self) -> str:
        """The same for each delivery of a push. Events have no MsgId, but come again unchanged."""
        if self["MsgId"]:
            return self["MsgId"]
        text = json.dumps(self.fields, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def read_push(query: Mapping[str, str], body: bytes, account: Account) -> Message:
    """Checks and reads what WeChat posted, in any of the three modes."""
    if query.get("encrypt_type", "raw") in ("", "raw"):
        if account.only_safe:
            raise Refusal(403, "not encrypted, but WX_MODE is safe")
        check_stamp(query, "signature", account.token)
        return _to_message(parse_xml(body))
    if account.aes_key is None:
        raise Refusal(400, "encrypted, but WX_AES_KEY is not set")
    encrypted = parse_xml(body).get("Encrypt")
    if not isinstance(encrypted, str):
        raise Refusal(400, "Encrypt is missing")
    check_stamp(query, "msg_signature", account.token, encrypted)
    text, app_id = decrypt(encrypted, account.aes_key)
    if account.app_id and app_id != account.app_id:
        raise Refusal(403, f"encrypted for {app_id}, but WX_APPID is {account.app_id}")
    return _to_message(parse_xml(text.encode()), app_id)


def check_stamp(query: Mapping[str, str], name: str, *values: str) -> None:
    """Refuses what is not signed with the token and the other `values`, or was signed long ago."""
    timestamp = query.get("timestamp", "")
    if not is_signed(query.get(name, ""), *values, timestamp, query.get("nonce", "")):
        raise Refusal(403, f"wrong {name}")
    is_number = re.fullmatch(r"[0-9]{1,12}", timestamp)
    if not is_number or abs(time.time() - int(timestamp)) > REPLAY_WINDOW_S:
        raise Refusal(403, "signed long ago: a replay, or a clock that is wrong")


def format_reply(message: Message, reply: str | Mapping[str, object], account: Account) -> str:
    """The XML that answers `message`, encrypted when the message was."""
    fields = {"MsgType": "text", "Content": reply} if isinstance(reply, str) else reply
    xml = format_xml(
        {
            "ToUserName": message.openid,
            "FromUserName": message["ToUserName"],
            "CreateTime": int(time.time()),
            **fields,
        }
    )
    if message.seal_for is None or account.aes_key is None:
        return xml
    encrypted = encrypt(xml, account.aes_key, message.seal_for)
    timestamp, nonce = int(time.time()), secrets.token_hex(8)
    return format_xml(
        {
            "Encrypt": encrypted,
            "MsgSignature": sign(account.token, str(timestamp), nonce, encrypted),
            "TimeStamp": timestamp,
            "Nonce": nonce,
        }
    )


def parse_xml(data: bytes) -> Fields:
    """The fields below `<xml>`. DOCTYPE, entities of its own and deep nesting are refused."""
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    try:
        parser.feed(data.decode("utf-8-sig"))
        parser.close()
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Refusal(400, f"not the XML of a push: {type(error).__name__}") from None
    fields = builder.root.get("xml")
    if not isinstance(fields, dict):
        raise Refusal(400, "expected one <xml> with fields")
    return fields


def format_xml(fields: Mapping[str, object]) -> str:
    return f"<xml>{_format_value(fields)}</xml>"


class _Builder:
    """Target of the XML parser: builds Fields as the elements end."""

    def __init__(self) -> None:
        self.root: Fields = {}
        self._open: list[tuple[Fields, list[str]]] = [(self.root, [])]

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if len(self._open) > DEEPEST:
            raise ValueError("nested too deeply")
        self._open.append(({}, []))

    def data(self, text: str) -> None:
        self._open[-1][1].append(text)

    def end(self, tag: str) -> None:
        fields, texts = self._open.pop()
        value = fields or "".join(texts)
        parent = self._open[-1][0]
        before = parent.get(tag)
        if before is None:
            parent[tag] = value
        else:
            parent[tag] = [*(before if isinstance(before, list) else [before]), value]

    def close(self) -> None:
        """Nothing is left to do at the end of the document."""


def _to_message(fields: Fields, seal_for: str | None = None) -> Message:
    for name in NEEDED:
        if not isinstance(fields.get(name), str):
            raise Refusal(400, f"{name} is missing")
    return Message(fields, seal_for)


def _format_value(value: object) -> str:
    if isinstance(value, Mapping):
        return "".join(_format_fields(value))
    if isinstance(value, int | float):
        return str(value)
    # XML cannot hold these characters at all, and `]]>` would end the CDATA.
    text = re.sub(r"[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", str(value))
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _format_fields(fields: Mapping[str, object]) -> Iterator[str]:
    for name, value in fields.items():
        for item in value if isinstance(value, list | tuple) else [value]:
            yield f"<{name}>{_format_value(item)}</{name}>"
