"""What every answer of the page has in common: JSON, "it is being made, ask again", and what goes wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from trustsim.errors import ScenarioError, TrustsimError
from trustsim.web.page_state import problem_json
from trustsim.web.refused import FULL, Refused, tells_of_full_disk

_SECONDS_TO_WAIT = 0.1  # for what is being made; a comparison comes with the events else, other things are asked again


class Answer(JSONResponse):
    """Plain data as JSON, text as it is."""

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


async def made(request: Request, begin: Callable[[], Future[Any]]) -> Response:
    """Answer with what *begin* makes if that is there soon; else with 202 and where to ask again."""
    task = asyncio.wrap_future(await to_thread.run_sync(begin))
    if await is_made(task):
        return Answer(task.result())
    again = request.url.include_query_params(again=1)
    return Answer({"is_being_made": True}, 202, headers={"Location": f"{again.path}?{again.query}"})


async def is_made(task: asyncio.Future[Any]) -> bool:
    """Wait a little; whether it is done. What becomes of it later is heeded by whoever asks again."""
    task.add_done_callback(lambda task: task.cancelled() or task.exception())
    done, _ = await asyncio.wait([task], timeout=_SECONDS_TO_WAIT)
    return bool(done)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    problems = [problem_json(problem) for problem in error.problems]
    return Answer({**error.to_json(), **({"problems": problems} if problems else {})}, error.status)


async def _wrong(request: Request, error: Exception) -> Response:
    assert isinstance(error, ScenarioError)
    return Answer({"problems": [problem_json(problem) for problem in error.problems]}, 422)


async def _unable(request: Request, error: Exception) -> Response:
    """Say what trustsim could not do: a name that is unknown, a folder that is full."""
    if tells_of_full_disk(str(error)):
        return Answer({"error": {"text": f"{FULL}."}}, 507)
    return Answer({"error": {"text": str(error)}}, 422)


async def _absent(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return Answer({"error": {"text": str(error.detail)}}, error.status_code)


async def _full(request: Request, error: Exception) -> Response:
    assert isinstance(error, OSError)
    reason = error.strerror or "unknown"
    text = FULL if tells_of_full_disk(reason) else f"cannot be read or written: {reason}"
    return Answer({"error": {"text": text}}, 507)


async def _defect(request: Request, error: Exception) -> Response:
    return Answer({"error": {"text": f"a defect of trustsim ({type(error).__name__}); the terminal shows it"}}, 500)


HANDLERS: dict[Any, Callable[[Request, Exception], Any]] = {
    Refused: _refused,
    ScenarioError: _wrong,
    TrustsimError: _unable,
    HTTPException: _absent,
    OSError: _full,
    Exception: _defect,
}
