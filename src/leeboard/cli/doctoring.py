"""The command of the doctor as declared: options and their help."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["doctor", "doctoring"]

doctoring = typer.Typer(rich_markup_mode=None)


@doctoring.command()
def doctor(
    *,
    config: Annotated[
        str,
        typer.Option("--config", metavar="FILE", help="What is monitored, and how."),
    ] = "leeboard.toml",
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Compare all of the log with its checksums."),
    ] = False,
    host: Annotated[
        str,
        typer.Option("--host", metavar="ADDRESS", help="Same as for leeboard serve."),
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            "--port", metavar="N", min=0, max=65_535, help="Same as for leeboard serve."
        ),
    ] = 8181,
    tls_cert: Annotated[
        str,
        typer.Option("--tls-cert", metavar="FILE", help="Same as for leeboard serve."),
    ] = "",
    tls_key: Annotated[
        str,
        typer.Option("--tls-key", metavar="FILE", help="Same as for leeboard serve."),
    ] = "",
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="Same as for leeboard serve.")
    ] = False,
) -> None:
    """Tell what is wrong with this installation, and how to mend it.

    Changes nothing and sends nothing. Secrets are never shown.

    Exit code 0: nothing is broken; there may be warnings. 1: something is.
    """
    from leeboard.cli import _doctor
    from leeboard.cli._serve import listening

    where = listening(host, port, tls_cert, tls_key, behind_proxy=behind_proxy)
    raise typer.Exit(_doctor.run(config, where, json=json, deep=deep))
