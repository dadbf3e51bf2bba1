"""The commands of the server as declared: names, arguments, options and their help.

Each hands over to a module of its own, which is loaded only when the command runs.
"""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = [
    "audit",
    "keys_create",
    "keys_list",
    "keys_revoke",
    "serve",
    "serving",
    "users_create",
    "users_list",
    "users_password",
    "users_revoke",
]

serving = typer.Typer(rich_markup_mode=None)
_keys = typer.Typer(rich_markup_mode=None, no_args_is_help=True)
_users = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

_Config = Annotated[
    str, typer.Option("--config", metavar="FILE", help="What is monitored, and how.")
]
_DEFAULT = "leeboard.toml"


@serving.command()
def serve(
    *,
    config: _Config = _DEFAULT,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Where to listen.")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option("--port", metavar="N", min=0, max=65_535, help="0: a free one."),
    ] = 8181,
    every: Annotated[
        str, typer.Option("--every", metavar="SPAN", help="From pass to pass.")
    ] = "60s",
    tls_cert: Annotated[
        str,
        typer.Option("--tls-cert", metavar="FILE", help="Speak TLS: certificate, PEM."),
    ] = "",
    tls_key: Annotated[
        str,
        typer.Option("--tls-key", metavar="FILE", help="Speak TLS: private key, PEM."),
    ] = "",
    behind_proxy: Annotated[
        bool,
        typer.Option(
            "--behind-proxy",
            help="A proxy speaks TLS for it: allow an address that others can reach.",
        ),
    ] = False,
    role: Annotated[
        str,
        typer.Option(
            "--role",
            metavar="ROLE",
            help="Where several serve one store: collector, scheduler, or all.",
        ),
    ] = "all",
) -> None:
    """Take events in over HTTP, and make the passes on time.

    Runs until it is told to end (Ctrl-C or SIGTERM); then what has come is shipped.
    Nothing else needs to run beside it.
    """
    from leeboard.cli._memory import keep_little

    keep_little()
    from leeboard.cli import _serve

    _serve.run(
        config,
        _serve.listening(host, port, tls_cert, tls_key, behind_proxy=behind_proxy),
        every,
        role,
    )


@_keys.command("create")
def keys_create(
    *,
    name: Annotated[
        str, typer.Option("--name", metavar="TEXT", help="Who or what it is for.")
    ] = "",
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="SCOPE",
            help="ingest, read, write or admin; may be given again.  [default: ingest]",
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", metavar="NAME", help="Only for this model.")
    ] = None,
    days: Annotated[
        int | None,
        typer.Option("--days", metavar="N", min=1, help="How long it holds."),
    ] = None,
    config: _Config = _DEFAULT,
) -> None:
    """Make a key, and print it.

    It is shown this once: only a hash of it is kept.
    """
    from leeboard.cli import _keys as keys

    keys.create(config, name, scope or ["ingest"], model, days)


@_keys.command("list")
def keys_list(
    *,
    config: _Config = _DEFAULT,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """List the keys, without their secrets."""
    from leeboard.cli import _keys as keys

    keys.list_(config, json=json)


@_keys.command("revoke")
def keys_revoke(
    id_: Annotated[
        str, typer.Argument(metavar="ID", help="As leeboard keys list shows it.")
    ],
    *,
    config: _Config = _DEFAULT,
) -> None:
    """Let a key open nothing any more.

    A running server knows it within seconds.
    """
    from leeboard.cli import _keys as keys

    keys.revoke(config, id_)


_Name = Annotated[str, typer.Argument(metavar="NAME", help="Of the person.")]


@_users.command("create")
def users_create(
    name: _Name,
    *,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            "--scope",
            metavar="SCOPE",
            help="read, write or admin; may be given again.  [default: read]",
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", metavar="NAME", help="Only this model.")
    ] = None,
    config: _Config = _DEFAULT,
) -> None:
    """Let a person sign in to the dashboard.

    The password is asked for, or read from standard input: it is no argument.
    """
    from leeboard.cli import _users as users

    users.create(config, name, scope or ["read"], model)


@_users.command("list")
def users_list(
    *,
    config: _Config = _DEFAULT,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """List the people who may sign in, and those who may no more."""
    from leeboard.cli import _users as users

    users.list_(config, json=json)


@_users.command("password")
def users_password(name: _Name, *, config: _Config = _DEFAULT) -> None:
    """Set a person's password, and end their sessions.

    It is asked for, or read from standard input.
    """
    from leeboard.cli import _users as users

    users.password(config, name)


@_users.command("revoke")
def users_revoke(name: _Name, *, config: _Config = _DEFAULT) -> None:
    """Let a person in no more, and end their sessions."""
    from leeboard.cli import _users as users

    users.revoke(config, name)


@serving.command()
def audit(
    *,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="TIME",
            help="From then on, as 2026-03-01T00:00Z, or a span back, as 7d.",
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print it as JSON, one a line.")
    ] = False,
    config: _Config = _DEFAULT,
) -> None:
    """Print who did what, from where and when.

    Sign-ins, keys, people, what was done to incidents, erasures, starts of the server.
    """
    from leeboard.cli import _audit

    _audit.run(config, since, json=json)


serving.add_typer(_keys, name="keys", help="Keys to the server.")
serving.add_typer(_users, name="users", help="People who sign in to the dashboard.")
