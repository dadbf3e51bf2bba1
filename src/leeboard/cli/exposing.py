"""The commands that write files for Prometheus and Grafana, as declared.

Each hands over to a module of its own, which is loaded only when the command runs.
"""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["exposing", "grafana", "prometheus"]

exposing = typer.Typer(rich_markup_mode=None)

_Config = Annotated[
    str, typer.Option("--config", metavar="FILE", help="What is monitored, and how.")
]
_DEFAULT = "leeboard.toml"


@exposing.command()
def prometheus(
    *,
    config: _Config = _DEFAULT,
    url: Annotated[
        str,
        typer.Option(
            "--url",
            metavar="URL",
            help="Where people open the dashboard; alerts link to it. With"
            " --scrape-config: the server to scrape.",
        ),
    ] = "",
    scrape_config: Annotated[
        bool,
        typer.Option(
            "--scrape-config", help="Print the job that scrapes the server instead."
        ),
    ] = False,
    key_file: Annotated[
        str,
        typer.Option(
            "--key-file",
            metavar="FILE",
            help="Where Prometheus finds the key, for --scrape-config.",
        ),
    ] = "leeboard.key",
) -> None:
    """Print alerting rules for Prometheus.

    They follow the budgets and rules of the configuration.
    """
    from leeboard.cli import _prometheus

    if scrape_config:
        _prometheus.scrape(url, key_file)
    else:
        _prometheus.rules(config, url)


@exposing.command()
def grafana(*, config: _Config = _DEFAULT) -> None:
    """Print a dashboard for Grafana, over what Prometheus has.

    A row for each section.
    """
    from leeboard.cli import _prometheus

    _prometheus.grafana(config)
