"""`cogsim can`: whether somebody may do something, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cogsim.cli.output import colour, decision_dict, load_world, print_json, remark, say

if TYPE_CHECKING:
    from cogsim.analysis.can import OpenAnswer
    from cogsim.decision import Decision, Step
    from cogsim.policy.reference.nearest import Change


@click.command("can", short_help="Say whether somebody may do something, and why.")
@click.argument("who")
@click.argument("action")
@click.argument("resource")
@click.option("-w", "--world", "worlds", multiple=True, required=True, type=click.Path(), help="A file of the world.")
@click.option("--context", multiple=True, metavar="KEY=VALUE", help="A condition key of the request; may be repeated.")
@click.option("--unknown", multiple=True, metavar="KEY", help="Leave a condition key open; may be repeated.")
@click.option("--explain", is_flag=True, help="Print every step of the decision.")
@click.option("--expect", type=click.Choice(["allowed", "denied"]), help="Exit with 1 where the answer is another.")
@click.option("--json", "as_json", is_flag=True, help="Print the decision as JSON.")
@click.option("--strict", is_flag=True, help="Exit with 3 where something unknown could change the answer.")
def command(
    who: str,
    action: str,
    resource: str,
    worlds: tuple[str, ...],
    context: tuple[str, ...],
    unknown: tuple[str, ...],
    explain: bool,
    expect: str | None,
    as_json: bool,
    strict: bool,
) -> int:
    """Say whether WHO may do ACTION on RESOURCE in the world, without running anything.

    WHO is a user of a user pool (`alice`, `alice@Pool`, `alice via Client`), a person of a broker (`alice@Broker`), of
    an AD FS (`bob@corp.example@AdFs`, `bob@AdFs`) or of an OpenID Connect provider (`ann@gmail.com@Google`), a job of a
    repository (`octo/app:ref:refs/heads/main@GitHub`, `octo/app:environment:prod`, `octo/app:pull_request`), a
    developer's user (`developer(IdentityPool, provider, id)[tag=value]`), `guest(IdentityPool)`, a role's ARN or
    logical id, or an IAM user's name. With --unknown the answer is the condition on the open keys under which each
    result holds, for every way that WHO has.

    \b
    Example:
      cogsim can alice s3:GetObject arn:aws:s3:::data/acme/plan.txt --world world.yaml
    """
    from cogsim.analysis.actions import check_context
    from cogsim.analysis.can import can, can_if, denial_messages, nearest_changes
    from cogsim.analysis.unread_keys import unread_keys

    asked = context_of(context)
    check_context(action, (*asked, *unknown))
    question = {"who": who, "action": action, "resource": resource, "context": asked}
    world = load_world(worlds)
    for key, near in unread_keys(world, (*asked, *unknown)):
        remark(f"no policy reads the condition key {key!r}" + (f" (did you mean {near!r}?)" if near else ""))
    if unknown:
        answers = can_if(world, who, action, resource, unknown, asked)
        _print_open(answers, as_json, question)
        return _open_code(answers, expect, strict)
    decision = can(world, who, action, resource, asked)
    refused = not decision.value.allowed
    changes = nearest_changes(world, who, action, resource, asked) if refused else ()
    messages = denial_messages(world, who, action, resource, asked) if refused else ()
    if as_json:
        _print_json(decision, question, messages, changes)
    else:
        _print(decision, explain, messages, changes)
    if expect is not None and decision.value.allowed != (expect == "allowed"):
        return 1
    return 3 if strict and _left_open(decision) else 0


def _print_json(
    decision: Decision[Any],
    question: dict[str, Any],
    messages: tuple[tuple[str, str], ...],
    changes: tuple[tuple[str, Change], ...],
) -> None:
    nearest = [{"via": via, "change": str(change)} for via, change in changes]
    told = [{"via": via, "text": text} for via, text in messages]
    answer = {"allowed": decision.value.allowed, **decision_dict(decision)}
    print_json({**question, **answer, "messages": told, "nearest": nearest})


def context_of(pairs: tuple[str, ...]) -> dict[str, Any]:
    """`KEY=VALUE` pairs as a request's context; a key given twice has several values."""
    values: dict[str, list[str]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise click.UsageError(f"--context is written KEY=VALUE, not {pair!r}")
        values.setdefault(key, []).append(value)
    return {key: found[0] if len(found) == 1 else found for key, found in values.items()}


def _open_code(answers: tuple[OpenAnswer, ...], expect: str | None, strict: bool) -> int:
    """An expectation holds only if it does whatever the open keys are."""
    always = any(way.decision is not None and way.decision.allowed.constant is True for way in answers)
    never = all(way.decision is None or way.decision.allowed.constant is False for way in answers)
    if expect is not None and not (always if expect == "allowed" else never):
        return 1
    return 3 if strict and any(map(_left_open, answers)) else 0


def _print_open(answers: tuple[OpenAnswer, ...], as_json: bool, question: dict[str, Any]) -> None:
    if as_json:
        print_json({**question, "ways": [{"via": way.via, "cases": _cases(way)} for way in answers]})
        return
    for way in answers:
        if len(answers) > 1:
            say(f"through {way.via}:")
        say(str(way.decision) if way.decision is not None else "no credentials")
        for step in _open_steps(way):
            say(f"  {step.question}: {step.answer} [{step.found}]")


def _cases(way: OpenAnswer) -> list[dict[str, str]]:
    if way.decision is None:
        return [{"result": "NoSession", "if": "always"}]
    return [{"result": str(result), "if": str(when)} for result, when in way.decision.cases]


def _left_open(decision: Decision[Any] | OpenAnswer) -> bool:
    """Whether a step met something that the world does not say, so that the answer could be another."""
    return bool(_open_steps(decision))


def _open_steps(decision: Decision[Any] | OpenAnswer) -> list[Step]:
    return [step for step in decision.steps if any(name in ("unresolved", "not-modelled") for name, _ in step.facts)]


def _print(
    decision: Decision[Any],
    explain: bool,
    messages: tuple[tuple[str, str], ...],
    changes: tuple[tuple[str, Change], ...],
) -> None:
    from cogsim.markup import decision_text, step_text

    if explain:
        first, _, rest = decision_text(decision).partition("\n")
    else:
        shown = dict.fromkeys((*decision.deciding, *_open_steps(decision)))
        first, rest = str(decision.value), "\n".join(f"  {step_text(step)}" for step in shown)
    click.echo(colour(first, "green" if decision.value.allowed else "red"))
    say(rest)
    if decision.assumptions:
        click.echo("  rests on the assumptions " + ", ".join(decision.assumptions))
    for via, text in messages:
        say(f"  AWS answers{f' through {via}' if len(messages) > 1 else ''}: {text}")
    for via, change in changes:
        say(f"  nearest change{f' through {via}' if len(changes) > 1 else ''}: {change}")
