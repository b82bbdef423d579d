"""`python -m app` serves.

`--reload` starts it anew when a file changes; `--healthcheck` asks a server that runs (for Docker).
"""

import asyncio
import logging
import signal
import socket
import sys
from types import FrameType
from urllib.request import urlopen

import uvicorn

from .config import ROOT, BadSettings, Settings, load_settings
from .log import set_up_log
from .main import create_app

# After SIGTERM: when those who wait for slow work are let go, and when requests are cut off. With
# what comes before and after, the process ends within 2 s.
GIVE_UP_S = 0.7
CUT_OFF_S = 1
# A proxy may keep a connection open for a minute: the server must not be the first to close it.
KEEP_ALIVE_S = 65
# A ping every 30 s; after three of them without an answer the connection is dropped.
WS_PING_S = 30.0
WS_PONG_S = 90.0
# Largest WebSocket message, in bytes.
WS_LARGEST = 64 * 1024

log = logging.getLogger("app")


class Server(uvicorn.Server):
    """Tells the log where it listens, and the pipeline that the end is near."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        log.info("listening", extra={"port": self.servers[0].sockets[0].getsockname()[1]})

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        give_up = self.config.app.state.pipeline.give_up
        self._loop.call_soon_threadsafe(self._loop.call_later, GIVE_UP_S, give_up)


def main() -> int:
    try:
        settings = load_settings()
    except BadSettings as error:
        sys.stderr.write(f"{error}\n")
        return 3
    if sys.argv[1:] == ["--healthcheck"]:
        return healthcheck(settings.port)
    set_up_log(settings.log_level)
    if sys.argv[1:] == ["--reload"]:
        app = "app.main:app_from_environment"
        uvicorn.run(app, factory=True, reload=True, reload_dirs=[str(ROOT / "app")], **options_of(settings))
    else:
        serve(settings)
    return 0


def serve(settings: Settings) -> None:
    config = uvicorn.Config(create_app(settings), **options_of(settings))
    # uvicorn raises the signal again when it has ended; that is no reason to exit with an error.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: None)
    Server(config).run()


def options_of(settings: Settings) -> dict[str, object]:
    return {
        "host": settings.host,
        "port": settings.port,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_keep_alive": KEEP_ALIVE_S,
        "timeout_graceful_shutdown": CUT_OFF_S,
        "ws_ping_interval": WS_PING_S,
        "ws_ping_timeout": WS_PONG_S,
        "ws_max_size": WS_LARGEST,
    }


def healthcheck(port: int) -> int:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=3) as answer:
            return 0 if answer.status == 200 else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
