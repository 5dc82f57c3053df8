"""`cogsim serve`: the cloud behind HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from cogsim.cli.output import load_world, remark
from cogsim.errors import InputError

if TYPE_CHECKING:
    from cogsim.serve.launch import Launched


@click.command("serve", short_help="Serve the cloud over HTTP.")
@click.argument("worlds", nargs=-1, type=click.Path(), metavar="[WORLD]...")
@click.option("--port", type=click.IntRange(0, 65535), default=4566, show_default=True, help="0 takes any free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--empty", is_flag=True, help="Serve a world without anything in it.")
@click.option("--account", metavar="ID", help="The account of an empty world.  [default: 123456789012]")
@click.option("--open", "principal", metavar="PRINCIPAL", help="Who may do everything: a user or role, by ARN or name.")
@click.option("--access-key", metavar="KEY", help="The access key id of the open principal.")
@click.option("--secret-key", metavar="SECRET", help="Its secret.")
@click.option("--journal", type=click.Path(), metavar="FILE", help="Keep every call there, and go on from it.")
@click.option("--seed", default="cogsim", show_default=True, help="What ids, keys and tokens follow from.")
@click.option("--start", metavar="INSTANT", help="When time begins; the machine's time without it.")
@click.option("--scale-time", "scale", type=float, default=1.0, show_default=True, help="Virtual seconds in a second.")
@click.option("--issuer", type=click.Choice(("aws", "endpoint")), default="aws", show_default=True, help="Of tokens.")
@click.option("--tls", is_flag=True, help="Serve https, with a certificate authority that follows from the seed.")
@click.option("--ca-file", type=click.Path(), metavar="FILE", help="Where the authority to trust is written.")
@click.option("--token", metavar="TEXT", help="What /_cogsim asks for when bound elsewhere; one is drawn without it.")
def command(worlds: tuple[str, ...], *, empty: bool, account: str | None, **wishes: Any) -> int:
    """Serve the WORLD files, or an empty world, as AWS's endpoints for unmodified clients.

    What there is to know is printed on standard error; when connections are taken, one line of JSON is printed on
    standard output. SIGTERM ends it: what is under way is answered and recorded.

    \b
    Example:
      cogsim serve world.yaml --port 4566
      cogsim serve --empty --open arn:aws:iam::123456789012:user/admin
    """
    from cogsim.serve.launch import Wishes, launch

    if empty == bool(worlds):
        raise InputError("name world files, or --empty" + (", not both" if empty else ""))
    if account is not None and not empty:
        raise InputError("--account is that of an empty world; a template says its own")
    if wishes["ca_file"] is not None and not wishes["tls"]:
        raise InputError("--ca-file goes with --tls")
    world = None if empty else load_world(worlds)
    launched = launch(Wishes(world=world, account=account or "123456789012", **wishes))
    for notice in launched.notices:
        remark(notice)
    launched.server.live.on_notice = remark
    launched.server.run(lambda: _say(launched))
    failure = launched.server.live.failure
    if failure is not None:
        raise InputError(f"the server ended: {failure.__cause__ or failure}")
    return 0


def _say(launched: Launched) -> None:
    """Where it listens and how it is used, for people; then the line for programs."""
    base, keys = launched.server.address.base, launched.opened.keys
    remark(f"cogsim listens at {base}")
    if keys is not None:
        secret = "<the secret you gave>" if launched.secret_given else keys.secret
        remark(f"  export AWS_ACCESS_KEY_ID={keys.id} AWS_SECRET_ACCESS_KEY={secret}")
    if launched.ca_file is not None:
        remark(f"  export AWS_CA_BUNDLE={launched.ca_file}")
    remark(f"  aws --endpoint-url {base} --region {launched.region} sts get-caller-identity")
    asked = f"?token={launched.token}" if launched.token is not None else ""
    remark(f"  messages, time, trail and decisions: {base}/_cogsim/messages{asked}")
    told = {"ready": True, "url": base, "port": launched.server.address.port, "host": launched.server.address.host}
    if keys is not None:
        told |= {"access_key_id": keys.id}
    if launched.token is not None:
        told |= {"token": launched.token}
    click.echo(json.dumps(told))
