"""DependsOn is an order of deployment: it changes nothing of the world, even where it names nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogsim.load import load

TEMPLATE = """
Resources:
  Users: {Type: "AWS::Cognito::UserPool"}
  Spa: {Type: "AWS::Cognito::UserPoolClient", DEPENDS Properties: {UserPoolId: !Ref Users}}
"""


@pytest.mark.parametrize("written", ["DependsOn: Users,", "DependsOn: [Users],", "DependsOn: [Elsewhere],"])
def test_depends_on_changes_nothing(tmp_path: Path, written: str) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(TEMPLATE.replace("DEPENDS", ""), encoding="utf-8")
    plain = load(path)
    path.write_text(TEMPLATE.replace("DEPENDS", written), encoding="utf-8")
    assert load(path) == plain
    assert load(path).completeness.unresolved == ()
