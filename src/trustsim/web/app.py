"""The addresses of the page and what each answers; what is behind them is in :mod:`trustsim.web.site`."""

from __future__ import annotations

import asyncio
import hashlib
import json
import mimetypes
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from trustsim.experiment.request import REPORT, RESOLVED
from trustsim.web.document import read_document
from trustsim.web.files import LARGEST_UPLOAD
from trustsim.web.jobs import FINAL, OUTCOMES
from trustsim.web.refused import Refused
from trustsim.web.replies import HANDLERS, answer, is_made, made, whole
from trustsim.web.security import Gate, Keys
from trustsim.web.shared import Shared
from trustsim.web.site import Site
from trustsim.web.told import encoded

T = TypeVar("T")

STATIC = Path(__file__).parent / "static"
_SECONDS_BETWEEN, _SECONDS_TO_BEAT = 0.9, 15.0  # of events; of comments that keep the line open
_SECONDS_SHARED = 0.05  # what was read serves all who ask for it meanwhile, and so long after
_SECONDS_TO_SWEEP = 1.0
_MOST_STREAMS = 300
_LITTLE = 16 * 1024  # bytes of JSON that are read before anybody waits for it
_OF_A_REPORT = {  # whatever is written in it: it shows, lets its pictures be taken, and does nothing
    "Content-Security-Policy": (
        "sandbox allow-downloads; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "unsafe-none",  # the HTML standard shows none that has another, and a sandbox
}


def app_of(site: Site, *, hosts: Iterable[str] = (), token: str | None = None, keys: Keys | None = None) -> Starlette:
    """Return the application for one folder; ``hosts`` and ``keys`` as in :class:`trustsim.web.security.Gate`.

    ``token``: keys of this one token.
    """
    keys = Keys(token, ticket=None) if token is not None else keys

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await app.state.shared.do(site.warm)
        sweeping = asyncio.create_task(_sweep(site, app.state.shared))
        yield
        sweeping.cancel()
        app.state.shared.close()
        await asyncio.to_thread(site.close)

    app = Starlette(
        routes=_routes(),
        lifespan=lifespan,
        middleware=[Middleware(Gate, hosts=tuple(hosts), keys=keys)],
        exception_handlers=HANDLERS,
    )
    app.state.site, app.state.shared, app.state.n_streams = site, Shared(_SECONDS_SHARED), 0
    return app


async def _sweep(site: Site, shared: Shared) -> None:
    """Sweep every second; what goes wrong (a folder that cannot be read now, say) is said once and tried again."""
    told: set[type[Exception]] = set()
    while True:
        await asyncio.sleep(_SECONDS_TO_SWEEP)
        try:
            await shared.get("sweep", site.sweep)
        except Exception as error:
            if type(error) not in told:
                told.add(type(error))
                sys.stderr.write(f"trustsim serve: {type(error).__name__}: {error}; the page goes on\n")


def _routes() -> list[Route]:
    job = "/api/jobs/{id:str}"
    return [
        Route("/", _index),
        Route("/static/{name:path}", _static),
        Route("/api/scenarios", _scenarios),
        Route("/api/scenario", _scenario, methods=["POST"]),
        Route("/api/upload", _upload, methods=["POST"]),
        Route("/api/play", _play_state, methods=["POST"]),
        Route("/api/play", _leave_state, methods=["DELETE"]),
        Route("/api/jobs", _jobs, methods=["GET"]),
        Route("/api/jobs", _start, methods=["POST"]),
        Route(job, _job, methods=["GET"]),
        Route(job, _delete, methods=["DELETE"]),
        Route(f"{job}/stop", _stop, methods=["POST"]),
        Route(f"{job}/resume", _resume, methods=["POST"]),
        Route(f"{job}/events", _events),
        Route(f"{job}/chart", _chart),
        Route(f"{job}/play", _play, methods=["GET"]),
        Route(f"{job}/play", _leave, methods=["DELETE"]),
        Route(f"{job}/runs", _runs),
        Route(f"{job}/result.json", _result),
        Route(f"{job}/report.html", _report),
        Route(f"{job}/outcomes.csv", _outcomes),
        Route(f"{job}/scenario.yaml", _resolved),
    ]


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def _shared(request: Request) -> Shared:
    shared: Shared = request.app.state.shared
    return shared


async def _quick(request: Request, act: Callable[[], T]) -> T:
    """Do what is quick in a thread."""
    return await asyncio.shield(asyncio.wrap_future(_shared(request).submit(act)))


async def _document(request: Request) -> Any:
    """Return the JSON that a request brings. Raises Refused (400) where it brings none."""
    body = await request.body()
    return read_document(body) if len(body) <= _LITTLE else await _quick(request, lambda: read_document(body))


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "0")
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Refused(400, f"{name}={text[:40]!r}", "a whole number")
    return int(text)


# -- scenarios --------------------------------------------------------------------------------------------------------


@cache
def _files() -> dict[str, tuple[bytes, str, str]]:
    """Return the page's own files, read once: content, type, and a tag that changes with it."""
    found = {}
    for path in STATIC.iterdir():
        content = path.read_bytes()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        kind = "text/javascript" if path.suffix == ".js" else kind
        found[path.name] = (content, kind, f'"{hashlib.sha256(content).hexdigest()[:16]}"')
    return found


async def _index(request: Request) -> Response:
    return _own(request, "index.html")


async def _static(request: Request) -> Response:
    return _own(request, request.path_params["name"])


def _own(request: Request, name: str) -> Response:
    if name not in _files():
        raise HTTPException(404)
    content, kind, tag = _files()[name]
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(content, media_type=kind, headers={"ETag": tag})


async def _scenarios(request: Request) -> Response:
    site = _site(request)
    task, before = await _quick(request, lambda: site.scenarios(again=_is_again(request)))
    return await made(request, task, before, is_awaited=True, is_warm=before is not None)


async def _scenario(request: Request) -> Response:
    site, document = _site(request), await _document(request)
    task = await _quick(request, lambda: site.form(document, again=_is_again(request)))
    return await made(request, task, is_awaited=True, is_warm=site.lanes.forms.is_warm)


async def _upload(request: Request) -> Response:
    site, body, name = _site(request), await request.body(), request.query_params.get("name", "")
    site.check_writes("a file to keep")
    if len(body) > LARGEST_UPLOAD:
        raise Refused(413, f"a file of {len(body)} bytes", f"at most {LARGEST_UPLOAD} bytes")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise Refused(422, "a file that is no text", "a text file in UTF-8") from e
    id = await asyncio.wrap_future(await _quick(request, lambda: site.add(name, text)))
    return answer(request, {"id": id}, 201)


# -- jobs -------------------------------------------------------------------------------------------------------------


async def _jobs(request: Request) -> Response:
    jobs = await _shared(request).get("jobs", _site(request).listed)
    return answer(request, {"jobs": jobs})


async def _start(request: Request) -> Response:
    site, document = _site(request), await _document(request)
    card = await asyncio.wrap_future(await _quick(request, lambda: site.begin(document)))
    await _renewed(request, card["id"])
    by = document.get("ranked_by")
    return answer(request, await _shared(request).do(lambda: site.start(card, by)), 201)


async def _renewed(request: Request, id: str) -> None:
    site = _site(request)
    renewing = await _quick(request, lambda: site.renew(id))
    if renewing is not None:
        await asyncio.wrap_future(renewing)


async def _job(request: Request) -> Response:
    site, id, by = _site(request), request.path_params["id"], request.query_params.get("ranked_by")
    return answer(request, await _soon(_shared(request), site, id, by))


async def _soon(shared: Shared, site: Site, id: str, by: str | None) -> dict[str, Any]:
    """Return a job with its comparison if that is there soon; the events bring it else."""
    job, task = await shared.get(("compared", id, by), lambda: site.compared(id, by))
    waiting = asyncio.wrap_future(task)
    if await is_made(waiting):
        return _with(job, waiting.result())
    return await shared.get(("job", id, by), lambda: site.job(id, by))


def _with(job: dict[str, Any], told: dict[str, Any] | None) -> dict[str, Any]:
    """Return a job with the comparison of what is finished now."""
    n_worlds = told["n"] if told else job["n_worlds"]
    return {**job, "n_worlds": n_worlds, "comparison": told, "is_current": True}


async def _delete(request: Request) -> Response:
    site, id = _site(request), request.path_params["id"]
    await _shared(request).do(lambda: site.delete(id))
    return Response(status_code=204)


async def _stop(request: Request) -> Response:
    site, id = _site(request), request.path_params["id"]
    return answer(request, await _shared(request).do(lambda: site.stop(id)))


async def _resume(request: Request) -> Response:
    site, id = _site(request), request.path_params["id"]
    await _renewed(request, id)
    return answer(request, await _shared(request).do(lambda: site.resume(id)))


async def _events(request: Request) -> Response:
    site, id, by = _site(request), request.path_params["id"], request.query_params.get("ranked_by")
    await _shared(request).get(("job", id, by), lambda: site.job(id, by))  # refused before anything is sent
    if request.app.state.n_streams >= _MOST_STREAMS:
        raise Refused(503, f"one stream of events more than the {_MOST_STREAMS} that are open", "closing a tab")
    return StreamingResponse(_counted(request, _told(_shared(request), site, id, by)), media_type="text/event-stream")


async def _counted(request: Request, events: AsyncIterator[str]) -> AsyncIterator[str]:
    request.app.state.n_streams += 1
    try:
        async for each in events:
            yield each
    finally:
        request.app.state.n_streams -= 1


async def _told(shared: Shared, site: Site, id: str, by: str | None) -> AsyncIterator[str]:
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


# -- what a job shows -------------------------------------------------------------------------------------------------


def _is_again(request: Request) -> bool:
    return "again" in request.query_params


async def _chart(request: Request) -> Response:
    site, id, asked = _site(request), request.path_params["id"], request.query_params
    kind, name = asked.get("kind", ""), asked.get("name", "")
    task = await _quick(request, lambda: site.picture(id, kind, name, again=_is_again(request)))
    return await made(request, task)


async def _play(request: Request) -> Response:
    site, names = _site(request), _names(request.query_params.get("variants"))
    id, replication = request.path_params["id"], _number(request, "replication")
    task = await _quick(request, lambda: site.world(id, replication, names, again=_is_again(request)))
    return await made(request, task)


async def _leave(request: Request) -> Response:
    """Note that a reader waits no longer for a world."""
    site, names = _site(request), _names(request.query_params.get("variants"))
    id, replication = request.path_params["id"], _number(request, "replication")
    await _quick(request, lambda: site.leave(id, replication, names or site.jobs.card(id).variants))
    return Response(status_code=204)


def _names(text: str | None) -> tuple[str, ...] | None:
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


async def _play_state(request: Request) -> Response:
    site, document, replication = _site(request), await _document(request), _number(request, "replication")
    task = await _quick(request, lambda: site.world_of(document, replication, again=_is_again(request)))
    return await made(request, task)


async def _leave_state(request: Request) -> Response:
    site, document, replication = _site(request), await _document(request), _number(request, "replication")
    site.leave_state(document, replication)
    return Response(status_code=204)


async def _runs(request: Request) -> Response:
    site, id = _site(request), request.path_params["id"]
    task = await _quick(request, lambda: site.worth_watching(id, again=_is_again(request)))
    return await made(request, task)


async def _result(request: Request) -> Response:
    """Answer when it is there: a file that is fetched is not asked for again."""
    site, id = _site(request), request.path_params["id"]
    body = await whole(request, lambda: _quick(request, lambda: site.document(id)))
    return Response(body, media_type="application/json")


async def _report(request: Request) -> Response:
    return FileResponse(await _file(request, REPORT), media_type="text/html", headers=_OF_A_REPORT)


async def _outcomes(request: Request) -> Response:
    return FileResponse(await _file(request, OUTCOMES), media_type="text/csv", filename=OUTCOMES)


async def _resolved(request: Request) -> Response:
    return FileResponse(await _file(request, RESOLVED), media_type="text/yaml", filename="scenario.yaml")


async def _file(request: Request, name: str) -> Path:
    site, id = _site(request), request.path_params["id"]
    place = await _quick(request, lambda: site.jobs.place(id))
    if not (place / name).is_file():
        raise Refused(404, f"{name}, which is not written yet", "a run that is done")
    return place / name
