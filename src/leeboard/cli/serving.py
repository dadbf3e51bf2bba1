"""The commands of the server as declared: names, arguments, options and their help.

Each hands over to a module of its own, which is loaded only when the command runs.
"""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["keys_create", "keys_list", "keys_revoke", "serve", "serving"]

serving = typer.Typer(rich_markup_mode=None)
_keys = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

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
) -> None:
    """Take events in over HTTP, and make the passes on time.

    Runs until it is told to end (Ctrl-C or SIGTERM); then what has come is shipped.
    Nothing else needs to run beside it.
    """
    from leeboard.cli import _serve

    _serve.run(
        config,
        _serve.listening(host, port, tls_cert, tls_key, behind_proxy=behind_proxy),
        every,
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


serving.add_typer(_keys, name="keys", help="Keys to the server.")
