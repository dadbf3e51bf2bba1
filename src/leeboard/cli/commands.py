"""The commands as declared: names, arguments, options and their help.

``--help`` and docs/reference/commands.md are made from this. Each command hands over to
a module of its own, which is loaded only when the command runs.
"""

from __future__ import annotations

from typing import Annotated

import typer

from leeboard._version import __version__
from leeboard.cli.doctoring import doctoring
from leeboard.cli.exposing import exposing
from leeboard.cli.incidents import incidents_app
from leeboard.cli.monitoring import monitoring
from leeboard.cli.monitoring_data import monitoring_data
from leeboard.cli.serving import serving

__all__ = ["app", "check", "demo", "init", "metrics", "suggest"]

app = typer.Typer(
    name="leeboard",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="What changed in a model's data and predictions, how sure that is, and whether"
    " it matters.",
)

_REFERENCE = "Data the model was trained on, or a saved profile of it."
_DATA = "CSV, JSON lines, Parquet, Arrow or Feather; a file, a folder or a pattern."


def _version(asked: bool) -> None:  # noqa: FBT001 - how Typer calls it
    if asked:
        typer.echo(f"leeboard {__version__}")
        raise typer.Exit


@app.callback()
def _leeboard(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show it."),
    ] = False,
) -> None:
    pass


@app.command()
def demo(
    *,
    out: Annotated[
        str, typer.Option("--out", metavar="DIR", help="Folder for the reports; made.")
    ] = "leeboard-demo",
    serve: Annotated[
        bool, typer.Option("--serve", help="Then show it on the dashboard.")
    ] = False,
    port: Annotated[
        int,
        typer.Option(
            "--port", metavar="N", min=0, max=65_535, help="Of the dashboard."
        ),
    ] = 8181,
) -> None:
    """Watch a model of bike rentals go wrong.

    Two years of real data: the season moves the features, two sensors break, demand
    grows, and so does the model's error. Takes about a minute.
    """
    from leeboard.cli._demo import run

    run(out, serve=serve, port=port)


@app.command()
def init(
    reference: Annotated[
        str, typer.Argument(metavar="REFERENCE", help=f"Training data: {_DATA}")
    ],
    *,
    schema: Annotated[
        str,
        typer.Option("--schema", metavar="FILE", help="Where to write the schema."),
    ] = "leeboard-schema.toml",
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            metavar="FILE",
            help="Where to save the profile; by default NAME.profile.json beside the"
            " schema, after the name of REFERENCE.",
        ),
    ] = None,
    segment: Annotated[
        str | None,
        typer.Option(
            "--segment", metavar="COLUMN", help="Also count each level of this column."
        ),
    ] = None,
    reviewed: Annotated[
        bool,
        typer.Option(
            "--reviewed",
            help="The schema file is there and edited: read it, and save the profile"
            " by it.",
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files that are there.")
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="NAME",
            help="Monitor this model: also write the configuration, to which more"
            " models can be added.",
        ),
    ] = None,
    config: Annotated[
        str,
        typer.Option("--config", metavar="FILE", help="With --model: where to."),
    ] = "leeboard.toml",
    log: Annotated[
        str,
        typer.Option("--log", metavar="PLACE", help="With --model: where events go."),
    ] = "./monitor",
) -> None:
    """Write a schema to review, and save a profile.

    What the columns are is inferred from REFERENCE. The profile is all that later
    checks need of it. With --model the files are named after the model, and
    leeboard.toml says how it is monitored.
    """
    if model is not None:
        from leeboard.cli import _init_model

        _init_model.run(
            _init_model.Request(
                reference,
                model,
                config,
                log,
                segment,
                reviewed=reviewed,
                force=force,
            )
        )
        return
    from leeboard.cli._init import Request, run

    run(Request(reference, schema, profile, segment, reviewed=reviewed, force=force))


@app.command()
def check(
    reference: Annotated[
        str, typer.Argument(metavar="REFERENCE", help=f"{_REFERENCE} {_DATA}")
    ],
    current: Annotated[
        str, typer.Argument(metavar="CURRENT", help="Data to compare with it.")
    ],
    *,
    schema: Annotated[
        str | None,
        typer.Option(
            "--schema", metavar="FILE", help="What the columns are; else inferred."
        ),
    ] = None,
    suite: Annotated[
        str | None,
        typer.Option("--suite", metavar="FILE", help="Conditions to evaluate as well."),
    ] = None,
    segment: Annotated[
        str | None,
        typer.Option(
            "--segment", metavar="COLUMN", help="Judge each level of this column too."
        ),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--columns",
            metavar="NAMES",
            help="Compare only these: a,b or given again; a name with a comma in"
            " quotes, '\"a,b\"'.",
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", metavar="NAMES", help="Leave these out."),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(
            "--label",
            metavar="COLUMN",
            help="What came true: performance of both sides is told as well.",
        ),
    ] = None,
    prediction: Annotated[
        str | None,
        typer.Option(
            "--prediction", metavar="COLUMN", help="What was predicted; with --label."
        ),
    ] = None,
    score: Annotated[
        list[str] | None,
        typer.Option(
            "--score",
            metavar="COLUMN",
            help="Probability of the positive class, with --label; of several classes"
            " CLASS=COLUMN, given again for each.",
        ),
    ] = None,
    positive: Annotated[
        str | None,
        typer.Option(
            "--positive",
            metavar="CLASS",
            help="The positive of two classes; by default the last in order.",
        ),
    ] = None,
    exact: Annotated[
        bool,
        typer.Option(
            "--exact", help="Also KS and Wasserstein on the rows of numeric columns."
        ),
    ] = False,
    negligible: Annotated[
        float, typer.Option(help="Size up to which a change does not matter.")
    ] = 0.02,
    large: Annotated[
        float, typer.Option(help="Size from which a change would be missed badly.")
    ] = 0.1,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-on",
            metavar="STATES",
            help="Column states with exit code 1: moved, failed, unsure, or none."
            " Failed conditions count in any case.  [default: moved,failed]",
        ),
    ] = None,
    html: Annotated[
        str | None,
        typer.Option("--html", metavar="FILE", help="Write the report as one page."),
    ] = None,
    json: Annotated[
        str | None,
        typer.Option("--json", metavar="FILE", help="Write everything as JSON."),
    ] = None,
    junit: Annotated[
        str | None,
        typer.Option("--junit", metavar="FILE", help="Write JUnit XML."),
    ] = None,
    markdown: Annotated[
        str | None,
        typer.Option("--markdown", metavar="FILE", help="Write a Markdown summary."),
    ] = None,
) -> None:
    """Compare current data with a reference.

    Tells for each column whether it moved, held, or there are too few rows to tell.

    A FILE given as - is standard output, in place of the table.

    Exit code 0: fine. 1: a condition failed, or a column moved or failed. 2: no answer.
    """
    from leeboard.cli import _check

    request = _check.Request(
        reference,
        current,
        options={
            "schema": schema,
            "suite": suite,
            "segment": segment,
            "columns": _check.names("--columns", columns),
            "ignore": _check.names("--ignore", ignore),
            "exact": exact,
            "negligible": negligible,
            "large": large,
            "label": label,
            "prediction": prediction,
            "score": _check.scores(score),
            "positive": positive,
        },
        fail_on=_check.states(fail_on),
        outputs={"html": html, "json": json, "junit": junit, "markdown": markdown},
    )
    raise typer.Exit(_check.run(request))


@app.command()
def suggest(
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help=_REFERENCE)],
    *,
    schema: Annotated[
        str | None,
        typer.Option(
            "--schema", metavar="FILE", help="What the columns are; else inferred."
        ),
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option(
            "--rows",
            metavar="N",
            help="Least number of rows that will be checked; by default 1,000, or the"
            " reference's if it has fewer.",
        ),
    ] = None,
    false_alarms: Annotated[
        float,
        typer.Option(
            "--false-alarms",
            metavar="SHARE",
            help="In how many checks some condition may fail though nothing changed.",
        ),
    ] = 0.05,
) -> None:
    """Print a suite that a reference suggests.

    As TOML to edit, for leeboard check --suite FILE.
    """
    from leeboard.cli._suggest import run

    run(reference, schema, rows, false_alarms)


@app.command()
def metrics() -> None:
    """List every metric.

    What each answers, needs, its unit, which way is change, and its source.
    """
    from leeboard.cli._metrics import run

    run()


app.add_typer(monitoring)
app.add_typer(monitoring_data)
app.add_typer(incidents_app)
app.add_typer(serving)
app.add_typer(doctoring)
app.add_typer(exposing)
