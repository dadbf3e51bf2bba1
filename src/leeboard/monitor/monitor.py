"""A monitor: one configuration, its log and its results.

    m = Monitor("leeboard.toml")
    m.run()
    m.measurements(model="demand", metric="mae")

Place: what command line and Python call. Opens log and state when they are needed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from os import PathLike, fspath
from typing import Any

import pyarrow as pa

from leeboard.alarms.budget import Budget
from leeboard.alarms.judged import Judged
from leeboard.alarms.rules import Rule
from leeboard.config import DEFAULT, load_plan
from leeboard.errors import ConfigError
from leeboard.estimates.record import Record
from leeboard.incidents.expected import Expectation
from leeboard.incidents.incident import Incident
from leeboard.logs import Log, open_log, ship
from leeboard.logs.columns import Moments
from leeboard.logs.committer import Shipped
from leeboard.monitor import handling
from leeboard.monitor.adopted import KEY, Adopted
from leeboard.monitor.backups import Saved, back_up
from leeboard.monitor.baseline import load_baseline
from leeboard.monitor.erasing import Erased, erase
from leeboard.monitor.history import Made, note_pass
from leeboard.monitor.holder import me
from leeboard.monitor.importing import Imported, import_rows
from leeboard.monitor.naming import checked, columns_of_change
from leeboard.monitor.passes import run_model
from leeboard.monitor.quarantine import (
    Aside,
    Replayed,
    discard,
    listed,
    quarantined_rows,
    replay,
)
from leeboard.monitor.ran import Ran
from leeboard.monitor.records import record_of
from leeboard.monitor.rehearsing import Rehearsal, rehearse, trial
from leeboard.monitor.retention import forget_unnamed
from leeboard.monitor.sampling import Asked, Drawn, sample_model
from leeboard.monitor.sending import beat, send_due
from leeboard.monitor.spans import moment_of, span_of
from leeboard.monitor.status import Status, status_of
from leeboard.monitor.stored import EXPORTS, exported, frame_of, profiles_of
from leeboard.profiles.profile import Profile
from leeboard.state import State, open_state
from leeboard.windows import Window

__all__ = ["Monitor"]


class Monitor:
    """Monitors the models that a configuration names.

    Parameters
    ----------
    config : path of a TOML file
        See docs/monitor.md.

    Raises
    ------
    ConfigError
        If it cannot be used; with file and line.
    """

    def __init__(self, config: str | PathLike[str] = DEFAULT) -> None:
        self.plan = load_plan(config)

    def ship(self, now: datetime | None = None) -> Shipped | None:
        """Commit what loggers have left in the spool; None where there is no spool.

        Parameters
        ----------
        now : aware datetime, optional
            When the events are taken to have arrived; by default the clock's.
        """
        if not self.plan.spool or not os.path.isdir(self.plan.spool):
            return None
        return ship(self._log(), self.plan.spool, moment_of(now))

    def run(self, now: datetime | None = None, *, every_s: float | None = None) -> Ran:
        """Commit spooled frames, count every due window, judge it, and tell people.

        Parameters
        ----------
        now : aware datetime, optional
            The moment of the pass, and of the arrival of what is in the spool; by
            default the clock's. A replay of history names the moments it lives.
        every_s : float, optional
            Seconds from pass to pass that the caller keeps: later ones are late.

        Returns
        -------
        Ran
            A model whose pass is under way elsewhere is *busy*, and left alone.
        """
        moment, named = moment_of(now), checked(self.plan)
        shipped = self.ship(moment)
        log = self._log()
        passes = []
        with self._state() as state:
            for model in self.plan.models:
                baseline = load_baseline(model)
                told = {one.name: one.severity for one in self.plan.channels}
                passes.append(run_model(log, state, model, baseline, moment, told))
            forget_unnamed(log, state, self.plan.models, moment)
            sent = send_due(state, self.plan)
            if now is None:
                note_pass(state, Made(moment, datetime.now(UTC), me(), every_s))
        notes = (*named, *sent.notes, *beat(self.plan))
        return Ran(shipped, tuple(passes), sent, notes)

    def status(self, now: datetime | None = None) -> Status:
        """Return what was logged, joined and measured of each model."""
        moment = moment_of(now)
        with self._state() as state:
            return status_of(self.plan, self._whole_log(), state, moment)

    def measurements(
        self,
        model: str | None = None,
        metric: str | None = None,
        *,
        column: str | None = None,
        segment: str | None = None,
        basis: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Any:
        """Return figures of windows: a pandas frame where pandas is, else pyarrow.

        Each argument that is given selects; ``segment=""`` is all rows.
        """
        given = {
            "model": None if model is None else self.model(model),
            "metric": metric,
            "subject": column,
            "segment": segment,
            "basis": basis,
        }
        where = {key: value for key, value in given.items() if value is not None}
        with self._state() as state:
            return frame_of(state.measurements(where, span_of(since, until)))

    def profiles(
        self,
        model: str | None = None,
        *,
        segment: str | None = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[tuple[Window, str, Profile]]:
        """Return the profile of each window, in order of time, with its segment.

        Profiles add: the hours of a day give the day's. ``segment=None`` gives every
        segment's, and ``""`` that of all rows.
        """
        plan = self.plan[self.model(model)]
        with self._state() as state:
            reference = load_baseline(plan).reference
            adopted = Adopted.from_text(state.kept(plan.name, KEY))
            packed = state.profiles(plan.name, span_of(since, until), segment)
            return list(profiles_of(reference, adopted, packed))

    def record(self, metric: str, model: str | None = None) -> Record:
        """Return how the estimates of a figure did against the labels that came."""
        with self._state() as state:
            return record_of(state, self.model(model), metric)

    def export(self, kind: str, model: str | None = None) -> pa.RecordBatchReader:
        """Return one of ``predictions, feedback, joined, measurements, profiles``.

        Frames that no committer has shipped yet are included.
        """
        if kind not in EXPORTS:
            raise ConfigError(
                code="unknown_export",
                where="export",
                found=repr(kind),
                expected="one of " + ", ".join(EXPORTS),
                fix="Name one of them.",
            )
        names = [model.name for model in self.plan.models]
        chosen = names if model is None else [self.model(model)]
        with self._state() as state:
            return exported(kind, chosen, self._whole_log(), state)

    def _whole_log(self) -> Log:
        """Return the log with what is in the spool: read from it, or shipped first."""
        if self.plan.log.startswith("postgres"):  # its server cannot see our disk
            self.ship()
        return self._log()

    def _log(self) -> Log:
        return open_log(self.plan.log, spool=self.plan.spool or None)

    def import_(
        self,
        data: Any,
        fields: Mapping[str, str],
        *,
        table: str | None = None,
        model: str | None = None,
        features: Iterable[str] | None = None,
        segments: Iterable[str] = (),
        metadata: Iterable[str] = (),
        time_zone: str | None = None,
        time_unit: str | None = None,
    ) -> Imported:
        """Store the rows of a table or of files as events; twice changes nothing.

        Parameters
        ----------
        data : path, list of paths, frame, or address of a database
            ``postgresql://user@host/database`` or ``sqlite:///path``, with ``table=``.
        fields : mapping of field to column
            Fields are ``id, made_at, prediction, label, observed_at, received_at,
            version, latency_s, score`` and ``score.CLASS``. Without an ``id`` a row's
            id is a hash of it, so that equal rows are one event.
        table : str, optional
            Table or view of the database; in Postgres also ``schema.table``. It is read
            in portions.
        model : str, optional
        features, segments, metadata : iterables of column names
            Features are by default all columns that nothing else takes.
        time_zone : str, optional
            Of times without one.
        time_unit : str, optional
            Of times that are numbers: ``s``, ``ms``, ``us`` or ``ns`` since 1970.

        Raises
        ------
        LeeboardError
            If the data cannot be read, or the mapping does not fit it.
        """
        return import_rows(
            self._log(),
            data,
            self.model(model),
            Moments(time_zone, time_unit, datetime.now(UTC)),
            fields,
            table=table,
            features=features,
            segments=segments,
            metadata=metadata,
        )

    def sample(
        self,
        budget: int,
        *,
        model: str | None = None,
        since: datetime | None = None,
        seed: int | None = None,
        now: datetime | None = None,
    ) -> Drawn:
        """Choose predictions to have labelled; see ``monitor.sampling``.

        Parameters
        ----------
        budget : int, at least 2
            A second call on the same day (UTC) adds so many to the day's sample.
        model : str, optional
        since : aware datetime, optional
            Predictions made from then on; by default one horizon back.
        seed : int, optional
        now : aware datetime, optional

        Raises
        ------
        LeeboardError
            If none waits for its label, or the day's sample was begun otherwise.
        """
        moment, plan = moment_of(now), self.plan[self.model(model)]
        with self._state() as state:
            asked = Asked(budget, since, seed)
            log, baseline = self._log(), load_baseline(plan)
            return sample_model(log, state, plan, baseline, moment, asked)

    def incidents(
        self, model: str | None = None, *, running: bool = False
    ) -> Sequence[Incident]:
        """Return what happened, the newest first; with ``running`` what goes on."""
        name = None if model is None else self.model(model)
        with self._state() as state:
            return state.alarms.incidents(name, running=running)

    def incident(self, id_: str) -> handling.Case:
        """Return one incident with its story, verdicts and runbook."""
        with self._state() as state:
            return handling.case_of(state, id_, self.plan, self._log())

    def act(self, id_: str, action: str, *, why: str = "", **given: Any) -> Incident:
        """Do ``ack``, ``silence``, ``close``, ``accept`` or ``note`` to an incident.

        ``who`` does it, and ``until`` a silence lasts; see ``monitor.handling``.
        """
        with self._state() as state:
            now = datetime.now(UTC)
            return handling.act(state, id_, action, why=why, now=now, **given)

    def expect(
        self,
        text: str,
        start: datetime,
        end: datetime,
        *,
        columns: Sequence[str] = (),
        model: str | None = None,
        who: str = "",
        **how: str,
    ) -> Expectation:
        """Announce a change, so that it pages nobody."""
        name, now = self.model(model), datetime.now(UTC)
        named = columns_of_change(columns, self.plan[name])
        span = start.astimezone(UTC), end.astimezone(UTC)
        one = Expectation("", name, text, named, (), *span, who, now)
        with self._state() as state:
            return handling.expect(state, one, **how)

    def explain(self, verdict: str) -> Judged:
        """Return a verdict by its id, with its evidence."""
        with self._state() as state:
            return handling.explained(state, verdict)

    def replay(
        self,
        model: str | None = None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        rules: Sequence[Rule] | None = None,
        budget: Budget | None = None,
    ) -> Rehearsal:
        """Judge kept windows again, as ``rules`` or another ``budget`` would have.

        Nothing is written, and nobody is told; see ``monitor.rehearsing``.
        """
        plan = trial(self.plan[self.model(model)], rules, budget)
        span, now = span_of(since, until), datetime.now(UTC)
        with self._state() as state:
            return rehearse(state, plan, load_baseline(plan), span, now)

    def quarantine(self, model: str | None = None) -> Sequence[Aside]:
        """Count the events that were set aside, by model (all if none) and reason."""
        return listed(self._log(), model)

    def quarantined(
        self, model: str | None = None, reason: str | None = None
    ) -> pa.Table:
        """Return the events that were set aside, as they came."""
        return quarantined_rows(self._log(), model, reason)

    def replay_quarantined(
        self, model: str | None = None, reason: str | None = None
    ) -> Replayed:
        """Decode quarantined events again; what is sound now enters the log, once."""
        self.ship()
        return replay(self._log(), model, reason)

    def discard(self, model: str | None = None, reason: str | None = None) -> int:
        """Remove quarantined events for good; return how many there were."""
        self.ship()
        return discard(self._log(), model, reason)

    def backup(self, path: str | PathLike[str]) -> Saved:
        """Write all that the monitor holds into one file, while it goes on.

        ``monitor.backups.restore`` brings it back.
        """
        return back_up(self.plan, fspath(path))

    def erase(
        self,
        entity: str | None = None,
        *,
        column: str | None = None,
        ids: Iterable[str] = (),
        model: str | None = None,
    ) -> Erased:
        """Take an entity's events out for good, and search all files for the rest.

        Parameters
        ----------
        entity, column : str, optional
            Value of a feature, a segment or a piece of metadata; predictions that have
            it go, with their labels.
        ids : iterable of str, optional
            Predictions by id, instead.
        model : str, optional

        Returns
        -------
        Erased
            ``left`` says where it still stands; empty when it is gone. A pass that goes
            on for two minutes is an error: ``busy``, see ``monitor.erasing.erase``.
        """
        self.ship()
        with self._state() as state:
            return erase(
                self.plan,
                self._log(),
                state,
                ids=tuple(ids),
                column=column or "",
                value=entity or "",
                model=None if model is None else self.model(model),
            )

    def model(self, name: str | None = None) -> str:
        """Return the name of a model; the only one's if none is named."""
        names = [model.name for model in self.plan.models]
        if name is None and len(names) == 1:
            return names[0]
        if name in names:
            return str(name)
        raise ConfigError(
            code="unknown_model",
            where=self.plan.path,
            found="no model named" if name is None else f"no model {name!r}",
            expected="one of " + ", ".join(map(repr, names)),
            fix="Name a model of the configuration with model=… or --model.",
        )

    @contextmanager
    def _state(self) -> Iterator[State]:
        state = open_state(self.plan.state)
        try:
            yield state
        finally:
            state.close()

    def __repr__(self) -> str:
        names = ", ".join(model.name for model in self.plan.models)
        return f"<Monitor of {names}: {self.plan.path}>"
