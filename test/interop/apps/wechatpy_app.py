"""wechatpy: `serve` answers pushes at /wx on a free port, `crypto` seals and opens envelopes, one JSON object a line."""
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto, PrpCrypto, _get_signature
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.replies import TextReply, EmptyReply
from wechatpy.utils import check_signature

TOKEN = os.environ["WX_TOKEN"]
APP_ID = os.environ["WX_APPID"]
AES_KEY = os.environ["WX_AES_KEY"]


class Callback(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.guarded(lambda query: query["echostr"])

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        body = self.rfile.read(length).decode("utf-8")
        self.guarded(lambda query: self.reply(query, body))

    def guarded(self, work):
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        try:
            check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
            self.respond(200, work(query))
        except (InvalidSignatureException, InvalidAppIdException) as error:
            self.respond(403, repr(error))

    def reply(self, query, body):
        encrypted = query.get("encrypt_type") == "aes"
        crypto = WeChatCrypto(TOKEN, AES_KEY, APP_ID)
        if encrypted:
            body = crypto.decrypt_message(
                body, query["msg_signature"], query["timestamp"], query["nonce"]
            )
        message = parse_message(body)
        if message.type == "text":
            reply = TextReply(content=message.content, message=message)
        elif message.type == "event" and message.event == "subscribe":
            reply = TextReply(content="welcome", message=message)
        else:
            return "success"
        text = reply.render()
        return crypto.encrypt_message(text, query["nonce"], query["timestamp"]) if encrypted else text

    def respond(self, status, text):
        body = text.encode("utf-8")
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def say(value):
    print(json.dumps(value), flush=True)


def serve():
    server = HTTPServer(("127.0.0.1", 0), Callback)
    say({"event": "ready", "port": server.server_port})
    server.serve_forever()


def crypto():
    say({"event": "ready"})
    prp = PrpCrypto(WeChatCrypto(TOKEN, AES_KEY, APP_ID).key)
    for line in sys.stdin:
        order = json.loads(line)
        sealing = order["op"] == "seal"
        encrypt = prp.encrypt(order["text"], APP_ID).decode() if sealing else order["encrypt"]
        signature = _get_signature(TOKEN, order["timestamp"], order["nonce"], encrypt)
        say({
            "encrypt": encrypt,
            "signature": signature,
            "text": None if sealing else prp.decrypt(encrypt, APP_ID),
        })


if __name__ == "__main__":
    crypto() if sys.argv[1:] == ["crypto"] else serve()
