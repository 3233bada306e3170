"""The sandbox as an app and as a process."""

import asyncio
import atexit
import logging
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache

from granian.constants import Interfaces
from granian.server.embed import Server
from litestar import Litestar, Response

from portal.platform.process.settings import refuse_taken
from sandbox import aliyun, api, control, front, hosted, push, wechat
from sandbox.checkout import expire_due
from sandbox.post import run_smtp_sink
from sandbox.settings import SandboxSettings, refuse_production
from sandbox.state import Request, State
from sandbox.wire import Json, StripeRefusal

HOST = "127.0.0.1"
PORT, SMTP_PORT = 8421, 8425


def create_sandbox(settings: SandboxSettings) -> Litestar:
    """The ASGI app with a state of its own, at `app.state.sandbox`; raises SandboxInProduction where money moves."""
    refuse_production()
    app = Litestar(
        route_handlers=[
            *(front.show, front.enter, hosted.show, hosted.pay, aliyun.call, api.v1),
            *(push.router, wechat.router, control.router),
        ],
        exception_handlers={StripeRefusal: _refuse},
        lifespan=[_lifespan],
        openapi_config=None,
        logging_config=None,
    )
    app.state.sandbox = State(settings)
    return app


def _refuse(request: Request, refusal: StripeRefusal) -> Response[Json]:
    return Response(refusal.body(), status_code=refusal.status)


@asynccontextmanager
async def _lifespan(app: Litestar) -> AsyncIterator[None]:
    state: State = app.state.sandbox
    watch = asyncio.create_task(_expire_in_time(state))
    try:
        yield
    finally:
        watch.cancel()
        state.courier.stop()


async def _expire_in_time(state: State) -> None:
    while True:
        expire_due(state.books)
        await asyncio.sleep(1)


async def serve(
    settings: SandboxSettings, port: int = PORT, smtp_port: int = SMTP_PORT, app: Litestar | None = None
) -> None:
    """Serve on the loopback until cancelled; raises SandboxInProduction, or PortTaken."""
    refuse_taken(port, HOST)
    refuse_taken(smtp_port, HOST)
    _let_threads_end()
    # Granian reports every connection that a fault breaks off; only its own failures matter here.
    logging.getLogger("_granian").setLevel(logging.CRITICAL)
    app = app or create_sandbox(settings)
    sink = await run_smtp_sink(app.state.sandbox.post, smtp_port, HOST)
    server = Server(app, address=HOST, port=port, interface=Interfaces.ASGI, websockets=False, log_enabled=False)
    running = asyncio.ensure_future(server.serve())
    try:
        await asyncio.shield(running)
    finally:
        server.stop()
        sink.close()
        await running


@cache
def _let_threads_end() -> None:
    """Granian's native threads outlive `stop` by some 2 ms, and abort a Python that ends before them."""
    atexit.register(time.sleep, 0.3)


def run(settings: SandboxSettings, port: int = PORT, smtp_port: int = SMTP_PORT) -> None:
    """The process of its own: serve until SIGINT or SIGTERM."""

    async def until_told() -> None:
        task = asyncio.ensure_future(serve(settings, port, smtp_port))
        for told in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(told, task.cancel)
        print(f"sandbox: http://{HOST}:{port} · smtp {HOST}:{smtp_port}", file=sys.stderr, flush=True)
        with suppress(asyncio.CancelledError):
            await task

    asyncio.run(until_told())
