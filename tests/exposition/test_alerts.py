"""Alerting rules: read, tried on series, and taken to a real Alertmanager."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leeboard.config.plan import Plan
from leeboard.exposition.alerts import alert_rules
from leeboard.exposition.yaml import to_yaml
from tests.exposition._programs import alertmanager, hook, until
from tests.exposition._shop import shop
from tests.exposition._watched import watched

URL = "https://leeboard.example/board"
HOSTILE = 'a{{ .Value }} "b" \\ c\'s\n} == 1 # & ü \x07'


def _promtool(*arguments: str) -> str:
    run = subprocess.run(
        ["promtool", *arguments], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def _named(name: str) -> Plan:
    """Return the shop's plan under another name, of the model and of its rules."""
    plan = shop().plan
    (model,) = plan.models
    rules = tuple(replace(rule, name=name) for rule in model.alarms.rules[:1])
    alarms = replace(model.alarms, rules=rules, owner=name)
    return replace(plan, models=(replace(model, name=name, alarms=alarms),))


def _fires(
    name: str, at: str, labels: dict[str, str], annotations: dict[str, Any] | None
) -> dict[str, Any]:
    alert = {"exp_labels": labels, "exp_annotations": annotations}
    return {"eval_time": at, "alertname": name, "exp_alerts": [alert]}


def _quiet(name: str, at: str) -> dict[str, Any]:
    return {"eval_time": at, "alertname": name, "exp_alerts": []}


def _series(text: str, values: str) -> dict[str, str]:
    return {"series": text, "values": values}


def _tried(folder: Path, plan: Plan, series: list[Any], said: list[Any]) -> None:
    """Run ``promtool test rules`` on the rules of a plan."""
    (folder / "alerts.yml").write_text(to_yaml(alert_rules(plan, URL)), "utf-8")
    document = {
        "rule_files": ["alerts.yml"],
        "evaluation_interval": "1m",
        "tests": [{"interval": "1m", "input_series": series, "alert_rule_test": said}],
    }
    # JSON is YAML, too
    (folder / "tests.yml").write_text(json.dumps(document), "utf-8")
    _promtool("test", "rules", str(folder / "tests.yml"))


def _annotations(
    plan: Plan, alert: str, place: str = "", value: str = ""
) -> dict[str, str]:
    """Return the annotations of one rule, as the template gives them."""
    document: Any = alert_rules(plan, URL)
    rules = [rule for group in document["groups"] for rule in group["rules"]]
    (found,) = [rule for rule in rules if rule["alert"] == alert]
    notes = {}
    for key, text in found["annotations"].items():
        filled = text.replace(f"{{{{ {place} }}}}", value) if place else text
        notes[key] = filled.replace('{{ "{{" }}', "{{")
    return notes


@pytest.mark.needs("promtool")
@pytest.mark.parametrize("name", ["shop", HOSTILE, "..", "yes", "1h"])
def test_rules_are_sound_whatever_names_hold(tmp_path: Path, name: str) -> None:
    """Each is read; none of the texts ends a string or starts a template."""
    plan = _named(name)
    text = to_yaml(alert_rules(plan, URL))
    (tmp_path / "alerts.yml").write_text(text, "utf-8")
    said = _promtool("check", "rules", str(tmp_path / "alerts.yml"))
    document: Any = alert_rules(plan, URL)
    count = sum(len(group["rules"]) for group in document["groups"])
    assert f"SUCCESS: {count} rules found" in said
    assert count == 3 + 2 + 1 + 3


@pytest.mark.needs("promtool")
def test_a_page_fires_while_nobody_has_taken_it(tmp_path: Path) -> None:
    """With its severity, the budget, the next step and a link; and ends after."""
    plan = shop().plan
    pages = 'leeboard_incidents{model="shop",severity="page",state="open",job="x"}'
    labels = {"severity": "critical", "state": "open", "model": "shop", "job": "x"}
    notes = _annotations(plan, "LeeboardIncidentPage", "$value", "1")
    assert "one false page in 90 days" in notes["summary"]
    assert notes["link"] == f"{URL}/incidents?model=shop"
    assert notes["next_step"]
    _tried(
        tmp_path,
        plan,
        [_series(pages, "0 0 1 1 1 0 0")],
        [
            _quiet("LeeboardIncidentPage", "1m"),
            _fires("LeeboardIncidentPage", "3m", labels, notes),
            _quiet("LeeboardIncidentPage", "6m"),
        ],
    )


@pytest.mark.needs("promtool")
def test_a_dead_man_is_missed(tmp_path: Path) -> None:
    """After three intervals without a sound pass; also where there never was one.

    Of several servers of one job one leads: a pass of any is a pass.
    """
    plan = shop().plan
    notes = _annotations(plan, "LeeboardNoPass")
    last = "leeboard_last_pass_timestamp_seconds"

    def server(job: str, instance: str, passes: str = "") -> list[dict[str, str]]:
        own = f'{{job="{job}",instance="{instance}"}}'
        found = [
            _series(f"leeboard_pass_interval_seconds{own}", "60x30"),
            _series(f"leeboard_start_timestamp_seconds{own}", "0x30"),
        ]
        return [*found, _series(last + own, passes)] if passes else found

    collector = 'leeboard_start_timestamp_seconds{job="none",instance="h"}'
    _tried(
        tmp_path,
        plan,
        [
            *server("sound", "a", "0+60x30"),
            *server("failing", "b", "0x30"),
            *server("never", "c"),
            *(*server("two", "d", "0+60x30"), *server("two", "e")),
            *(*server("none", "f", "0x30"), *server("none", "g")),
            _series(collector, "0+60x30"),  # makes no passes, and was begun just now
        ],
        [
            _quiet("LeeboardNoPass", "2m"),
            {
                "eval_time": "6m",
                "alertname": "LeeboardNoPass",
                "exp_alerts": [
                    {
                        "exp_labels": {"severity": "critical", "job": job},
                        "exp_annotations": notes,
                    }
                    for job in ("failing", "never", "none")
                ],
            },
        ],
    )


@pytest.mark.needs("promtool")
@pytest.mark.parametrize("name", ["shop", HOSTILE])
def test_rules_and_data_fire(tmp_path: Path, name: str) -> None:
    """A named rule, labels that are late, events set aside or lost, and silence."""
    plan = _named(name)
    quoted = json.dumps(name, ensure_ascii=False)
    me = {"model": name}
    floor = f"leeboard_verdict_state{{model={quoted},rule={quoted}}}"
    settled = f'leeboard_label_completeness_ratio{{model={quoted},windows="settled"}}'
    lost = f"leeboard_dropped_total{{model={quoted}"
    aside = f"leeboard_quarantined{{model={quoted}"
    warned = {"severity": "warning", **me}
    _tried(
        tmp_path,
        plan,
        [
            _series(floor, "0x3 1x3 2x100"),
            _series(settled, "0.96x3 0.5x100"),
            _series(f'{aside},reason="bad_json"}}', "0x3 4x100"),
            _series(f'{aside},reason="other"}}', "0x3 1x100"),
            _series(f'{lost},reason="other"}}', "0x20 7x100"),
            _series(f'{lost},reason="queue_full"}}', "_x65 5x100"),
            _series('up{job="leeboard"}', "1x70 0x30"),
        ],
        [
            _quiet("LeeboardRule", "6m"),
            _fires(
                "LeeboardRule",
                "12m",
                {"severity": "critical", "rule": name, **me},
                _annotations(plan, "LeeboardRule"),
            ),
            _quiet("LeeboardLabelsLate", "30m"),
            _fires(
                "LeeboardLabelsLate",
                "70m",
                {**warned, "windows": "settled"},
                _annotations(
                    plan, "LeeboardLabelsLate", "$value | humanizePercentage", "50%"
                ),
            ),
            _quiet("LeeboardQuarantined", "10m"),
            _fires(
                "LeeboardQuarantined",
                "30m",
                warned,
                _annotations(plan, "LeeboardQuarantined", "$value", "5"),
            ),
            _quiet("LeeboardEventsLost", "50m"),
            _fires(
                "LeeboardEventsLost",
                "70m",
                {"severity": "warning", **me},
                _annotations(plan, "LeeboardEventsLost", "$value", "12"),
            ),
            _quiet("LeeboardDown", "70m"),
            _fires(
                "LeeboardDown",
                "90m",
                {"severity": "critical", "job": "leeboard"},
                _annotations(plan, "LeeboardDown"),
            ),
        ],
    )


@pytest.mark.long
@pytest.mark.needs("prometheus", "prometheus-alertmanager")
def test_an_alert_arrives(tmp_path: Path) -> None:
    """From a page that runs, by Prometheus and Alertmanager, to a webhook."""
    rules = to_yaml(alert_rules(shop().plan, URL))
    (tmp_path / "alerts.yml").write_text(rules, "utf-8")
    with hook() as (address, came):
        receiver = {"name": "us", "webhook_configs": [{"url": address}]}
        route = {"receiver": "us", "group_wait": "0s", "group_by": ["..."]}
        config = {"route": route, "receivers": [receiver]}
        with alertmanager(tmp_path, config) as manager:
            targets = [{"static_configs": [{"targets": [manager]}]}]
            with watched(
                tmp_path,
                rule_files=["alerts.yml"],
                alerting={"alertmanagers": targets},
            ):

                def page() -> Any:
                    return [
                        alert
                        for sent in list(came)
                        for alert in sent["alerts"]
                        if alert["labels"]["alertname"] == "LeeboardIncidentPage"
                    ]

                (alert, *_) = until(page)
    assert alert["status"] == "firing"
    assert alert["labels"]["severity"] == "critical"
    assert alert["labels"]["model"] == "shop"
    assert alert["annotations"]["link"] == f"{URL}/incidents?model=shop"
    assert alert["annotations"]["summary"].startswith("shop: 1 open")
