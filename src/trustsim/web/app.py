"""The application answers at the addresses of the page; what is behind them is in :mod:`trustsim.web.site`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from trustsim.web.events import events, soon
from trustsim.web.files import LARGEST_UPLOAD
from trustsim.web.incoming import document_of, is_again, quick, shared_of, site_of
from trustsim.web.page import index, static
from trustsim.web.refused import Refused
from trustsim.web.replies import HANDLERS, answer, made
from trustsim.web.results import chart, leave, leave_state, outcomes, play, play_state, report, resolved, result, runs
from trustsim.web.security import Gate, Keys
from trustsim.web.shared import Shared
from trustsim.web.site import Site

_SECONDS_SHARED = 0.05  # what was read serves all who ask for it meanwhile, and so long after
_SECONDS_TO_SWEEP = 1.0


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
    reported: set[type[Exception]] = set()
    while True:
        await asyncio.sleep(_SECONDS_TO_SWEEP)
        try:
            await shared.get("sweep", site.sweep)
        except Exception as error:
            if type(error) not in reported:
                reported.add(type(error))
                sys.stderr.write(f"trustsim serve: {type(error).__name__}: {error}; the page goes on\n")


def _routes() -> list[Route]:
    job = "/api/jobs/{id:str}"
    return [
        Route("/", index),
        Route("/static/{name:path}", static),
        Route("/api/scenarios", _scenarios),
        Route("/api/scenario", _scenario, methods=["POST"]),
        Route("/api/upload", _upload, methods=["POST"]),
        Route("/api/play", play_state, methods=["POST"]),
        Route("/api/play", leave_state, methods=["DELETE"]),
        Route("/api/jobs", _jobs, methods=["GET"]),
        Route("/api/jobs", _start, methods=["POST"]),
        Route(job, _job, methods=["GET"]),
        Route(job, _delete, methods=["DELETE"]),
        Route(f"{job}/stop", _stop, methods=["POST"]),
        Route(f"{job}/resume", _resume, methods=["POST"]),
        Route(f"{job}/events", events),
        Route(f"{job}/chart", chart),
        Route(f"{job}/play", play, methods=["GET"]),
        Route(f"{job}/play", leave, methods=["DELETE"]),
        Route(f"{job}/runs", runs),
        Route(f"{job}/result.json", result),
        Route(f"{job}/report.html", report),
        Route(f"{job}/outcomes.csv", outcomes),
        Route(f"{job}/scenario.yaml", resolved),
    ]


# -- scenarios --------------------------------------------------------------------------------------------------------


async def _scenarios(request: Request) -> Response:
    site = site_of(request)
    task, before = await quick(request, lambda: site.scenarios(again=is_again(request)))
    return await made(request, task, before, is_awaited=True, is_warm=before is not None)


async def _scenario(request: Request) -> Response:
    site, document = site_of(request), await document_of(request)
    task = await quick(request, lambda: site.form(document, again=is_again(request)))
    return await made(request, task, is_awaited=True, is_warm=site.lanes.forms.is_warm)


async def _upload(request: Request) -> Response:
    site, body, name = site_of(request), await request.body(), request.query_params.get("name", "")
    site.check_writes("a file to keep")
    if len(body) > LARGEST_UPLOAD:
        raise Refused(413, f"a file of {len(body)} bytes", f"at most {LARGEST_UPLOAD} bytes")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise Refused(422, "a file that is no text", "a text file in UTF-8") from e
    id = await asyncio.wrap_future(await quick(request, lambda: site.add(name, text)))
    return answer(request, {"id": id}, 201)


# -- jobs -------------------------------------------------------------------------------------------------------------


async def _jobs(request: Request) -> Response:
    jobs = await shared_of(request).get("jobs", site_of(request).listed)
    return answer(request, {"jobs": jobs})


async def _start(request: Request) -> Response:
    site, document = site_of(request), await document_of(request)
    card = await asyncio.wrap_future(await quick(request, lambda: site.begin(document)))
    await _renewed(request, card["id"])
    by = document.get("ranked_by")
    return answer(request, await shared_of(request).do(lambda: site.start(card, by)), 201)


async def _renewed(request: Request, id: str) -> None:
    site = site_of(request)
    renewing = await quick(request, lambda: site.renew(id))
    if renewing is not None:
        await asyncio.wrap_future(renewing)


async def _job(request: Request) -> Response:
    site, id, by = site_of(request), request.path_params["id"], request.query_params.get("ranked_by")
    return answer(request, await soon(shared_of(request), site, id, by))


async def _delete(request: Request) -> Response:
    site, id = site_of(request), request.path_params["id"]
    await shared_of(request).do(lambda: site.delete(id))
    return Response(status_code=204)


async def _stop(request: Request) -> Response:
    site, id = site_of(request), request.path_params["id"]
    return answer(request, await shared_of(request).do(lambda: site.stop(id)))


async def _resume(request: Request) -> Response:
    site, id = site_of(request), request.path_params["id"]
    await _renewed(request, id)
    return answer(request, await shared_of(request).do(lambda: site.resume(id)))
