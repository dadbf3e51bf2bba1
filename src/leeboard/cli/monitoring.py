"""The commands of a monitor as declared: names, arguments, options and their help.

Each hands over to a module of its own, which is loaded only when the command runs.
"""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["config_check", "export", "monitoring", "run", "ship", "status"]

monitoring = typer.Typer(rich_markup_mode=None)
_config = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

_Config = Annotated[
    str, typer.Option("--config", metavar="FILE", help="What is monitored, and how.")
]
_Model = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="Only this model.")
]
_DEFAULT = "leeboard.toml"


@monitoring.command()
def run(
    *,
    config: _Config = _DEFAULT,
    json: Annotated[
        bool, typer.Option("--json", help="Print what was done as JSON.")
    ] = False,
) -> None:
    """Count every window that became due.

    Commits what loggers left in the spool, joins labels with predictions, counts the
    windows that are ripe or changed, and measures them. Safe to repeat, and from
    several processes of one host: what is done is not done again.

    Exit code 0: done, or under way elsewhere. 2: no answer.
    """
    from leeboard.cli import _run

    _run.run(config, json=json)


@monitoring.command()
def ship(*, config: _Config = _DEFAULT) -> None:
    """Commit spooled frames to the log.

    `leeboard run` does it too.
    """
    from leeboard.cli import _run

    _run.ship(config)


@monitoring.command()
def status(
    *,
    config: _Config = _DEFAULT,
    model: _Model = None,
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    stale: Annotated[
        str | None,
        typer.Option(
            "--stale",
            metavar="SPAN",
            help="Exit with 1 if a model sent nothing for so long, such as 3h.",
        ),
    ] = None,
) -> None:
    """Tell what was logged, joined and measured.

    Exit code 0: fine. 1: a model is stale. 2: no answer.
    """
    from leeboard.cli import _status

    raise typer.Exit(_status.run(config, model, stale, json=json))


@monitoring.command()
def export(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="predictions, feedback, joined, measurements or profiles.",
        ),
    ],
    *,
    parquet: Annotated[
        str | None, typer.Option("--parquet", metavar="FILE", help="Write Parquet.")
    ] = None,
    csv: Annotated[
        str | None,
        typer.Option(
            "--csv",
            metavar="FILE",
            help="Write CSV; a text that a spreadsheet would run gets an apostrophe.",
        ),
    ] = None,
    config: _Config = _DEFAULT,
    model: _Model = None,
) -> None:
    """Write events or results to a file.

    Frames that are still in the spool are included.
    """
    from leeboard.cli import _export

    _export.run(config, kind, model, parquet=parquet, csv=csv)


@_config.command("check")
def config_check(
    *,
    config: _Config = _DEFAULT,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse texts that look like a secret.")
    ] = False,
) -> None:
    """Read a configuration and say what it means.

    Exit code 0: it can be used. 2: it cannot, and why.
    """
    from leeboard.cli import _config_check

    _config_check.run(config, strict=strict)


monitoring.add_typer(_config, name="config", help="About the configuration.")
