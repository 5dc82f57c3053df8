"""Who signed a request to an API, and in which words it is refused where nobody did."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.api_signature import signed_by
from cogsim.decisions.caller import Anonymous, IamUser
from cogsim.decisions.gateway_refusals import GatewayRefusal
from cogsim.errors import AwsError

USER = IamUser("arn:aws:iam::111122223333:user/u", "AIDAUUUUUUUUUUUUUUUUU")


@pytest.mark.parametrize(
    ("found", "headers", "code"),
    [
        (Anonymous(), {}, "MissingAuthenticationTokenException"),
        (Anonymous(), {"authorization": " "}, "MissingAuthenticationTokenException"),
        (Anonymous(), {"Authorization": "Bearer x"}, "IncompleteSignatureException"),
        (AwsError("ExpiredTokenException", "x"), {}, "ExpiredTokenException"),
        (AwsError("UnrecognizedClientException", "x"), {}, "UnrecognizedClientException"),
    ],
)
def test_a_rest_api_says_what_is_wrong_and_an_http_api_does_not(found: Any, headers: dict[str, str], code: str) -> None:
    request = ApiRequest("GET", "/a", headers)
    told, silent = (signed_by(found, request, rest=rest).value for rest in (True, False))
    assert isinstance(told, GatewayRefusal)
    assert isinstance(silent, GatewayRefusal)
    assert (told.status, told.code) == (403, code)
    assert (silent.status, silent.body) == (403, '{"message":"Forbidden"}')


def test_a_known_caller_is_the_signer() -> None:
    assert signed_by(USER, ApiRequest("GET", "/a"), rest=False).value is USER
