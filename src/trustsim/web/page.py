"""The page's own files are read once, and sent with a tag that changes with them."""

from __future__ import annotations

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

STATIC = Path(__file__).parent / "static"


@cache
def _files() -> dict[str, tuple[bytes, str, str]]:
    """Return the page's own files, read once: content, type, and a tag that changes with it."""
    files = {}
    for path in STATIC.iterdir():
        content = path.read_bytes()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        kind = "text/javascript" if path.suffix == ".js" else kind
        files[path.name] = (content, kind, f'"{hashlib.sha256(content).hexdigest()[:16]}"')
    return files


async def index(request: Request) -> Response:
    return _own(request, "index.html")


async def static(request: Request) -> Response:
    return _own(request, request.path_params["name"])


def _own(request: Request, name: str) -> Response:
    if name not in _files():
        raise HTTPException(404)
    content, kind, tag = _files()[name]
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(content, media_type=kind, headers={"ETag": tag})
