"""Texts that people write, read back: filters, links and files of users, whatever they hold."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cogsim.decision import Refusal
from cogsim.decisions.message_texts import Wording, compose, confirmation_link, read_link
from cogsim.decisions.password import keep
from cogsim.decisions.password_history import check_unused, remembered
from cogsim.decisions.user_filter import Filter, read_filter
from cogsim.decisions.user_import import MFA, NAME, ImportedRow, header, read_file, read_row
from cogsim.entropy import named
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import PasswordPolicy, UserPool

POOL = UserPool(
    "us-east-1_x",
    "arn:aws:cognito-idp:us-east-1:1:userpool/us-east-1_x",
    "x",
    auto_verified_attributes=("email",),
)
values = st.text(max_size=30)
names = st.text(st.characters(blacklist_categories=("Z", "C")), min_size=1, max_size=20)


@settings(max_examples=100)
@given(value=values.filter(lambda text: "\n" not in text), prefix=st.booleans())
def test_any_value_can_be_looked_for(value: str, prefix: bool) -> None:
    written = value.replace("\\", "\\\\").replace('"', '\\"')
    assert read_filter(f'name {"^=" if prefix else "="} "{written}"').value == Filter("name", value, prefix)


@settings(max_examples=100)
@given(text=values)
@example('email = "\\')
def test_any_text_is_a_filter_or_is_refused(text: str) -> None:
    found = read_filter(text).value
    assert found is None or isinstance(found, Filter | Refusal)
    assert (found is None) == (not text.strip())


@settings(max_examples=100)
@given(name=names, code=names)
def test_a_link_says_whom_it_confirms(name: str, code: str) -> None:
    link = confirmation_link("acme.auth.us-east-1.amazoncognito.com", "client+1", name, code)
    assert read_link(link) == ("acme.auth.us-east-1.amazoncognito.com", "client+1", name, code)


@settings(max_examples=100)
@given(text=values)
@example("https://[/confirmUser?client_id=a&user_name=b&confirmation_code=c")
@example("https://x/confirmUser?client_id=a&user_name=b")
@example("https://x/other?client_id=a&user_name=b&confirmation_code=c")
def test_any_other_text_is_no_link(text: str) -> None:
    assert read_link(text) is None


@settings(max_examples=100)
@given(body=values, name=names, code=names)
def test_a_message_is_delivered_exactly_where_it_has_a_place_for_the_code(body: str, name: str, code: str) -> None:
    assert (compose(Wording("", body), name, code).value is None) == ("{####}" not in body)
    text = compose(Wording("", body + "{####}"), name, code).value
    assert text is not None
    assert code in text.body
    assert compose(Wording("", body), name, "").value is not None


@settings(max_examples=60)
@given(
    columns=st.permutations(header(POOL)), address=st.text(st.characters(blacklist_categories=("Z", "C")), max_size=20)
)
def test_a_row_gives_what_it_says_in_any_order_of_columns(columns: list[str], address: str) -> None:
    given_values = {NAME: "ann", MFA: "FALSE", "email": "a@example.com", "email_verified": "TRUE", "address": address}
    cells = [given_values.get(name, "").replace("\\", "/").replace(",", "\\,") for name in columns]
    read = read_file(POOL, ",".join(columns) + "\n" + ",".join(cells))
    assert read is not None
    row = read_row(POOL, *read[:1], read[1][0], 2).value
    expected = {"email": "a@example.com", "email_verified": "true", "address": address.replace("\\", "/")}
    assert row == ImportedRow("ann", {key: value for key, value in expected.items() if value})


@settings(max_examples=100)
@given(csv=st.text(max_size=60), row=st.text(max_size=60))
def test_any_file_and_any_row_are_read_or_refused(csv: str, row: str) -> None:
    read_file(POOL, csv)
    assert isinstance(read_row(POOL, header(POOL), row, 2).value, Refusal | ImportedRow)


def test_a_history_holds_one_less_than_its_size_beside_the_present_password() -> None:
    def pool(size: int) -> Any:
        return UserPool(POOL.id, POOL.arn, "x", password_policy=PasswordPolicy(history_size=size))

    verifiers = [keep(POOL, "ann", f"Password-{number}", named("salt", str(number))) for number in range(5)]
    user = PoolUser(POOL.id, "ann", "s", password=verifiers[0], password_history=tuple(verifiers[1:]))
    for size in range(6):
        refused = [check_unused(pool(size), user, f"Password-{number}").value is not None for number in range(5)]
        assert refused == [number < size for number in range(5)]
        assert remembered(pool(size), user) == tuple(verifiers[: max(size - 1, 0)])
