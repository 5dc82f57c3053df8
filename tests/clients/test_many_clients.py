"""Many clients at once, with a journal: no call is lost or happens twice, and one order holds everywhere."""

from __future__ import annotations

import http.client
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import At, serving

CLIENTS, CALLS = 16, 125
IDP = "AWSCognitoIdentityProviderService"


class Caller(threading.Thread):
    """A client that signs up people of its own, one call after the other over one kept connection."""

    def __init__(self, at: At, number: int) -> None:
        super().__init__()
        self._at, self._number = at, number
        self.answers: list[tuple[int, str, str]] = []

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._at.launched.server.address.port, timeout=60)
        app = self._at.app().id
        for call in range(CALLS):
            name = f"u{self._number}-{call}"
            mail = [{"Name": "email", "Value": f"{name}@example.com"}]
            told = {"ClientId": app, "Username": name, "Password": "Correct-horse-9", "UserAttributes": mail}
            headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"{IDP}.SignUp"}
            connection.request("POST", "/", json.dumps(told), headers)
            answer = connection.getresponse()
            body = json.loads(answer.read())
            self.answers.append((answer.status, str(answer.headers["x-amzn-requestid"]), str(body.get("UserSub"))))
        connection.close()


@pytest.mark.slow
def test_two_thousand_calls_of_sixteen_clients_are_kept_each_once_in_one_order(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    with serving(journal=str(journal)) as at:
        callers = [Caller(at, number) for number in range(CLIENTS)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        trail = at.own("trail")["Records"]
        log = list(at.launched.server.live.cloud.log)
    answers = [answer for caller in callers for answer in caller.answers]
    assert {status for status, _, _ in answers} == {200}
    ids = [made for _, made, _ in answers]
    assert len(set(ids)) == len(ids) == CLIENTS * CALLS
    assert len({sub for _, _, sub in answers}) == CLIENTS * CALLS

    names = [str(outcome.call.params["Username"]) for outcome in log]
    expected = {f"u{client}-{call}" for client in range(CLIENTS) for call in range(CALLS)}
    assert (len(names), set(names)) == (CLIENTS * CALLS, expected)
    assert [outcome.number for outcome in log] == sorted({outcome.number for outcome in log})

    recorded: list[Any] = [json.loads(line) for line in journal.read_text().splitlines()[1:]]
    assert [line["params"]["Username"] for line in recorded] == names
    assert sorted(record["requestID"] for record in trail) == sorted(ids)
    place = {made: number for number, made in enumerate(record["requestID"] for record in trail)}
    for caller in callers:  # each client's own calls stand in the order in which it made them
        mine = [place[made] for _, made, _ in caller.answers]
        assert mine == sorted(mine)
