"""Known answers: published samples of WeChat and of SDKs in five languages."""

import json
from pathlib import Path

import pytest

from app.wechat.crypto import Refusal, decrypt, encrypt, is_signed, parse_aes_key, sign

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))
KEY_TEXT = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFA"
KEY = parse_aes_key(KEY_TEXT)


def vectors(*kinds: str) -> list:
    found = [pytest.param(v["input"], v["expected"], id=v["name"]) for v in VECTORS if v["kind"] in kinds]
    assert found
    return found


def signed_values(given: dict) -> list[str]:
    return [given[name] for name in ("token", "timestamp", "nonce", "encrypt") if name in given]


@pytest.mark.parametrize(("given", "expected"), vectors("mp.signature", "msg_signature"))
def test_signs_as_published(given: dict, expected: dict):
    assert sign(*signed_values(given)) == expected["signature"]
    assert is_signed(expected["signature"], *reversed(signed_values(given)))


@pytest.mark.parametrize(
    ("given", "expected"),
    vectors("mp.signature.reject", "msg_signature.reject", "biz.decrypt.reject"),
)
def test_refuses_other_signatures(given: dict, expected: dict):
    signature = given.get("signature") or given["msg_signature"]
    assert not is_signed(signature, *signed_values(given))


def test_refuses_signatures_that_are_none():
    for signature in ("", "0", "你好", sign("a", "b", "c").upper()):
        assert not is_signed(signature, "a", "b", "c")


@pytest.mark.parametrize(("given", "expected"), vectors("biz.decrypt"))
def test_decrypts_as_published(given: dict, expected: dict):
    assert is_signed(given["msg_signature"], *signed_values(given))
    text, app_id = decrypt(given["encrypt"], parse_aes_key(given["encodingAESKey"]))
    assert json.loads(text) == json.loads(expected["msg"]) if text[0] == "{" else text == expected["msg"]
    assert app_id == given["receiveId"]


@pytest.mark.parametrize(("given", "expected"), vectors("biz.encrypt", "biz.encryptReply"))
def test_encrypts_as_published(given: dict, expected: dict, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("app.wechat.crypto.os.urandom", lambda _: given["random16"].encode())
    encrypted = encrypt(given["msg"], parse_aes_key(given["encodingAESKey"]), given["receiveId"])
    assert encrypted == expected["encrypt"]
    if "msgSignature" in expected:
        assert sign(*signed_values(given), encrypted) == expected["msgSignature"]


def test_decrypts_what_it_encrypted_whatever_the_padding():
    for length in range(65):
        text = "你" * length
        assert decrypt(encrypt(text, KEY, "wx1"), KEY) == (text, "wx1")


def test_refuses_ciphertext_that_was_cut_changed_or_made_with_another_key():
    encrypted = encrypt("hello", KEY, "wx1")
    other = parse_aes_key("B" + KEY_TEXT[1:])
    for damaged in (
        "",
        "AAAA",
        "你好",
        encrypted[:-8],
        encrypted[:-1],
        encrypt("hello", other, "wx1"),
    ):
        with pytest.raises(Refusal) as caught:
            decrypt(damaged, KEY)
        assert caught.value.status == 400


def test_says_how_long_a_wrong_key_is():
    for text in ("", KEY_TEXT + "=", KEY_TEXT[:-1], KEY_TEXT[:-1] + " "):
        with pytest.raises(ValueError, match=f"it has {len(text)} characters"):
            parse_aes_key(text)
