"""A job shows its pictures, worlds to watch, its numbers and the files of its folder."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from trustsim.experiment.request import REPORT, RESOLVED
from trustsim.web.cards import OUTCOMES
from trustsim.web.incoming import document_of, is_again, names_in, number_in, quick, site_of
from trustsim.web.refused import Refused
from trustsim.web.replies import made, whole

_OF_A_REPORT = {  # whatever is written in it: it shows, lets its pictures be taken, and does nothing
    "Content-Security-Policy": (
        "sandbox allow-downloads; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "unsafe-none",  # the HTML standard shows none that has another, and a sandbox
}


async def chart(request: Request) -> Response:
    site, id, query = site_of(request), request.path_params["id"], request.query_params
    kind, name = query.get("kind", ""), query.get("name", "")
    task = await quick(request, lambda: site.picture(id, kind, name, again=is_again(request)))
    return await made(request, task)


async def play(request: Request) -> Response:
    site, names = site_of(request), names_in(request.query_params.get("variants"))
    id, replication = request.path_params["id"], number_in(request, "replication")
    task = await quick(request, lambda: site.world(id, replication, names, again=is_again(request)))
    return await made(request, task)


async def leave(request: Request) -> Response:
    """Note that a reader waits no longer for a world."""
    site, names = site_of(request), names_in(request.query_params.get("variants"))
    id, replication = request.path_params["id"], number_in(request, "replication")
    await quick(request, lambda: site.leave(id, replication, names or site.jobs.card(id).variants))
    return Response(status_code=204)


async def play_state(request: Request) -> Response:
    site, document, replication = site_of(request), await document_of(request), number_in(request, "replication")
    task = await quick(request, lambda: site.world_of(document, replication, again=is_again(request)))
    return await made(request, task)


async def leave_state(request: Request) -> Response:
    site, document, replication = site_of(request), await document_of(request), number_in(request, "replication")
    site.leave_state(document, replication)
    return Response(status_code=204)


async def runs(request: Request) -> Response:
    site, id = site_of(request), request.path_params["id"]
    task = await quick(request, lambda: site.worth_watching(id, again=is_again(request)))
    return await made(request, task)


async def result(request: Request) -> Response:
    """Answer when it is there: a file that is fetched is not asked for again."""
    site, id = site_of(request), request.path_params["id"]
    body = await whole(request, lambda: quick(request, lambda: site.document(id)))
    return Response(body, media_type="application/json")


async def report(request: Request) -> Response:
    return FileResponse(await _file(request, REPORT), media_type="text/html", headers=_OF_A_REPORT)


async def outcomes(request: Request) -> Response:
    return FileResponse(await _file(request, OUTCOMES), media_type="text/csv", filename=OUTCOMES)


async def resolved(request: Request) -> Response:
    return FileResponse(await _file(request, RESOLVED), media_type="text/yaml", filename="scenario.yaml")


async def _file(request: Request, name: str) -> Path:
    site, id = site_of(request), request.path_params["id"]
    place = await quick(request, lambda: site.jobs.place(id))
    if not (place / name).is_file():
        raise Refused(404, f"{name}, which is not written yet", "a run that is done")
    return place / name
