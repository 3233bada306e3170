"""Static files from memory, with hashed addresses that can be cached for ever."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

import brotli
from litestar import Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from portal.web.request.request_context import Request

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "static"
SERVED = {".css", ".js", ".svg", ".png", ".ico", ".webmanifest", ".woff2"}
# One request instead of a dozen on a phone; tokens first, print last.
SHEET = "css/all.css"
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file, ready to send."""

    body: bytes
    packed: dict[str, bytes]
    kind: str
    digest: str


def _asset(name: str, body: bytes) -> Asset:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if name.endswith(".webmanifest"):
        kind = "application/manifest+json"
    if kind.startswith("text/") or kind in ("application/javascript", "image/svg+xml"):
        kind += "; charset=utf-8"
    text = not name.endswith((".png", ".woff2"))
    packed = {"br": brotli.compress(body, quality=5), "gzip": gzip.compress(body, 6, mtime=0)} if text else {}
    return Asset(body, packed, kind, hashlib.sha256(body).hexdigest()[:16])


def read_assets(folder: Path = STATIC) -> dict[str, Asset]:
    """Every file that may be served, by its name below static/, and the joined style sheet."""
    files = {f.relative_to(folder).as_posix(): f for f in sorted(folder.rglob("*")) if f.suffix in SERVED}
    result = {name: _asset(name, file.read_bytes()) for name, file in files.items()}
    sheets = sorted((n for n in result if n.startswith("css/")), key=lambda n: (_order(n), n))
    result[SHEET] = _asset(SHEET, b"\n".join(result[n].body for n in sheets))
    return result


def _order(name: str) -> int:
    first, last = ("css/tokens.css", "css/page.css"), ("css/print.css",)
    return first.index(name) if name in first else 9 if name in last else 5


class Assets:
    """What `asset()` and the static route know."""

    def __init__(self, folder: Path = STATIC) -> None:
        self.files = read_assets(folder)

    def address(self, name: str) -> str:
        """`/static/…?v=<hash>`. Raises KeyError for a file that does not exist."""
        return f"/static/{name}?v={self.files[name].digest}"

    def answer(self, request: Request, name: str) -> Response[bytes]:
        """The file, or 304 for who has it. Raises NotFoundException."""
        result = self.files.get(name)
        if result is None:
            raise NotFoundException
        hashed = request.query_params.get("v") == result.digest
        headers = {"Cache-Control": FOR_EVER if hashed else "no-cache", "ETag": f'"{result.digest}"',
                   "Vary": "Accept-Encoding"}  # fmt: skip
        if result.digest in request.headers.get("if-none-match", ""):
            return Response(b"", status_code=304, headers=headers)
        accepted = request.headers.get("accept-encoding", "")
        body = result.body
        for coding, packed in result.packed.items():
            if coding in accepted:
                headers["Content-Encoding"], body = coding, packed
                break
        return Response(body, headers=headers, media_type=result.kind)

    def router(self) -> Router:
        """`/static/…` and `/sw.js`: public, without a session and so without a cookie."""

        @get("/static/{name:path}", name="static", sync_to_thread=False)
        def static(request: Request, name: FromPath[str]) -> Response[bytes]:
            return self.answer(request, str(name).lstrip("/"))

        @get("/sw.js", name="worker-script", sync_to_thread=False)
        def worker(request: Request) -> Response[bytes]:
            return self.answer(request, "sw.js")

        @get("/favicon.ico", name="icon", sync_to_thread=False)
        def icon(request: Request) -> Response[bytes]:
            return self.answer(request, "icon.svg")

        opt = {"public": True, "skip_session": True, "packed": True, "often": True}
        return Router("/", route_handlers=[static, worker, icon], opt=opt)
