"""Names in double quotes stand where names without stand."""

from __future__ import annotations

import pytest

from cogsim.decisions.dynamodb_statements import bind_statement


@pytest.mark.parametrize("operator", ["=", "<>", "<", ">="])
@pytest.mark.parametrize("name", ["status", '"status"', '"a status"'])
def test_a_name_in_double_quotes_is_compared(name: str, operator: str) -> None:
    bound = bind_statement(f"SELECT * FROM \"rows\" WHERE {name} {operator} 'x'", None)
    assert bound.statement.where is not None


def test_a_name_in_double_quotes_is_assigned() -> None:
    bound = bind_statement("UPDATE rows SET \"status\" = 'x' WHERE pk = '1'", None)
    assert len(bound.statement.actions) == 1
