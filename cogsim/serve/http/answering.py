"""One request answered on the engine's thread: a page of the world, or a call of an AWS API; a bug of ours is a 500.

What fails here was not answered by the door, which has left world and state as they were. The traceback goes to
standard error with the request's id; the client learns the id only.
"""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from cogsim.decisions.call_origin import CallOrigin
from cogsim.entropy import named
from cogsim.errors import AwsError
from cogsim.serve.address import ServedAt
from cogsim.serve.web.apis import answer_api, arrival_at
from cogsim.serve.web.cors import readable_anywhere
from cogsim.serve.wire.answers import refusal
from cogsim.serve.wire.destination import seeming_protocol
from cogsim.serve.wire.exchange import Answered, Reception, exchange
from cogsim.serve.wire.message import WireRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cogsim.aws.cloud import Cloud
    from cogsim.serve.live import Live


@dataclass(slots=True)
class Answering:
    """Answers requests over one live cloud; `elsewhere` as in `Reception`, `wall` the machine's time."""

    live: Live
    address: ServedAt
    wall: Callable[[], float]
    elsewhere: Mapping[tuple[str, str], str] = field(default_factory=dict)
    attempts: int = 0

    def answer(self, cloud: Cloud, request: WireRequest, source_ip: str, tls: bool) -> Answered:
        """The answer to one request; a job of the engine."""
        self.attempts += 1
        home = cloud.world.home
        origin = CallOrigin(home.region, home.partition, source_ip, request.headers.get("user-agent", ""), None, tls)
        reception = Reception(self.live.virtual, self.elsewhere, self.attempts)
        try:
            arrival = arrival_at(cloud.world, request, self.address)
            if arrival is not None:
                return answer_api(cloud, request, origin, arrival, self.wall(), reception)
            if not is_call(request):
                page = self._page(cloud, request, origin)
                if page is not None:
                    return page
            answered = exchange(cloud, request, origin, self.wall(), reception)
            of_script = "origin" in request.headers and seeming_protocol(request) != "rest-xml"
            return replace(answered, response=readable_anywhere(answered.response)) if of_script else answered
        except Exception:
            return self._failed(cloud, request)

    def _page(self, cloud: Cloud, request: WireRequest, origin: CallOrigin) -> Answered | None:
        answer_page = _pages()
        if answer_page is None:
            return None
        response = answer_page(cloud, request, origin, self.address)
        return None if response is None else Answered(response)

    def _failed(self, cloud: Cloud, request: WireRequest) -> Answered:
        made = named("serve/failed", cloud.seed, str(cloud.next_number), str(self.attempts)).uuid()
        print(f"cogsim: a bug of ours, request {made}:", file=sys.stderr)
        traceback.print_exc(file=sys.stderr)
        return refused(request, AwsError("InternalFailure", "cogsim has a bug; its log says more"), made)


@cache
def _pages() -> Any:
    try:
        from cogsim.serve.web.routes import answer_page
    except ModuleNotFoundError:
        return None
    return answer_page


def refused(request: WireRequest, error: AwsError, request_id: str) -> Answered:
    """`error` in the words of the protocol that the request seems to speak."""
    response = refusal(None, seeming_protocol(request), error, request_id)
    return Answered(response, None, None, request_id, "", error)


def is_call(request: WireRequest) -> bool:
    """Whether it is a call of an AWS API at first sight: no page is asked for in these ways."""
    headers = request.headers
    return "x-amz-target" in headers or headers.get("authorization", "").startswith("AWS4-")


def without_body(answered: Answered) -> Answered:
    """The answer to a HEAD request: the same head and nothing behind it."""
    return replace(answered, response=replace(answered.response, body=b""))
