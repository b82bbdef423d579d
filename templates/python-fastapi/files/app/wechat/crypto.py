"""Signatures and encryption of WeChat's pushes. Pure: knows neither HTTP nor XML.

https://developers.weixin.qq.com/doc/subscription/guide/dev/push/encryption.html
"""

import base64
import binascii
import hashlib
import hmac
import os
import re

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

# WeChat pads to blocks of 32 bytes, not AES's 16: padding is done here, never by a library.
BLOCK = 32


class Refusal(Exception):
    """A push that is refused, with the HTTP status to answer."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def sign(*values: str) -> str:
    """SHA-1 over the values in byte order, as hex."""
    joined = b"".join(sorted(value.encode() for value in values))
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()


def is_signed(signature: str, *values: str) -> bool:
    """In constant time, so that nobody can guess a signature digit by digit."""
    return hmac.compare_digest(sign(*values).encode(), signature.encode())


def parse_aes_key(text: str) -> bytes:
    """EncodingAESKey is base64 of 32 bytes without its last `=`."""
    if not re.fullmatch(r"[A-Za-z0-9+/]{43}", text):
        raise ValueError(f"must have 43 letters and digits, it has {len(text)} characters")
    return base64.b64decode(text + "=")


def encrypt(text: str, key: bytes, app_id: str) -> str:
    message = text.encode()
    content = os.urandom(16) + len(message).to_bytes(4, "big") + message + app_id.encode()
    padding = BLOCK - len(content) % BLOCK
    encryptor = _cipher(key).encryptor()
    padded = content + bytes([padding]) * padding
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize()).decode()


def decrypt(encrypted: str, key: bytes) -> tuple[str, str]:
    """The text and the AppID that it was encrypted for."""
    try:
        data = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(400, "Encrypt is not base64") from None
    if len(data) < BLOCK or len(data) % 16:
        raise Refusal(400, "Encrypt is not whole")
    decryptor = _cipher(key).decryptor()
    padded = decryptor.update(data) + decryptor.finalize()
    content_end = len(padded) - padded[-1]
    text_end = 20 + int.from_bytes(padded[16:20], "big")
    if not 1 <= padded[-1] <= BLOCK or text_end > content_end:
        raise Refusal(400, "decryption failed: WX_AES_KEY is not the key of this account")
    try:
        return padded[20:text_end].decode(), padded[text_end:content_end].decode()
    except UnicodeDecodeError:
        raise Refusal(400, "what was encrypted is not UTF-8") from None


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
