"""Signatures as botocore makes them, held against ours; and against two clocks, the machine's and the cloud's."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import botocore.auth
import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.serve.machine import wall_clock
from cogsim.serve.wire.message import WireRequest
from cogsim.serve.wire.signature import made_anew, read_signature
from tests.unit.serve.http.conftest import KEY, SECRET

TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=100, deadline=None)
@given(
    kind=st.sampled_from([SigV4Auth, S3SigV4Auth, SigV4QueryAuth, S3SigV4QueryAuth]),
    path=st.lists(TEXT, max_size=3),
    parameters=st.dictionaries(TEXT.filter(bool), TEXT, max_size=3),
    headers=st.dictionaries(st.sampled_from(["x-amz-meta-a", "content-type", "x-amz-acl"]), TEXT, max_size=2),
    body=st.binary(max_size=20),
    secret=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40),
)
def test_what_botocore_signs_we_make_anew(
    kind: Any, path: list[str], parameters: dict[str, str], headers: dict[str, str], body: bytes, secret: str
) -> None:
    target = "/" + "/".join(quote(part, safe="") for part in path)
    query = "&".join(f"{quote(key, safe='-_.~')}={quote(value, safe='-_.~')}" for key, value in parameters.items())
    url = f"http://127.0.0.1:4566{target}{'?' + query if query else ''}"
    sent = {name: value.encode("utf-8").decode("latin-1") for name, value in headers.items()}
    body = b"" if "Query" in kind.__name__ else body  # botocore takes a body for parameters there
    made = AWSRequest("POST", url, data=body, headers={"host": "127.0.0.1:4566", **sent})
    service = "s3" if kind in (S3SigV4Auth, S3SigV4QueryAuth) else "sts"
    kind(Credentials(KEY, secret), service, "eu-west-1").add_auth(made)
    request = WireRequest("POST", made.url, {name.lower(): value for name, value in made.headers.items()}, body)
    signed = read_signature(request)
    assert signed is not None
    assert made_anew(request, signed, secret) == signed.signature


class Later(datetime):
    """The clock of a client that is wrong by some seconds."""

    off = 0.0

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return datetime.fromtimestamp(wall_clock(), tz) + timedelta(seconds=cls.off)

    @classmethod
    def utcnow(cls) -> datetime:
        return cls.now(UTC).replace(tzinfo=None)


def wrong_by(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr(Later, "off", seconds)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda **_: Later.utcnow())


def refusal(call: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call()
    told = error.value.response["Error"]
    return told["Code"], told["Message"]


EXPIRED = r"Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)"
EARLY = r"Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 15 min\.\)"


@pytest.mark.parametrize(("off", "words"), [(-1000, EXPIRED), (1000, EARLY)])
def test_a_clock_that_is_wrong_by_more_than_a_quarter_of_an_hour_is_refused(
    served: Any, monkeypatch: pytest.MonkeyPatch, off: float, words: str
) -> None:
    wrong_by(monkeypatch, off)
    code, message = refusal(served.client("sts").get_caller_identity)
    assert code == "SignatureDoesNotMatch"
    assert re.fullmatch(words, message)
    code, message = refusal(lambda: served.client("cognito-idp").list_user_pools(MaxResults=1))
    assert code == "InvalidSignatureException"
    assert re.fullmatch(words, message)
    assert refusal(served.client("s3").list_buckets)[0] == "RequestTimeTooSkewed"


@pytest.mark.parametrize("off", [-800, 800])
def test_a_clock_that_is_nearly_right_will_do(served: Any, monkeypatch: pytest.MonkeyPatch, off: float) -> None:
    wrong_by(monkeypatch, off)
    assert served.client("sts").get_caller_identity()
    assert served.client("s3").list_buckets()["Buckets"] == []


def fetched(url: str | urllib.request.Request) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_a_presigned_address_is_over_when_the_clouds_time_says_so(served: Any) -> None:
    s3 = served.client("s3", config=Config(signature_version="s3v4"))
    s3.create_bucket(Bucket="papers")
    s3.put_object(Bucket="papers", Key="plan.txt", Body=b"plan")
    served.own("clock", {"advance": "100h"})
    url = s3.generate_presigned_url("get_object", {"Bucket": "papers", "Key": "plan.txt"}, ExpiresIn=3600)
    assert fetched(url) == (200, b"plan")
    served.own("clock", {"advance": "59m"})
    assert fetched(url) == (200, b"plan")
    served.own("clock", {"advance": "1m"})
    status, body = fetched(url)
    assert status == 403
    assert b"Request has expired" in body


@pytest.mark.parametrize(
    ("condition", "before", "after"),
    [
        ({"NumericGreaterThan": {"s3:signatureAge": "600000"}}, 200, 403),
        ({"StringEquals": {"s3:authType": "REST-QUERY-STRING"}}, 403, 403),
        ({"StringEquals": {"s3:authType": "REST-HEADER"}}, 200, 200),
    ],
)
def test_a_bucket_can_refuse_presigned_addresses_and_old_ones(
    served: Any, condition: dict[str, Any], before: int, after: int
) -> None:
    s3 = served.client("s3", config=Config(signature_version="s3v4"))
    s3.create_bucket(Bucket="papers")
    s3.put_object(Bucket="papers", Key="plan.txt", Body=b"plan")
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::papers/*"}
    policy = {"Version": "2012-10-17", "Statement": {**denied, "Condition": condition}}
    s3.put_bucket_policy(Bucket="papers", Policy=json.dumps(policy))
    url = s3.generate_presigned_url("get_object", {"Bucket": "papers", "Key": "plan.txt"}, ExpiresIn=3600)
    assert fetched(url)[0] == before
    served.own("clock", {"advance": "11m"})
    assert fetched(url)[0] == after


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("papers.localhost", "/a/plan.txt"),
        ("papers.s3.localhost", "/a/plan.txt"),
        ("papers.s3.us-east-1.amazonaws.com", "/a/plan.txt"),
        ("papers.s3.amazonaws.com", "/a/plan.txt"),
        ("dots.in.papers.s3.us-east-1.amazonaws.com", None),
        ("s3.us-east-1.amazonaws.com", "/papers/a/plan.txt"),
        ("s3.localhost", "/papers/a/plan.txt"),
        ("localhost", "/papers/a/plan.txt"),
    ],
)
def test_a_bucket_is_named_by_the_host_or_by_the_path(served: Any, host: str, path: str | None) -> None:
    s3 = served.client("s3")
    s3.create_bucket(Bucket="papers")
    s3.put_object(Bucket="papers", Key="a/plan.txt", Body=b"plan")
    url = f"http://{host}:{served.port}{path or '/a/plan.txt'}"
    made = AWSRequest("GET", url, headers={"host": f"{host}:{served.port}"})
    S3SigV4Auth(Credentials(KEY, SECRET), "s3", "us-east-1").add_auth(made)
    asked = urllib.request.Request(f"{served.base}{path or '/a/plan.txt'}", headers=dict(made.headers.items()))
    status, body = fetched(asked)
    assert (status, body) == (200, b"plan") if path else b"NoSuchBucket" in body


TARGET = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "AWSCognitoIdentityProviderService.ListUserPools",
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
WHO = b"Action=GetCallerIdentity&Version=2011-06-15"
HALF = "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/sts/aws4_request, Signature=00"


@pytest.mark.parametrize(
    ("body", "headers", "status", "code", "text"),
    [
        (b"{}", TARGET, 400, "MissingAuthenticationTokenException", "Missing Authentication Token"),
        (WHO, FORM, 403, "MissingAuthenticationToken", "Request is missing Authentication Token"),
        (b"{}", {**TARGET, "Authorization": HALF}, 400, "IncompleteSignatureException", "requires 'SignedHeaders'"),
        (WHO, {**FORM, "Authorization": HALF}, 400, "IncompleteSignature", "either a 'X-Amz-Date' or a 'Date' header."),
    ],
)
def test_what_a_signature_lacks_is_said_in_the_words_of_the_protocol(
    served: Any, body: bytes, headers: dict[str, str], status: int, code: str, text: str
) -> None:
    found, answer = fetched(urllib.request.Request(f"http://127.0.0.1:{served.port}/", body, headers))
    words = answer.decode()
    assert found == status
    assert (f'"{code}"' in words) if headers["Content-Type"] != FORM["Content-Type"] else (f"<Code>{code}<" in words)
    assert text in words
    assert "AKIA" not in words
