"""The commands about a monitor's data as declared: what comes in, leaves and is kept.

Each hands over to a module of its own, which is loaded only when the command runs.
"""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = [
    "backup",
    "erase",
    "import_",
    "monitoring_data",
    "quarantine_drop",
    "quarantine_list",
    "quarantine_replay",
    "quarantine_show",
    "restore",
    "sample",
]

monitoring_data = typer.Typer(rich_markup_mode=None)
_quarantine = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

_Config = Annotated[
    str, typer.Option("--config", metavar="FILE", help="What is monitored, and how.")
]
_Model = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="Only this model.")
]
_Reason = Annotated[
    str | None, typer.Option("--reason", metavar="CODE", help="Only of this reason.")
]
_Json = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
_DEFAULT = "leeboard.toml"


@monitoring_data.command("import")
def import_(
    data: Annotated[
        str,
        typer.Argument(
            metavar="PATH",
            help="A file, a folder or a pattern; or, with --table, "
            "postgresql://user@host/database or sqlite:///file.",
        ),
    ],
    *,
    maps: Annotated[
        list[str],
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN",
            help="id, made_at, prediction, label, observed_at, received_at, version, "
            "latency_s, score or score.CLASS; again for each.",
        ),
    ],
    table: Annotated[
        str | None,
        typer.Option("--table", metavar="NAME", help="Of the database at PATH."),
    ] = None,
    features: Annotated[
        str | None,
        typer.Option("--features", metavar="A,B", help="Default: every other column."),
    ] = None,
    segments: Annotated[
        str, typer.Option("--segments", metavar="A,B", help="Columns of segments.")
    ] = "",
    metadata: Annotated[
        str, typer.Option("--metadata", metavar="A,B", help="Columns of metadata.")
    ] = "",
    time_zone: Annotated[
        str | None,
        typer.Option("--time-zone", metavar="ZONE", help="Of times without one."),
    ] = None,
    time_unit: Annotated[
        str | None,
        typer.Option(
            "--time-unit", metavar="UNIT", help="Of numbers: s, ms, us or ns."
        ),
    ] = None,
    config: _Config = _DEFAULT,
    model: _Model = None,
    json: _Json = False,
) -> None:
    """Store rows of existing files or tables as predictions and labels.

    An import tells of its own time: nothing in it counts as late. Running it again
    changes nothing. Rows that cannot be stored are set aside, with number and reason.

    Exit code 0: done. 2: nothing was stored, and why.
    """
    from leeboard.cli import _import

    groups = {"features": features, "segments": segments, "metadata": metadata}
    options = {"table": table, "model": model, "time_zone": time_zone}
    options["time_unit"] = time_unit
    _import.run(config, data, maps, groups, options, json=json)


@monitoring_data.command()
def sample(
    *,
    budget: Annotated[
        int, typer.Option("--budget", metavar="N", help="Predictions to choose.")
    ],
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="TIME",
            help="Made from then on, as 2026-03-01T00:00Z, or a span back, as 7d.",
        ),
    ] = None,
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", help="Write .csv or .parquet."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="Default: the day's.")
    ] = None,
    config: _Config = _DEFAULT,
    model: _Model = None,
) -> None:
    """Choose predictions to have labelled.

    Rows without a label are drawn by chance, more where the model is expected to be
    wrong. The chance of each is kept, so that few labels speak for all rows. On one
    day no prediction is chosen twice: a second call adds to the first.

    Exit code 0: done. 2: nothing was chosen, and why.
    """
    from leeboard.cli import _sample

    _sample.run(config, budget, since, out, model=model, seed=seed)


@monitoring_data.command()
def erase(
    *,
    entity: Annotated[
        str | None,
        typer.Option("--entity", metavar="VALUE", help="Of the column named."),
    ] = None,
    column: Annotated[
        str | None,
        typer.Option(
            "--column", metavar="NAME", help="A feature, segment or metadata."
        ),
    ] = None,
    ids: Annotated[
        list[str] | None,
        typer.Option("--id", metavar="ID", help="A prediction; again for each."),
    ] = None,
    config: _Config = _DEFAULT,
    model: _Model = None,
) -> None:
    """Take a person's events out for good, and prove it.

    Predictions go, their labels, what was set aside, and what draws remember of them.
    Then every file is searched, decoded and byte by byte. Counts stay.

    Exit code 0: gone. 1: it still stands in the places named. 2: no answer.
    """
    from leeboard.cli import _erase

    raise typer.Exit(_erase.run(config, entity, column, ids or [], model))


@monitoring_data.command()
def backup(
    file: Annotated[str, typer.Argument(metavar="FILE", help="To write, a .tar.")],
    *,
    config: _Config = _DEFAULT,
) -> None:
    """Write events, results and configuration into one file.

    Loggers and passes may go on meanwhile: the copy is of one moment.

    Exit code 0: done. 2: it was not written, and why.
    """
    from leeboard.cli import _backup

    _backup.backup(config, file)


@monitoring_data.command()
def restore(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A backup.")],
    *,
    config: _Config = _DEFAULT,
    force: Annotated[
        bool, typer.Option("--force", help="Replace what is there.")
    ] = False,
) -> None:
    """Bring back what a backup holds.

    All of it is checked before anything is touched. Stop loggers first.

    Exit code 0: done. 2: nothing was changed, and why.
    """
    from leeboard.cli import _backup

    _backup.restore(config, file, force=force)


@_quarantine.command("list")
def quarantine_list(
    *, config: _Config = _DEFAULT, model: _Model = None, json: _Json = False
) -> None:
    """Count the events that were set aside, by reason."""
    from leeboard.cli import _quarantine as commands

    commands.list_(config, model, json=json)


@_quarantine.command("show")
def quarantine_show(
    *,
    config: _Config = _DEFAULT,
    model: _Model = None,
    reason: _Reason = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="At most so many.")
    ] = 20,
) -> None:
    """Print events that were set aside, as they came, the latest last."""
    from leeboard.cli import _quarantine as commands

    commands.show(config, model, reason, limit)


@_quarantine.command("replay")
def quarantine_replay(
    *, config: _Config = _DEFAULT, model: _Model = None, reason: _Reason = None
) -> None:
    """Read events that were set aside once more, as after an update of Leeboard.

    What is sound now enters the log, once; the others stay where they are.
    """
    from leeboard.cli import _quarantine as commands

    commands.replay(config, model, reason)


@_quarantine.command("drop")
def quarantine_drop(
    *,
    config: _Config = _DEFAULT,
    model: _Model = None,
    reason: _Reason = None,
    every: Annotated[bool, typer.Option("--all", help="Of every reason.")] = False,
) -> None:
    """Remove events that were set aside, for good."""
    from leeboard.cli import _quarantine as commands

    commands.drop(config, model, reason, every=every)


monitoring_data.add_typer(
    _quarantine, name="quarantine", help="About events that were set aside."
)
