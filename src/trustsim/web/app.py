"""The addresses of the page and what each answers; what is behind them is in :mod:`trustsim.web.site`."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from anyio import to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from trustsim.experiment.request import REPORT, RESOLVED
from trustsim.web.files import LARGEST_UPLOAD
from trustsim.web.jobs import FINAL
from trustsim.web.refused import Refused
from trustsim.web.replies import HANDLERS, Answer, is_made, made
from trustsim.web.security import Gate
from trustsim.web.site import Site

STATIC = Path(__file__).parent / "static"
OUTCOMES = "outcomes.csv"
_SECONDS_BETWEEN, _SECONDS_TO_BEAT = 0.9, 15.0  # of events; of comments that keep the line open
_META = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)"')


def app_of(site: Site, *, hosts: Iterable[str] = (), token: str | None = None) -> Starlette:
    """Return the application for one folder; ``hosts`` and ``token`` as in :class:`trustsim.web.security.Gate`."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        warming = asyncio.create_task(to_thread.run_sync(site.warm))
        yield
        await asyncio.gather(warming, return_exceptions=True)
        await to_thread.run_sync(site.close)

    app = Starlette(
        routes=_routes(),
        lifespan=lifespan,
        middleware=[Middleware(Gate, hosts=tuple(hosts), token=token)],
        exception_handlers=HANDLERS,
    )
    app.state.site = site
    return app


def _routes() -> list[Route | Mount]:
    job = "/api/jobs/{id:str}"
    return [
        Route("/", _index),
        Mount("/static", StaticFiles(directory=STATIC)),
        Route("/api/scenarios", _scenarios),
        Route("/api/scenario", _scenario, methods=["POST"]),
        Route("/api/upload", _upload, methods=["POST"]),
        Route("/api/play", _play_state, methods=["POST"]),
        Route("/api/jobs", _jobs, methods=["GET"]),
        Route("/api/jobs", _start, methods=["POST"]),
        Route(job, _job, methods=["GET"]),
        Route(job, _delete, methods=["DELETE"]),
        Route(f"{job}/stop", _stop, methods=["POST"]),
        Route(f"{job}/resume", _resume, methods=["POST"]),
        Route(f"{job}/events", _events),
        Route(f"{job}/chart", _chart),
        Route(f"{job}/play", _play),
        Route(f"{job}/runs", _runs),
        Route(f"{job}/result.json", _result),
        Route(f"{job}/report.html", _report),
        Route(f"{job}/outcomes.csv", _outcomes),
        Route(f"{job}/scenario.yaml", _resolved),
    ]


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


async def _document(request: Request) -> Any:
    """Return the JSON that a request brings. Raises Refused (400) where it brings none."""
    try:
        return json.loads(await request.body())
    except (ValueError, RecursionError) as e:
        raise Refused(400, "a body that is no JSON", "one JSON document") from e


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "0")
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Refused(400, f"{name}={text[:40]!r}", "a whole number")
    return int(text)


# -- scenarios --------------------------------------------------------------------------------------------------------


async def _index(request: Request) -> Response:
    return FileResponse(STATIC / "index.html")


async def _scenarios(request: Request) -> Response:
    site = _site(request)
    found = await to_thread.run_sync(site.files.listed)
    return Answer({"folder": site.files.folder.name, "scenarios": found})


async def _scenario(request: Request) -> Response:
    return Answer(await to_thread.run_sync(_site(request).form, await _document(request)))


async def _upload(request: Request) -> Response:
    body = await request.body()
    if len(body) > LARGEST_UPLOAD:
        raise Refused(413, f"a file of {len(body)} bytes", f"at most {LARGEST_UPLOAD} bytes")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise Refused(422, "a file that is no text", "a text file in UTF-8") from e
    files = _site(request).files
    file = await to_thread.run_sync(files.add, request.query_params.get("name", ""), text)
    return Answer({"id": file.id}, 201)


# -- jobs -------------------------------------------------------------------------------------------------------------


async def _jobs(request: Request) -> Response:
    return Answer({"jobs": await to_thread.run_sync(_site(request).listed)})


async def _start(request: Request) -> Response:
    return Answer(await to_thread.run_sync(_site(request).start, await _document(request)), 201)


async def _job(request: Request) -> Response:
    return Answer(await _soon(_site(request), request.path_params["id"], request.query_params.get("ranked_by")))


async def _soon(site: Site, id: str, by: str | None) -> dict[str, Any]:
    """Return a job with its comparison if that is there soon; the events bring it else."""
    whole = asyncio.ensure_future(to_thread.run_sync(lambda: site.job(id, by, waits=True)))
    if await is_made(whole):
        return whole.result()
    return await to_thread.run_sync(site.job, id, by)


async def _delete(request: Request) -> Response:
    await to_thread.run_sync(_site(request).delete, request.path_params["id"])
    return Response(status_code=204)


async def _stop(request: Request) -> Response:
    site, id = _site(request), request.path_params["id"]
    await to_thread.run_sync(site.jobs.stop, id)
    return Answer(await to_thread.run_sync(site.job, id))


async def _resume(request: Request) -> Response:
    site, id = _site(request), request.path_params["id"]
    await to_thread.run_sync(site.jobs.resume, id)
    return Answer(await to_thread.run_sync(site.job, id))


async def _events(request: Request) -> Response:
    site, id, by = _site(request), request.path_params["id"], request.query_params.get("ranked_by")
    await to_thread.run_sync(site.job, id, by)  # refused before anything is sent
    return StreamingResponse(_told(site, id, by), media_type="text/event-stream")


async def _told(site: Site, id: str, by: str | None) -> AsyncIterator[str]:
    """Yield a job whenever it changed, at most about once a second, until it is final."""
    before, quiet = "", 0.0
    while True:
        try:
            job = await to_thread.run_sync(lambda: site.job(id, by, waits=True))
        except Refused:  # deleted
            return
        text = json.dumps(job, ensure_ascii=False, allow_nan=False)
        changing = json.dumps([job["status"], job["done"], job["failed"], job["comparison"] is None])
        if changing != before:
            before, quiet = changing, 0.0
            yield f"event: job\ndata: {text}\n\n"
        if job["status"] in FINAL:
            return
        await asyncio.sleep(_SECONDS_BETWEEN)
        quiet += _SECONDS_BETWEEN
        if quiet >= _SECONDS_TO_BEAT:
            quiet = 0.0
            yield ": still here\n\n"


# -- what a job shows -------------------------------------------------------------------------------------------------


def _is_again(request: Request) -> bool:
    return "again" in request.query_params


async def _chart(request: Request) -> Response:
    site, id, asked = _site(request), request.path_params["id"], request.query_params
    kind, name = asked.get("kind", ""), asked.get("name", "")
    return await made(request, lambda: site.picture(id, kind, name, again=_is_again(request)))


async def _play(request: Request) -> Response:
    site, names = _site(request), _names(request.query_params.get("variants"))
    id, replication = request.path_params["id"], _number(request, "replication")
    return await made(request, lambda: site.world(id, replication, names, again=_is_again(request)))


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
    return await made(request, lambda: site.world_of(document, replication, again=_is_again(request)))


async def _runs(request: Request) -> Response:
    site, id = _site(request), request.path_params["id"]
    return await made(request, lambda: site.worth_watching(id, again=_is_again(request)))


async def _result(request: Request) -> Response:
    """Answer when it is there: a file that is fetched is not asked for again."""
    site, id = _site(request), request.path_params["id"]
    making = await to_thread.run_sync(lambda: site.document(id))
    return Answer(await asyncio.wrap_future(making))


async def _report(request: Request) -> Response:
    """Answer with the report; its policy is the one that it carries itself."""
    path = await _file(request, REPORT)
    text = await to_thread.run_sync(lambda: path.read_text(encoding="utf-8"))
    found = _META.search(text[:20_000])
    policy = found[1] if found else "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    headers = {"Content-Security-Policy": f"{policy}; frame-ancestors 'none'"}
    return Response(text, media_type="text/html", headers=headers)


async def _outcomes(request: Request) -> Response:
    return FileResponse(await _file(request, OUTCOMES), media_type="text/csv", filename=OUTCOMES)


async def _resolved(request: Request) -> Response:
    return FileResponse(await _file(request, RESOLVED), media_type="text/yaml", filename="scenario.yaml")


async def _file(request: Request, name: str) -> Path:
    place = await to_thread.run_sync(_site(request).jobs.place, request.path_params["id"])
    if not (place / name).is_file():
        raise Refused(404, f"{name}, which is not written yet", "a run that is done")
    return place / name
