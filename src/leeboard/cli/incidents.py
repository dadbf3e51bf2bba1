"""The commands about alarms as declared: names, arguments, options and their help.

Each hands over to a module of its own, which is loaded only when the command runs.
"""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = [
    "expect",
    "explain",
    "incidents",
    "incidents_accept",
    "incidents_ack",
    "incidents_app",
    "incidents_close",
    "incidents_note",
    "incidents_runbook",
    "incidents_show",
    "incidents_silence",
    "notify_test",
    "replay",
]

incidents_app = typer.Typer(rich_markup_mode=None)
_incidents = typer.Typer(rich_markup_mode=None, invoke_without_command=True)

_notify = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

_Config = Annotated[
    str, typer.Option("--config", metavar="FILE", help="What is monitored, and how.")
]
_Model = Annotated[
    str | None, typer.Option("--model", metavar="NAME", help="Only this model.")
]
_Json = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
_Id = Annotated[
    str, typer.Argument(metavar="ID", help="Of the incident, or how it begins.")
]
_Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason.")]
_Who = Annotated[
    str | None,
    typer.Option("--who", metavar="NAME", help="Who does it; else the login name."),
]
_DEFAULT = "leeboard.toml"


@_incidents.callback()
def incidents(
    context: typer.Context,
    *,
    config: _Config = _DEFAULT,
    model: _Model = None,
    all_: Annotated[
        bool, typer.Option("--all", help="Those that have ended, too.")
    ] = False,
    json: _Json = False,
) -> None:
    """List incidents, or work on one.

    Exit code 0: none that pages runs. 1: one does. 2: no answer.
    """
    if context.invoked_subcommand is None:
        from leeboard.cli import _incidents as commands

        raise typer.Exit(commands.list_(config, model, all_=all_, json=json))


@_incidents.command("runbook")
def incidents_runbook() -> None:
    """Print the steps that Leeboard ships, as a template to change.

    Name your own in a model's alarms: runbook = "runbook.toml".
    """
    from leeboard.cli import _incidents as commands

    commands.template()


@_incidents.command("show")
def incidents_show(
    incident: _Id, *, config: _Config = _DEFAULT, json: _Json = False
) -> None:
    """Show an incident: its subjects, story, verdicts, and what to do."""
    from leeboard.cli import _incidents as commands

    commands.show(config, incident, json=json)


@_incidents.command("ack")
def incidents_ack(
    incident: _Id, *, config: _Config = _DEFAULT, why: _Why = "", who: _Who = None
) -> None:
    """Say that somebody is at it; further crossings come silently."""
    from leeboard.cli import _incidents as commands

    commands.act(config, incident, "ack", why=why, who=who)


@_incidents.command("silence")
def incidents_silence(
    incident: _Id,
    *,
    for_: Annotated[
        str, typer.Option("--for", metavar="SPAN", help="How long, such as 3d.")
    ],
    config: _Config = _DEFAULT,
    why: _Why = "",
    who: _Who = None,
) -> None:
    """Tell nobody for a while; what happens is kept, and told afterwards."""
    from leeboard.cli import _incidents as commands

    commands.act(config, incident, "silence", why=why, who=who, span=for_)


@_incidents.command("close")
def incidents_close(
    incident: _Id, *, config: _Config = _DEFAULT, why: _Why = "", who: _Who = None
) -> None:
    """End it by hand; if the same crosses within a week, it is opened again."""
    from leeboard.cli import _incidents as commands

    commands.act(config, incident, "close", why=why, who=who)


@_incidents.command("accept")
def incidents_accept(
    incident: _Id, *, config: _Config = _DEFAULT, why: _Why = "", who: _Who = None
) -> None:
    """Accept how things are, as after a retraining: a new baseline.

    The latest windows of the incident, thirty at most or a month, take the reference's
    place for the columns that it is about, and for the error if it is about that.
    """
    from leeboard.cli import _incidents as commands

    commands.act(config, incident, "accept", why=why, who=who)


@_incidents.command("note")
def incidents_note(
    incident: _Id, *, why: _Why, config: _Config = _DEFAULT, who: _Who = None
) -> None:
    """Write something into its story."""
    from leeboard.cli import _incidents as commands

    commands.act(config, incident, "note", why=why, who=who)


@incidents_app.command()
def expect(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is planned.")],
    *,
    from_: Annotated[
        str,
        typer.Option("--from", metavar="TIME", help="From when, as 2026-03-01."),
    ],
    to: Annotated[str, typer.Option("--to", metavar="TIME", help="Until when.")],
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="NAME", help="Only this column; repeatable."),
    ] = None,
    config: _Config = _DEFAULT,
    model: _Model = None,
    who: _Who = None,
) -> None:
    """Announce a change, so that it pages nobody.

    What moves as announced is kept with its verdicts, and opens no incident.
    """
    from leeboard.cli import _incidents as commands

    commands.expect(config, text, (from_, to), column or [], model=model, who=who)


@incidents_app.command()
def explain(
    verdict: Annotated[
        str, typer.Argument(metavar="VERDICT", help="Id, as an incident names it.")
    ],
    *,
    config: _Config = _DEFAULT,
    json: _Json = False,
) -> None:
    """Explain a verdict, number by number."""
    from leeboard.cli import _incidents as commands

    commands.explain(config, verdict, json=json)


@incidents_app.command()
def replay(
    *,
    rule: Annotated[
        list[str] | None,
        typer.Option(
            "--rule",
            metavar="RULE",
            help="Only this rule, as 'metric = \"mae\", above = 50'; repeatable.",
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="From when on.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="Until when.")
    ] = None,
    false_page_every: Annotated[
        str | None,
        typer.Option("--false-page-every", metavar="SPAN", help="Another budget."),
    ] = None,
    false_warn_every: Annotated[
        str | None,
        typer.Option("--false-warn-every", metavar="SPAN", help="Another budget."),
    ] = None,
    config: _Config = _DEFAULT,
    model: _Model = None,
    json: _Json = False,
) -> None:
    """Tell what a rule, or another budget, would have done on the stored history.

    Windows that are kept are judged again from no evidence on. Nothing is written, and
    nobody is told.
    """
    from leeboard.cli import _replay

    budget = (false_page_every, false_warn_every)
    _replay.run(config, model, (since, until), rule or [], budget, json=json)


@_notify.command("test")
def notify_test(
    *,
    config: _Config = _DEFAULT,
    to: Annotated[
        str | None, typer.Option("--to", metavar="NAME", help="Only this channel.")
    ] = None,
) -> None:
    """Send a test message to every channel.

    Exit code 0: all took it. 1: one did not. 2: no answer.
    """
    from leeboard.cli import _notify as commands

    raise typer.Exit(commands.test(config, to))


incidents_app.add_typer(_notify, name="notify", help="About channels of messages.")
incidents_app.add_typer(
    _incidents, name="incidents", help="What happened, and what to do."
)
