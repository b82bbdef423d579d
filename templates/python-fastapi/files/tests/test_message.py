import pytest

from app.wechat.crypto import Refusal
from app.wechat.message import Message, format_xml, parse_xml

LAUGHS = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(9))


def test_keeps_every_value_as_text():
    fields = parse_xml(
        b"<xml><MsgId>25000000000000017</MsgId><Content><![CDATA[007 <&> ]]]]><![CDATA[>]]></Content>"
        b"<Empty/><Info>\n<Count>2</Count><item>a&amp;b</item><item>&#x4f60;</item>\n</Info></xml>"
    )
    assert fields == {
        "MsgId": "25000000000000017",
        "Content": "007 <&> ]]>",
        "Empty": "",
        "Info": {"Count": "2", "item": ["a&b", "你"]},
    }


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "hello",
        '{"MsgType":"text"}',
        "<xml></xml>",
        "<html><Content>1</Content></html>",
        "<xml><a>1</b></xml>",
        "<xml><a>1</a>",
        "<xml><a>1</a></xml><xml/>",
        "<xml><a>&hi;</a></xml>",
        "<!DOCTYPE xml><xml><a>1</a></xml>",
        '<!DOCTYPE xml [<!ENTITY hi "hello">]><xml><a>&hi;</a></xml>',
        f"<!DOCTYPE xml [{LAUGHS}]><xml><a>&e8;</a></xml>",
        '<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><a>&x;</a></xml>',
        "<xml>" + "<a>" * 100_000,
        "<xml><a>\x00</a></xml>",
    ],
)
def test_refuses_what_wechat_never_sends(xml: str):
    with pytest.raises(Refusal) as caught:
        parse_xml(xml.encode())
    assert caught.value.status == 400


def test_refuses_what_is_not_utf8():
    with pytest.raises(Refusal):
        parse_xml("<xml><a>你</a></xml>".encode("gbk"))


def test_reads_back_what_it_wrote():
    text = "a]]>b <&> \"'; 😀👨‍👩‍👧 你好"
    xml = format_xml({"Time": 1, "Image": {"MediaId": "m"}, "item": [{"a": text}, {"a": "\x00x\ud800"}]})
    assert parse_xml(xml.encode()) == {
        "Time": "1",
        "Image": {"MediaId": "m"},
        "item": [{"a": text}, {"a": "x"}],
    }
    assert "<Time>1</Time>" in xml


def test_tells_events_apart_and_knows_them_again():
    event = {"FromUserName": "o", "CreateTime": "1", "Event": "CLICK", "EventKey": "a"}
    assert Message(event).id == Message(dict(reversed(event.items()))).id
    assert Message(event).id != Message({**event, "EventKey": "b"}).id
    assert Message({**event, "MsgId": "25000000000000017"}).id == "25000000000000017"
