"""Fitted estimators as text and back: numbers only, nothing that could run.

Numbers of calibrators stand as JSON numbers. Arrays of trees are little-endian bytes,
deflated, in base64: read back bit for bit.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from typing import Any

import numpy as np

from leeboard.errors import StateError
from leeboard.estimates._calibrator import Calibrator
from leeboard.estimates._table import Encoder
from leeboard.estimates._trees import Boosted
from leeboard.estimates.cbpe import Cbpe
from leeboard.estimates.dle import Dle, Loss
from leeboard.schema import Task
from leeboard.stats.calibration import Shares

__all__ = ["FORMAT", "read", "write"]

_Array = np.ndarray[Any, Any]
_Object = dict[str, Any]
FORMAT = 1
_WHERE = "saved estimator"
_TYPES = {"f8": np.float64, "i4": np.int32, "i2": np.int16}
_MOST_BYTES = 1 << 28
_TREES = {
    "roots": "i4",
    "feature": "i2",
    "threshold": "f8",
    "left": "i4",
    "right": "i4",
    "value": "f8",
}


def write(task: Task, by: Cbpe | Dle) -> str:
    """Write as one line of JSON."""
    body: _Object = {"task": task.value}
    if isinstance(by, Cbpe):
        body["cbpe"] = [_calibrator(one) for one in by.calibrators]
    else:
        body["dle"] = {
            "names": list(by.encoder.names),
            "levels": [levels and list(levels) for levels in by.encoder.levels],
            "absolute": _loss(by.absolute),
            "squared": _loss(by.squared),
        }
    head = {"leeboard_estimator": FORMAT, "checksum": _digest(body)}
    return _json({**head, **body})


def read(text: str) -> tuple[Task, Cbpe | Dle]:
    """Read what ``write`` wrote.

    Raises
    ------
    StateError
        If the text is damaged, no estimator, or of a newer format.
    """
    try:
        document = _sound(json.loads(text))
        return Task(document["task"]), _contents(document)
    except StateError:
        raise
    except (LookupError, TypeError, AttributeError, ValueError, zlib.error) as error:
        raise _damaged(f"a part that cannot be read ({error})") from error


def _sound(document: _Object) -> _Object:
    """Check version and checksum, and take them off."""
    version = document.pop("leeboard_estimator")
    stated = document.pop("checksum")
    if version > FORMAT:
        raise StateError(
            code="newer_format",
            where=_WHERE,
            found=f"an estimator of format {version}",
            expected=f"format {FORMAT} or older",
            fix="Read it with a newer Leeboard.",
        )
    if stated != _digest(document):
        raise _damaged("contents that do not match their checksum")
    return document


def _contents(document: _Object) -> Cbpe | Dle:
    if "cbpe" in document:
        return Cbpe(tuple(_read_calibrator(one) for one in document["cbpe"]))
    own = document["dle"]
    levels = tuple(None if some is None else tuple(some) for some in own["levels"])
    encoder = Encoder(tuple(own["names"]), levels)
    return Dle(encoder, _read_loss(own["absolute"]), _read_loss(own["squared"]))


def _damaged(found: str) -> StateError:
    return StateError(
        code="damaged_estimator",
        where=_WHERE,
        found=found,
        expected="what Leeboard wrote",
        fix="Fit the estimator on the reference again.",
    )


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _digest(value: Any) -> str:
    return hashlib.sha256(_json(value).encode()).hexdigest()


def _calibrator(one: Calibrator) -> _Object:
    return {
        "table": one.table and [one.table.scores.tolist(), one.table.shares.tolist()],
        "grid": one.grid.tolist(),
        "departures": one.departures.tolist(),
    }


def _read_calibrator(own: _Object) -> Calibrator:
    table = None if own["table"] is None else Shares(*map(_numbers, own["table"]))
    return Calibrator(table, _numbers(own["grid"]), _numbers(own["departures"]))


def _numbers(values: Any) -> _Array:
    return np.array(values, dtype=np.float64)


def _loss(loss: Loss) -> _Object:
    return {
        "model": _boosted(loss.model),
        "halves": [_boosted(half) for half in loss.halves],
        "share": loss.share,
        "at": loss.at.tolist(),
        "variance": loss.variance.tolist(),
    }


def _read_loss(own: _Object) -> Loss:
    return Loss(
        _read_boosted(own["model"]),
        tuple(_read_boosted(half) for half in own["halves"]),
        float(own["share"]),
        _numbers(own["at"]),
        _numbers(own["variance"]),
    )


def _boosted(model: Boosted) -> _Object:
    arrays = {name: _pack(getattr(model, name), kind) for name, kind in _TREES.items()}
    return {"base": model.base, "rate": model.rate, **arrays}


def _read_boosted(own: _Object) -> Boosted:
    arrays = {name: _unpack(own[name], kind) for name, kind in _TREES.items()}
    model = Boosted(float(own["base"]), float(own["rate"]), **arrays)
    inner = np.flatnonzero(model.feature >= 0)
    sizes = {len(arrays[name]) for name in _TREES if name != "roots"}
    # every way down ends: what follows a node stands after it
    follows = np.minimum(model.left, model.right)[inner] > inner
    if sizes != {len(model.feature)} or not follows.all():
        raise _damaged("trees that do not end")
    return model


def _pack(values: _Array, kind: str) -> str:
    raw = np.ascontiguousarray(values, dtype=f"<{kind}").tobytes()
    return base64.b64encode(zlib.compress(raw, 9)).decode("ascii")


def _unpack(text: str, kind: str) -> _Array:
    deflated = base64.b64decode(text, validate=True)
    raw = zlib.decompressobj().decompress(deflated, _MOST_BYTES)
    return np.frombuffer(raw, dtype=f"<{kind}").astype(_TYPES[kind])
