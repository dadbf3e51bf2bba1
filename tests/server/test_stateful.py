"""A server lived through by chance, beside a model of what it should hold.

Predictions and labels come, come again, contradict, are late, taken back and erased,
and the server is stopped and begun anew; after each of these the log holds what the
model holds, and every answer is the one that the model gives.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from leeboard.logs import open_log, ship
from leeboard.windows import Window
from tests.monitor._world import CONFIG, World, world
from tests.server._served import Served, event, label

MADE_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SPAN = Window(MADE_AT - timedelta(days=1), MADE_AT + timedelta(days=1))
IDS = st.sampled_from(["a", "b", "c", "ä/..", "d-7"])
VALUES = st.sampled_from([0.0, 1.0, 2.5, -3.0])


class Reference:
    """What a server should say and hold; it knows neither disk nor order of writing."""

    def __init__(self) -> None:
        self.predictions: dict[str, float] = {}
        self.labels: dict[str, dict[int, float | None]] = {}
        self.told: dict[str, float] = {}
        self.at: dict[tuple[str, int], float | None] = {}
        self.heard: set[tuple[str, int]] = set()

    def predict(self, id_: str, value: float) -> str:
        """Take a prediction; its id is known even when it was erased."""
        if id_ in self.told:
            return "duplicate" if self.told[id_] == value else "conflict"
        self.told[id_] = self.predictions[id_] = value
        return "accepted"

    def label(self, id_: str, at: int, value: float | None) -> str:
        """Take a label, or its retraction, observed at a minute."""
        if (id_, at) in self.heard:
            return "duplicate"
        self.heard.add((id_, at))
        self.labels.setdefault(id_, {})[at] = value
        return "accepted"

    def erase(self, id_: str) -> None:
        """Forget a prediction and its labels."""
        self.predictions.pop(id_, None)
        self.labels.pop(id_, None)

    def rows(self) -> dict[str, tuple[float, float | None]]:
        """Each prediction once, with the label that was observed last."""
        found = {}
        for id_, value in self.predictions.items():
            own = self.labels.get(id_, {})
            found[id_] = (value, own[max(own)] if own else None)
        return found


class Lived(RuleBasedStateMachine):
    """The server and its model, step by step."""

    template: World

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="leeboard-lived-"))
        shutil.copytree(self.template.folder, self.folder, dirs_exist_ok=True)
        self.model = World(self.folder)
        self.server = Served(self.folder)
        self.reference = Reference()

    def teardown(self) -> None:
        """Stop it, and remove its folder."""
        self.compare()
        self.server.close()
        shutil.rmtree(self.folder)

    def send(self, path: str, events: list[dict[str, Any]]) -> list[str]:
        """Send events; return what became of each."""
        return self.server.post(events, path).statuses

    @rule(pairs=st.lists(st.tuples(IDS, VALUES), min_size=1, max_size=6))
    def predicts(self, pairs: list[tuple[str, float]]) -> None:
        """Several at a time, among them the same again and other contents."""
        made_at = MADE_AT.isoformat()
        sent = [event(i, prediction=v, made_at=made_at) for i, v in pairs]
        wanted = [self.reference.predict(*pair) for pair in pairs]
        assert self.send("/v1/predictions", sent) == wanted

    @rule(
        some=st.lists(
            st.tuples(IDS, st.integers(0, 300), st.none() | VALUES),
            min_size=1,
            max_size=5,
        )
    )
    def labels(self, some: list[tuple[str, int, float | None]]) -> None:
        """First, late, contradictory, null, or of an id that is not there yet."""
        sent, wanted = [], []
        for id_, at, value in some:
            # of two labels observed at one moment either may count
            if self.reference.at.setdefault((id_, at), value) != value:
                continue
            wanted.append(self.reference.label(id_, at, value))
            when = (MADE_AT + timedelta(minutes=at)).isoformat()
            sent.append(label(id_, label=value, observed_at=when, model="demand"))
        if sent:
            assert self.send("/v1/feedback", sent) == wanted

    @rule(id_=IDS, value=VALUES)
    def predicts_atomically(self, id_: str, value: float) -> None:
        """With a bad one beside it, which keeps it out."""
        sent = [event(id_, prediction=value, made_at=MADE_AT.isoformat()), event(7)]
        statuses = self.send("/v1/predictions?atomic=true", sent)
        assert statuses == ["rejected", "rejected"]

    @rule(what=st.sampled_from(["restart", "erase", "read", "read"]), id_=IDS)
    def something_else(self, what: str, id_: str) -> None:
        """What was answered stays known; what is erased is gone, and stays so."""
        if what == "restart":
            self.server.close()
            self.server = Served(self.folder)
        elif what == "erase":
            assert self.model.monitor.erase(ids=[id_]).left == ()
            self.reference.erase(id_)
        else:
            self.compare()

    @invariant()
    def answers(self) -> None:
        """It is up."""
        assert self.server.ask("GET", "/readyz").status == 200

    def compare(self) -> None:
        """Hold the log against the model."""
        log = open_log(str(self.folder / "log"))
        ship(log, str(self.server.spool), datetime.now(UTC))
        rows = log.joined("demand", SPAN).read_all().to_pylist()
        found = {one["id"]: (one["prediction#d"], one.get("label#d")) for one in rows}
        assert len(found) == len(rows)
        assert found == self.reference.rows()


def lived(folder: Path, lives: int, steps: int) -> None:
    """Let so many servers live through so many steps."""
    from hypothesis.stateful import run_state_machine_as_test

    Lived.template = world(folder)
    Lived.template.configure(CONFIG.replace('"monitor"', '"log"\nspool = "spool"'))
    terms = settings(
        max_examples=lives,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # a step costs too much to be tried a thousand times
    )
    run_state_machine_as_test(Lived, settings=terms)


def test_a_server_says_and_holds_what_its_model_does(tmp_path: Path) -> None:
    """A few lives."""
    lived(tmp_path, 6, 16)


@pytest.mark.long
def test_many_servers_say_and_hold_what_their_model_does(tmp_path: Path) -> None:
    """Longer, and more of them."""
    lived(tmp_path, 20, 40)
