"""Policy documents: what is refused, with which text, and where; and what is kept."""

from __future__ import annotations

import contextlib
import json
import pickle
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.errors import Location
from cogsim.policy.document import Operator, PolicyKind, Qualifier
from cogsim.policy.parse import MalformedPolicy, _parsed_before, parse, unparse
from cogsim.policy.reference.match import _fields_before, fields
from cogsim.policy.request import Context, _one

IAM = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
BUCKET = IAM | {"Principal": "*"}
TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


def doc(*statements: Any, **top: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements), **top}


def without(statement: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in statement.items() if key not in names}


def condition(block: Any) -> dict[str, Any]:
    return doc(IAM | {"Condition": block})


K = PolicyKind
SYNTAX = "Syntax errors in policy."
REFUSED = [
    ("an unknown element of the document", K.IDENTITY, doc(IAM, Versions="x"), ("Versions",), SYNTAX),
    ("an element in another case", K.IDENTITY, doc(IAM | {"action": "x"}), ("Statement", 0, "action"), SYNTAX),
    ("an unknown version", K.IDENTITY, doc(IAM, Version="2012-10-18"), ("Version",), SYNTAX),
    ("a version that is a number", K.IDENTITY, doc(IAM, Version=2012), ("Version",), SYNTAX),
    ("no statement", K.IDENTITY, {"Version": "2012-10-17"}, (), SYNTAX),
    ("an empty list of statements", K.IDENTITY, doc(), ("Statement",), SYNTAX),
    ("no effect", K.IDENTITY, doc(without(IAM, "Effect")), ("Statement", 0), SYNTAX),
    ("an effect in lower case", K.IDENTITY, doc(IAM | {"Effect": "allow"}), ("Statement", 0, "Effect"), SYNTAX),
    ("no action", K.IDENTITY, doc(without(IAM, "Action")), ("Statement", 0), "Policy statement must contain actions."),
    ("an empty list of actions", K.IDENTITY, doc(IAM | {"Action": []}), ("Statement", 0, "Action"),
     "Policy statement must contain actions."),
    ("both Action and NotAction", K.IDENTITY, doc(IAM | {"NotAction": "x:y"}), ("Statement", 0), SYNTAX),
    ("an action without service", K.IDENTITY, doc(IAM | {"Action": "GetObject"}), ("Statement", 0, "Action"),
     "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."),
    ("a wildcard in the service", K.IDENTITY, doc(IAM | {"Action": "s*:Get"}), ("Statement", 0, "Action"),
     "Vendor s* is not valid"),
    ("an action that is a number", K.IDENTITY, doc(IAM | {"Action": ["s3:x", 1]}), ("Statement", 0, "Action", 1),
     SYNTAX),
    ("no resource", K.IDENTITY, doc(without(IAM, "Resource")), ("Statement", 0),
     "Policy statement must contain resources."),
    ("a resource that is no ARN", K.IDENTITY, doc(IAM | {"Resource": "bucket"}), ("Statement", 0, "Resource"),
     'Resource bucket must be in ARN format or "*".'),
    ("a principal in an identity policy", K.IDENTITY, doc(BUCKET), ("Statement", 0, "Principal"),
     "Policy document should not specify a principal. Has prohibited field Principal"),
    ("a principal in an SCP", K.SCP, doc(BUCKET), ("Statement", 0, "Principal"),
     "Policy document should not specify a principal. Has prohibited field Principal"),
    ("a resource in a trust policy", K.TRUST, doc(TRUST | {"Resource": "*"}), ("Statement", 0, "Resource"),
     "Has prohibited field Resource"),
    ("NotPrincipal in a trust policy", K.TRUST, doc(without(TRUST, "Principal") | {"NotPrincipal": {"AWS": "*"}}),
     ("Statement", 0, "NotPrincipal"), "Has prohibited field NotPrincipal"),
    ("no principal in a bucket policy", K.RESOURCE, doc(IAM), ("Statement", 0), "Missing required field Principal"),
    ("Allow with NotPrincipal", K.RESOURCE, doc(IAM | {"NotPrincipal": {"AWS": "111122223333"}}),
     ("Statement", 0, "NotPrincipal"), SYNTAX),
    ("a wildcard within a principal", K.RESOURCE, doc(IAM | {"Principal": {"AWS": "arn:aws:iam::111122223333:role/*"}}),
     ("Statement", 0, "Principal", "AWS"), 'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:role/*"'),
    ("a group as principal", K.RESOURCE, doc(IAM | {"Principal": {"AWS": "arn:aws:iam::111122223333:group/g"}}),
     ("Statement", 0, "Principal", "AWS"), 'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:group/g"'),
    ("an unknown kind of principal", K.RESOURCE, doc(IAM | {"Principal": {"Aws": "*"}}),
     ("Statement", 0, "Principal", "Aws"), SYNTAX),
    ("a bare principal", K.RESOURCE, doc(IAM | {"Principal": "111122223333"}), ("Statement", 0, "Principal"),
     "Invalid principal in policy"),
    ("an RCP that allows something", K.RCP, doc(BUCKET), ("Statement", 0, "Effect"), SYNTAX),
    ("an RCP against one account", K.RCP, doc(BUCKET | {"Effect": "Deny", "Principal": {"AWS": "111122223333"}}),
     ("Statement", 0, "Principal"), SYNTAX),
    ("an RCP against every action", K.RCP, doc(BUCKET | {"Effect": "Deny", "Action": "*"}),
     ("Statement", 0, "Action"), SYNTAX),
    ("the same Sid twice", K.IDENTITY, doc(IAM | {"Sid": "A"}, IAM | {"Sid": "A"}), ("Statement", 1, "Sid"),
     "Statement IDs (SID) in a single policy must be unique."),
    ("a Sid with a space", K.IDENTITY, doc(IAM | {"Sid": "a b"}), ("Statement", 0, "Sid"), SYNTAX),
    ("an unknown operator", K.IDENTITY, condition({"StringEqual": {"a:b": "c"}}),
     ("Statement", 0, "Condition", "StringEqual"), SYNTAX),
    ("NullIfExists", K.IDENTITY, condition({"NullIfExists": {"a:b": "true"}}),
     ("Statement", 0, "Condition", "NullIfExists"), SYNTAX),
    ("an operator twice, in another case", K.IDENTITY, condition({"Bool": {"a:b": "c"}, "bool": {"a:c": "c"}}),
     ("Statement", 0, "Condition", "bool"), SYNTAX),
    ("a key twice, in another case", K.IDENTITY, condition({"Bool": {"a:b": "c", "A:B": "c"}}),
     ("Statement", 0, "Condition", "Bool", "A:B"), SYNTAX),
    ("a condition value that is an object", K.IDENTITY, condition({"Bool": {"a:b": {}}}),
     ("Statement", 0, "Condition", "Bool", "a:b"), SYNTAX),
    ("a control character in a string", K.IDENTITY, doc(IAM | {"Resource": "arn:aws:s3:::\0"}),
     ("Statement", 0, "Resource"), SYNTAX),
    ("half a surrogate pair", K.IDENTITY, condition({"StringEquals": {"a:b": "\ud800"}}),
     ("Statement", 0, "Condition", "StringEquals", "a:b"), SYNTAX),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "document", "path", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_fault_is_refused_at_its_place(kind: PolicyKind, document: Any, path: tuple[Any, ...], message: str) -> None:
    with pytest.raises(MalformedPolicy) as caught:
        parse(document, kind, lambda path: Location("policy.yaml", len(path) + 1))
    assert (caught.value.code, caught.value.message) == ("MalformedPolicyDocument", message)
    assert caught.value.path == path
    assert caught.value.location == Location("policy.yaml", len(path) + 1)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["", "x", "[]", "null", "3", '"' * 99, '{"Statement":' * 5000, "[" * 100_000, '{"Version":NaN}', "\ufeff{}", "{}\0",
     '{"Statement": {"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}}',
     " " * 2_000_000, '"\\' * 300_000,
     '{"Statement": {"Effect": "Allow", "Action": 1' + "0" * 10_000 + "}}"],
    ids=range(15),
)  # fmt: skip
def test_text_that_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(MalformedPolicy):
        parse(text, PolicyKind.IDENTITY)


def test_a_bare_value_and_a_list_of_one_are_the_same_policy() -> None:
    listed = doc(
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"], "Condition": {"Bool": {"a:b": ["true"]}}}
    )
    bare = {"Version": "2012-10-17", "Statement": IAM | {"Condition": {"Bool": {"a:b": True}}}}
    assert parse(listed, PolicyKind.IDENTITY) == parse(json.dumps(bare), PolicyKind.IDENTITY)


def test_numbers_and_booleans_become_text_as_written() -> None:
    block = '{"NumericLessThan": {"a:b": [1.50, 10, true]}}'
    text = '{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": ' + block + "}}"
    assert parse(text, PolicyKind.IDENTITY).statements[0].conditions[0].values == ("1.50", "10", "true")


def test_operators_are_taken_apart_and_take_their_canonical_name() -> None:
    policy = parse(condition({"foranyvalue:stringlikeifexists": {"a:b": []}}), PolicyKind.IDENTITY)
    assert policy.statements[0].conditions[0].operator == Operator("StringLike", Qualifier.FOR_ANY, if_exists=True)
    with assuming({"policy.operatorCase": "sensitive"}), pytest.raises(MalformedPolicy):
        parse(condition({"stringlike": {"a:b": "c"}}), PolicyKind.IDENTITY)


def test_unresolved_references_satisfy_every_form() -> None:
    statement = {
        "Sid": "«A b»",
        "Effect": "Allow",
        "Action": "«A»",
        "Resource": "«B.Arn»/*",
        "Principal": {"AWS": "«R.Arn»"},
    }
    policy = parse(doc(statement | {"Principal": "«P»"}, statement), PolicyKind.RESOURCE)
    assert policy.statements[1].principals is not None
    assert policy.statements[1].principals.entries == (("AWS", "«R.Arn»"),)
    assert parse(unparse(policy), PolicyKind.RESOURCE) == policy
    parse(doc(without(statement, "Principal")), PolicyKind.IDENTITY)


def test_places_are_kept_without_counting_in_equality() -> None:
    def place(path: tuple[str | int, ...]) -> Location:
        return Location("/".join(map(str, path)))

    policy = parse(condition({"Bool": {"a:b": "true"}}), PolicyKind.IDENTITY, place)
    assert policy.statements[0].location == Location("Statement/0")
    assert policy.statements[0].conditions[0].location == Location("Statement/0/Condition/Bool/a:b")
    assert policy == parse(condition({"Bool": {"a:b": "true"}}), PolicyKind.IDENTITY)


def test_a_saved_document_is_held_to_the_language_only() -> None:
    document = doc(IAM | {"Sid": "a b", "Action": "s*:Get", "Resource": "bucket"})
    with pytest.raises(MalformedPolicy):
        parse(document, PolicyKind.IDENTITY)
    assert parse(document, PolicyKind.IDENTITY, saved=True)
    with pytest.raises(MalformedPolicy):
        parse(doc(IAM | {"Resorce": "*"}), PolicyKind.IDENTITY, saved=True)


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "arn:aws:iam::111122223333:user/*"},
        {"AWS": "arn:aws:sts::111122223333:assumed-role/r/*"},
        {"AWS": "arn:aws:iam::111122223333:group/g"},
        {"Service": "*.amazonaws.com"},
    ],
)
def test_a_principal_that_no_service_saves_is_refused_unless_it_is_in_force_already(principal: dict[str, str]) -> None:
    document = doc(IAM | {"Principal": principal})
    with pytest.raises(MalformedPolicy, match="Invalid principal in policy"):
        parse(document, PolicyKind.RESOURCE)
    assert parse(document, PolicyKind.RESOURCE, saved=True)
    with pytest.raises(MalformedPolicy, match="Invalid principal in policy"):
        parse(doc(IAM | {"Principal": {"AWS": ""}}), PolicyKind.RESOURCE, saved=True)


def test_a_document_without_version_stays_without_one() -> None:
    policy = parse({"Id": "x", "Statement": IAM}, PolicyKind.IDENTITY)
    assert (policy.version, policy.has_variables) == ("2008-10-17", False)
    assert unparse(policy) == {"Id": "x", "Statement": [IAM]}


def test_a_document_that_came_before_is_read_under_the_assumptions_in_force_now() -> None:
    text = json.dumps(
        {
            "Statement": {
                "Effect": "Allow",
                "Action": "*",
                "Resource": "*",
                "Condition": {"stringequals": {"aws:x": "y"}},
            }
        }
    )
    for _ in range(2):
        assert parse(text, PolicyKind.IDENTITY) == parse(text, PolicyKind.IDENTITY)
        with assuming({"policy.operatorCase": "sensitive"}), pytest.raises(MalformedPolicy):
            parse(text, PolicyKind.IDENTITY)


def test_a_document_that_came_before_is_of_the_kind_that_it_is_now() -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}})
    assert parse(text, PolicyKind.IDENTITY).kind is PolicyKind.IDENTITY
    with pytest.raises(MalformedPolicy):
        parse(text, PolicyKind.RESOURCE)
    assert parse(text, PolicyKind.SESSION).kind is PolicyKind.SESSION


def test_a_document_that_came_before_says_its_own_places() -> None:
    text = json.dumps({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})

    def locate(path: object) -> Location:
        return Location("file.yaml", 7)

    bare, placed = parse(text, PolicyKind.IDENTITY), parse(text, PolicyKind.IDENTITY, locate)
    again = parse(text, PolicyKind.IDENTITY)
    assert [each.statements[0].location for each in (bare, placed, again)] == [None, Location("file.yaml", 7), None]


def test_no_long_text_of_a_request_stays_in_memory() -> None:
    held = [each.cache_info().currsize for each in (_parsed_before, _one, _fields_before)]
    long = "x" * 20_000
    text = json.dumps({"Statement": {"Sid": long, "Effect": "Allow", "Action": "*", "Resource": "*"}})
    with contextlib.suppress(MalformedPolicy):
        parse(text, PolicyKind.IDENTITY)
    assert Context({"aws:UserAgent": long}).singles == {"aws:useragent": long}
    assert fields(f"arn:aws:s3:::{long}")[-1] == long
    assert [each.cache_info().currsize for each in (_parsed_before, _one, _fields_before)] == held
