"""A request brings a document, a number, names; they are read here, with what stands behind the application."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from starlette.requests import Request

from trustsim.web.document import read_document
from trustsim.web.refused import Refused
from trustsim.web.shared import Shared
from trustsim.web.site import Site

T = TypeVar("T")
_LITTLE = 16 * 1024  # bytes of JSON that are read before anybody waits for it


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def shared_of(request: Request) -> Shared:
    shared: Shared = request.app.state.shared
    return shared


async def quick(request: Request, act: Callable[[], T]) -> T:
    """Do what is quick in a thread."""
    return await asyncio.shield(asyncio.wrap_future(shared_of(request).submit(act)))


async def document_of(request: Request) -> Any:
    """Return the JSON that a request brings. Raises Refused (400) where it brings none."""
    body = await request.body()
    return read_document(body) if len(body) <= _LITTLE else await quick(request, lambda: read_document(body))


def number_in(request: Request, name: str) -> int:
    text = request.query_params.get(name, "0")
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Refused(400, f"{name}={text[:40]!r}", "a whole number")
    return int(text)


def is_again(request: Request) -> bool:
    return "again" in request.query_params


def names_in(text: str | None) -> tuple[str, ...] | None:
    """Return the names in a JSON list. Raises Refused (400) where it is none."""
    if not text:
        return None
    try:
        names = json.loads(text)
    except (ValueError, RecursionError):
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Refused(400, f"variants={text[:80]!r}", "a JSON list of names")
    return tuple(names)
