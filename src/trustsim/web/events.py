"""Events tell a page how a job stands, with the comparison of what is finished, until the job is final."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from trustsim.web.incoming import shared_of, site_of
from trustsim.web.jobs import FINAL
from trustsim.web.outgoing import encoded
from trustsim.web.refused import Refused
from trustsim.web.replies import is_made
from trustsim.web.shared import Shared
from trustsim.web.site import Site

_SECONDS_BETWEEN, _SECONDS_TO_BEAT = 0.9, 15.0  # of events; of comments that keep the line open
_MOST_STREAMS = 300


async def soon(shared: Shared, site: Site, id: str, by: str | None) -> dict[str, Any]:
    """Return a job with its comparison if that is there soon; the events bring it else."""
    job, task = await shared.get(("compared", id, by), lambda: site.compared(id, by))
    waiting = asyncio.wrap_future(task)
    if await is_made(waiting):
        return _with(job, waiting.result())
    return await shared.get(("job", id, by), lambda: site.job(id, by))


def _with(job: dict[str, Any], comparison: dict[str, Any] | None) -> dict[str, Any]:
    """Return a job with the comparison of what is finished now."""
    n_worlds = comparison["n"] if comparison else job["n_worlds"]
    return {**job, "n_worlds": n_worlds, "comparison": comparison, "is_current": True}


async def events(request: Request) -> Response:
    site, id, by = site_of(request), request.path_params["id"], request.query_params.get("ranked_by")
    await shared_of(request).get(("job", id, by), lambda: site.job(id, by))  # refused before anything is sent
    if request.app.state.n_streams >= _MOST_STREAMS:
        raise Refused(503, f"one stream of events more than the {_MOST_STREAMS} that are open", "closing a tab")
    return StreamingResponse(_counted(request, _news(shared_of(request), site, id, by)), media_type="text/event-stream")


async def _counted(request: Request, events: AsyncIterator[str]) -> AsyncIterator[str]:
    request.app.state.n_streams += 1
    try:
        async for each in events:
            yield each
    finally:
        request.app.state.n_streams -= 1


async def _news(shared: Shared, site: Site, id: str, by: str | None) -> AsyncIterator[str]:
    """Yield a job whenever it changed, at most about once a second, until it is final or the server ends."""
    before, quiet = "", 0.0
    while not site.is_ending:
        try:
            job = await _now(shared, site, id, by)
        except (Refused, OSError):  # deleted
            return
        changing = json.dumps([job["status"], job["done"], job["failed"], job["comparison"] is None])
        if changing != before:
            before, quiet = changing, 0.0
            yield f"event: job\ndata: {encoded(job).decode()}\n\n"
        if job["status"] in FINAL:
            return
        for _ in range(3):
            await asyncio.sleep(0.0 if site.is_ending else _SECONDS_BETWEEN / 3)
        quiet += _SECONDS_BETWEEN
        if quiet >= _SECONDS_TO_BEAT:
            quiet = 0.0
            yield ": still here\n\n"


async def _now(shared: Shared, site: Site, id: str, by: str | None) -> dict[str, Any]:
    """Return a job with the comparison of what is finished; without one where that cannot be made."""
    job, task = await shared.get(("compared", id, by), lambda: site.compared(id, by))
    waiting = asyncio.wrap_future(task)
    while not site.is_ending and not await is_made(waiting, _SECONDS_BETWEEN):
        pass
    return _with(job, waiting.result() if waiting.done() and waiting.exception() is None else None)
