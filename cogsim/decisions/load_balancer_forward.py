"""What a request looks like when it leaves a load balancer for its target. # elb:rule-transforms, elb:x-forwarded

1. The rule was chosen by the request as it came: what a transform writes anew changes no decision that was made.
2. Where the client's address stands is the load balancer's to say: the last entry of X-Forwarded-For is its own, all
   before it the client may have written; `preserve` leaves the client's word alone.
3. Header names of other characters than letters, digits and hyphens go on unless the load balancer drops them: a target
   may read `x_amzn_oidc_identity` as the load balancer's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from cogsim import patterns
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.load_balancer_rules import HttpRequest
from cogsim.world.load_balancer import LoadBalancer
from cogsim.world.load_balancer_transforms import Transform

if TYPE_CHECKING:
    from regex import Match

DROPS_INVALID = "routing.http.drop_invalid_header_fields.enabled"
XFF_MODE = "routing.http.xff_header_processing.mode"
_VALID_NAME = re.compile(r"[A-Za-z0-9-]+", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(?::\d{1,5})?", re.ASCII)
_TARGET = re.compile(r"/[!-~]*", re.ASCII)
_FAILED = Refusal("500", "the transform failed")


def rewritten(transforms: tuple[Transform, ...], request: HttpRequest) -> Decision[HttpRequest | Refusal]:
    """The request as the rule's transforms leave it; 500 where what they make is none. # elb:rule-transforms"""
    if not transforms:
        return decided(request, Step("is the request written anew?", "no", "", "elb:rule-transforms"))
    steps: list[Step] = []
    for each in transforms:
        question = f"is the {'host' if each.type == 'host-header-rewrite' else 'address'} written anew?"
        before = request.host if each.type == "host-header-rewrite" else _address(request)
        found = patterns.search(each.regex, before)
        if found is None:
            steps.append(Step(question, "no", f"{each.regex} does not fit", "elb:rule-transforms"))
            continue
        after = before[: found.start()] + _filled(each.replace, found) + before[found.end() :]
        changed = _changed(each, request, after)
        if changed is None:
            step = Step(question, "no", f"{after[:80]!r} is none", "elb:rule-transforms", decides=True)
            return decided(_FAILED, step, after=steps)
        request = changed
        steps.append(Step(question, "yes", after, "elb:rule-transforms"))
    return Decision(request, tuple(steps))


def _address(request: HttpRequest) -> str:
    return request.path + (f"?{request.query}" if request.query else "")


def _filled(template: str, found: Match[str]) -> str:
    groups = (found[0], *found.groups(""))
    return re.sub(r"\$(\d)", lambda ref: groups[int(ref[1])] if int(ref[1]) < len(groups) else "", template)


def _changed(transform: Transform, request: HttpRequest, after: str) -> HttpRequest | None:
    if transform.type == "host-header-rewrite":
        return replace(request, host=after.lower()) if _HOST.fullmatch(after) else None
    if not _TARGET.fullmatch(after):
        return None
    path, _, query = after.partition("?")
    return replace(request, path=path, query=query)


def forwarded(balancer: LoadBalancer, request: HttpRequest, headers: Mapping[str, str]) -> Decision[dict[str, str]]:
    """The headers that a target gets of `headers`, which the client sent, with the load balancer's own."""
    drops = balancer.attributes.get(DROPS_INVALID) == "true"
    odd = sorted(name for name in headers if not _VALID_NAME.fullmatch(name))
    kept = {name: headers[name] for name in sorted(headers) if not (drops and name in odd)}
    mode = balancer.attributes.get(XFF_MODE) or "append"
    kept = {**kept, **_client(request, kept, mode)}
    if mode == "remove":
        kept.pop("x-forwarded-for", None)
    steps = (
        Step(
            "what becomes of header names with other characters?",
            ("they are dropped" if drops else "they go on") if odd else "there are none",
            ", ".join(odd)[:80],
            "elb:x-forwarded",
        ),
        Step("who says where the client is?", mode, kept.get("x-forwarded-for", ""), "elb:x-forwarded"),
    )
    own = {"x-forwarded-proto": request.scheme, "x-forwarded-port": str(request.port)}
    return Decision({**kept, **own}, steps)


def _client(request: HttpRequest, headers: Mapping[str, str], mode: str) -> dict[str, str]:
    """X-Forwarded-For where the load balancer writes it; the client's port is not known here, so it is not shown."""
    if mode != "append":
        return {}
    before = headers.get("x-forwarded-for")
    return {"x-forwarded-for": f"{before}, {request.source_ip}" if before else request.source_ip}
