"""The server's own endpoints under /_cogsim: messages, time, trail, decisions, world, reset, and what is modelled.

They read the cloud by jobs of the engine, as every call does, and change it by two: time passes through the cloud, so
that it stands in the journal, and a reset begins the run anew. No page of another origin may ask (`guard`), and no
header lets one read the answers.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from traceback import print_exc
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from cogsim.aws.coverage import coverage
from cogsim.aws.mailbox import Message, messages
from cogsim.clock import duration, instant, iso
from cogsim.errors import CogsimError, InputError
from cogsim.serve.http.lookup import decision_of, decision_page, messages_page
from cogsim.serve.live import Busy, RecorderFailed
from cogsim.serve.newest_log import NewestLog

if TYPE_CHECKING:
    from cogsim.aws.cloud import Cloud
    from cogsim.serve.http.app import Refusals
    from cogsim.serve.http.guard import Guard
    from cogsim.serve.live import Live

Endpoint = Callable[[Request], Awaitable[Response]]
_MOST_BODY = 4096
#: Nothing here is for another site, for a frame or for a cache; pages run no scripts.
_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}


def own_application(live: Live, guard: Guard, refusals: Refusals, body_seconds: float = 30.0) -> Starlette:
    """The endpoints over `live`; `refusals` are the requests that never reached the door. A request's body may take
    `body_seconds`."""
    own = _Own(live, refusals, body_seconds)
    ways: list[tuple[str, Endpoint, str]] = [
        ("health", own.health, "GET"),
        ("messages", own.messages, "GET"),
        ("clock", own.clock, "GET"),
        ("clock", own.move_clock, "POST"),
        ("trail", own.trail, "GET"),
        ("decisions/{request_id}", own.decision, "GET"),
        ("world", own.world, "GET"),
        ("reset", own.reset, "POST"),
        ("operations", own.operations, "GET"),
    ]
    return Starlette(
        routes=[Route(f"/_cogsim/{path}", _guarded(guard, way), methods=[verb]) for path, way, verb in ways]
    )


def _guarded(guard: Guard, endpoint: Endpoint) -> Endpoint:
    async def answer(request: Request) -> Response:
        objection = guard.objection(request.headers, request.query_params.get("token"))
        if objection is not None:
            return _json({"error": objection}, 403)
        try:
            response = await endpoint(request)
        except CogsimError as error:
            return _json({"error": str(error)}, 400)
        except Busy:
            return _json({"error": "the server is busy or about to stop"}, 503)
        except RecorderFailed:
            return _json({"error": "the journal cannot be written"}, 500)
        except Exception:
            print_exc(file=sys.stderr)
            return _json({"error": "cogsim has a bug; its log says more"}, 500)
        response.headers.update(_HEADERS)
        return response

    return answer


class _Own:
    def __init__(self, live: Live, refusals: Refusals, body_seconds: float) -> None:
        self._live = live
        self._body_seconds = body_seconds
        self._refusals = refusals

    async def health(self, _: Request) -> Response:
        """Whether the engine answers, and what the recorder noticed."""
        now, calls = await self._live.ask(lambda cloud: (cloud.clock.now, len(cloud.log)))
        return _json({"status": "ok", "now": iso(now), "calls": calls, "notices": self._live.notices})

    async def messages(self, request: Request) -> Response:
        """What was sent to people, oldest first; `user` is a username or an address, `pool` a pool's id."""
        found = await self._live.ask(lambda cloud: messages(cloud.state, request.query_params.get("pool")))
        user = request.query_params.get("user")
        chosen = [each for each in found if user in (None, each.username, each.to)]
        if _wants_html(request):
            return HTMLResponse(messages_page(chosen))
        return _json({"messages": [_told(each) for each in chosen]})

    async def clock(self, _: Request) -> Response:
        """The virtual instant."""
        return _json(self._time(await self._live.ask(lambda cloud: cloud.clock.now)))

    async def move_clock(self, request: Request) -> Response:
        """Let time pass: {"advance": "61m"} or {"to": instant}. It passes as the machine's next second begins, since
        signatures bear whole seconds: whether one was made before or after is then never in doubt."""
        given = await _body(request, self._body_seconds)
        if set(given) not in ({"advance"}, {"to"}):
            raise InputError('send {"advance": "61m"} or {"to": "2026-01-01T00:00:00Z"}')
        live = self._live
        if "advance" in given:
            told = given["advance"]
            span = duration(told if isinstance(told, int | float) else str(told))
            await asyncio.sleep(live.until_next_second())
            return _json(self._time(await live.ask(lambda cloud: live.advance(cloud, span))))
        goal = instant(str(given["to"]))
        await asyncio.sleep(live.until_next_second())
        return _json(self._time(await live.ask(lambda cloud: live.advance(cloud, goal - cloud.clock.now))))

    async def trail(self, request: Request) -> Response:
        """The CloudTrail records; `last` gives the newest so many. `forgotten`, where it stands, counts the calls
        before them that the log no longer has."""
        from cogsim.aws.trail import records

        twin = await self._live.ask(_fork)
        log, gone = twin.log, {}
        if isinstance(log, NewestLog) and log.forgotten:
            twin.initial, gone = log.before or twin.initial, {"forgotten": log.forgotten}
        made = await run_in_threadpool(records, twin)
        last = request.query_params.get("last")
        if last is not None:
            if not (last.isascii() and last.isdigit()):
                raise InputError(f"last is a number, not {last!r}")
            made = made[len(made) - min(int(last), len(made)) :]
        return _json({"Records": made, **gone})

    async def decision(self, request: Request) -> Response:
        """Why a call came out as it did, by the id of its request."""
        wanted = request.path_params["request_id"]
        twin = await self._live.ask(_fork)
        found = await run_in_threadpool(decision_of, twin, wanted, self._refusals)
        if found is None:
            return _json({"error": f"no request has the id {wanted!r}"}, 404)
        return HTMLResponse(decision_page(found)) if _wants_html(request) else _json(found.told())

    async def world(self, _: Request) -> Response:
        """The world as it is now, as CloudFormation templates by file name."""
        from cogsim.world.template import templates

        world = await self._live.ask(lambda cloud: cloud.world)
        return _json({"templates": await run_in_threadpool(templates, world)})

    async def reset(self, _: Request) -> Response:
        """Back to the world and the time that the run began with."""
        fresh = await self._live.ask(self._live.begin_anew)
        self._refusals.clear()
        return _json(self._time(fresh.clock.now))

    async def operations(self, request: Request) -> Response:
        """What is modelled of each service; `service` names one."""
        chosen = request.query_params.get("service")
        found = await run_in_threadpool(coverage, chosen)
        return _json({"operations": [each.told() for each in found]})

    def _time(self, now: float) -> dict[str, Any]:
        return {"now": iso(now), "seconds": now, "scale": self._live.scale}


def _fork(cloud: Cloud) -> Cloud:
    return cloud.fork()


def _wants_html(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _told(message: Message) -> Mapping[str, Any]:
    return {**asdict(message), "at": iso(message.at)}


async def _body(request: Request, seconds: float) -> dict[str, Any]:
    raw = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                raw += piece
                if len(raw) > _MOST_BODY:
                    raise InputError("the body is too long")
    except TimeoutError:
        raise InputError("the body came too slowly") from None
    except ClientDisconnect:
        raise InputError("the client went away") from None
    try:
        given = json.loads(bytes(raw) or b"{}")
    except (ValueError, RecursionError):
        raise InputError("the body is no JSON") from None
    if not isinstance(given, dict):
        raise InputError("the body is no JSON object")
    return given


def _json(value: Any, status: int = 200) -> Response:
    return JSONResponse(value, status, headers=_HEADERS)
