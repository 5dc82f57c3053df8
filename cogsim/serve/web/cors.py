"""Scripts of other sites: AWS answers them wherever an API or a token endpoint is meant for apps in browsers.

Pages are for people, and no script may read them; S3 and API Gateway have rules of their own.
"""

from __future__ import annotations

import re
from dataclasses import replace

from cogsim.serve.wire.message import WireRequest, WireResponse

_NAMES = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+(?: *, *[A-Za-z0-9!#$%&'*+.^_`|~-]+)*", re.ASCII)
_LONGEST = 1000
#: Seconds that Cognito lets browsers remember.
_REMEMBERED = "172800"
_EXPOSED = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"


def is_preflight(request: WireRequest) -> bool:
    """Whether a browser asks before it lets a script send."""
    return request.method == "OPTIONS" and "origin" in request.headers and _ASKED in request.headers


_ASKED = "access-control-request-method"


def preflight(request: WireRequest, methods: str) -> WireResponse:
    """Leave to send with `methods`, from anywhere, with the headers that are asked for."""
    wished = request.headers.get("access-control-request-headers", "").strip()
    granted = wished if len(wished) <= _LONGEST and _NAMES.fullmatch(wished) else ""
    headers = {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": methods,
        "access-control-max-age": _REMEMBERED,
        "access-control-expose-headers": _EXPOSED,
    }
    return WireResponse(200, {**headers, "access-control-allow-headers": granted} if granted else headers)


def readable_anywhere(response: WireResponse) -> WireResponse:
    """An API's answer, that scripts of every site may read, as the answers of Cognito's and STS's APIs are."""
    own = {"access-control-allow-origin": "*", "access-control-expose-headers": _EXPOSED}
    return replace(response, headers={**own, **response.headers})
