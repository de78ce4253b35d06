"""What every answer of the page has in common: JSON, "it is being made, ask again", and what goes wrong."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from trustsim.errors import ScenarioError, TrustsimError
from trustsim.web.outgoing import encoded, without_paths
from trustsim.web.page_state import problem_json
from trustsim.web.refused import FULL, Refused, tells_of_full_disk

T = TypeVar("T")
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.EISDIR)

_SECONDS_TO_WAIT = 0.1  # for what is being made; a comparison comes with the events else, other things are asked again
_SECONDS_TO_READ, _SECONDS_TO_START = 1.4, 30.0  # for what a page opens with; the second where a process starts for it
_SECONDS_TO_LOOK = 2.0


def answer(request: Request, content: Any, status: int = 200) -> Response:
    """Return plain data as JSON."""
    return _json(encoded(content), status)


def _json(body: bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")


def _folder(request: Request) -> Path | None:
    site = getattr(request.app.state, "site", None)
    return site.files.folder if site is not None else None


async def made(
    request: Request,
    begun: Future[bytes],
    before: bytes | None = None,
    *,
    is_awaited: bool = False,
    is_warm: bool = True,
) -> Response:
    """Answer with what is made if that is there soon; else with what was there before, or with 202 and where to ask.

    ``is_awaited``: a page opens with it, so that it is waited for a little longer.
    """
    task = asyncio.wrap_future(begun)
    seconds = _SECONDS_TO_WAIT if not is_awaited else _SECONDS_TO_READ if is_warm else _SECONDS_TO_START
    if await is_made(task, seconds):
        return _json(task.result())
    if before is not None:
        return _json(before)
    again = request.url.include_query_params(again=1)
    location = {"Location": f"{again.path}?{again.query}"}
    return Response(b'{"is_being_made":true}', 202, headers=location, media_type="application/json")


async def is_made(task: asyncio.Future[Any], seconds: float = _SECONDS_TO_WAIT) -> bool:
    """Wait a little; whether it is done. What becomes of it later is heeded by whoever asks again."""
    task.add_done_callback(lambda task: task.cancelled() or task.exception())
    done, _ = await asyncio.wait([task], timeout=seconds)
    return bool(done)


async def whole(request: Request, begin: Callable[[], Awaitable[Future[T]]]) -> T:
    """Return what is made, however long it takes, as long as whoever asked is there. Raises Refused (408) else."""
    while True:
        task = asyncio.wrap_future(await begin())
        if await is_made(task, _SECONDS_TO_LOOK):
            return task.result()
        if await request.is_disconnected():
            raise gone()


def gone() -> Refused:
    """Return what is said to nobody: whoever asked has left."""
    return Refused(408, "a request that was left", "one that waits for its answer")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    folder = _folder(request)
    texts = {key: without_paths(text, folder) for key, text in error.to_json()["error"].items()}
    problems = [problem_json(problem, folder) for problem in error.problems]
    return answer(request, {"error": texts, **({"problems": problems} if problems else {})}, error.status)


async def _wrong(request: Request, error: Exception) -> Response:
    assert isinstance(error, ScenarioError)
    folder = _folder(request)
    return answer(request, {"problems": [problem_json(problem, folder) for problem in error.problems]}, 422)


async def _unable(request: Request, error: Exception) -> Response:
    """Say what trustsim could not do: a name that is unknown, a folder that is full."""
    if tells_of_full_disk(str(error)):
        return answer(request, {"error": {"text": f"{FULL}."}}, 507)
    return answer(request, {"error": {"text": without_paths(str(error), _folder(request))}}, 422)


async def _absent(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return answer(request, {"error": {"text": str(error.detail)}}, error.status_code)


async def _full(request: Request, error: Exception) -> Response:
    assert isinstance(error, OSError)
    if error.errno in _ABSENT:
        return answer(request, {"error": {"text": "what is asked for is not there"}}, 404)
    reason = error.strerror or "unknown"
    text = FULL if tells_of_full_disk(reason) else f"cannot be read or written: {reason}"
    return answer(request, {"error": {"text": text}}, 507)


async def _left(request: Request, error: Exception) -> Response:
    return answer(request, gone().to_json(), 408)


async def _defect(request: Request, error: Exception) -> Response:
    return answer(
        request, {"error": {"text": f"a defect of trustsim ({type(error).__name__}); the terminal shows it"}}, 500
    )


HANDLERS: dict[Any, Callable[[Request, Exception], Any]] = {
    Refused: _refused,
    ScenarioError: _wrong,
    TrustsimError: _unable,
    HTTPException: _absent,
    OSError: _full,
    ClientDisconnect: _left,
    Exception: _defect,
}
