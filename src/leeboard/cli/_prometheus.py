"""``leeboard prometheus`` and ``leeboard grafana``: files for those two."""

from __future__ import annotations

from leeboard.cli._terminal import say, tell
from leeboard.config import load_plan
from leeboard.exposition.alerts import alert_rules
from leeboard.exposition.dashboard import dashboard
from leeboard.exposition.scrape import checked_url, scrape_config
from leeboard.exposition.yaml import to_yaml

__all__ = ["grafana", "rules", "scrape"]

_HERE = "http://127.0.0.1:8181"


def rules(config: str, url: str) -> None:
    """Print alerting rules."""
    if url:
        checked_url(url)
    plan = load_plan(config)
    head = (
        "Written by `leeboard prometheus`; write it again when leeboard.toml changes."
    )
    say(to_yaml(alert_rules(plan, url), head=head))


def scrape(url: str, key_file: str) -> None:
    """Print the job that scrapes a server."""
    say(to_yaml(scrape_config(url or _HERE, key_file)))
    made = "leeboard keys create --scope read --name Prometheus"
    tell(f"Put a key into {key_file}: {made}")


def grafana(config: str) -> None:
    """Print a dashboard."""
    say(dashboard(load_plan(config)))
