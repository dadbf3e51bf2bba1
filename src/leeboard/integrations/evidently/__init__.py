"""Evidently's names on Leeboard's verdicts: change the import lines, keep the script.

Put ``leeboard.integrations.`` before ``evidently`` in each import line:

    from leeboard.integrations.evidently import Report, Dataset, DataDefinition
    from leeboard.integrations.evidently.presets import DataDriftPreset
    from leeboard.integrations.evidently.report import Report
    from leeboard.integrations.evidently.metric_preset import DataDriftPreset
    from leeboard.integrations.evidently.test_suite import TestSuite
    from leeboard.integrations.evidently.test_preset import DataDriftTestPreset

What a script asks is carried over, how it is decided is not: a column has drifted if
Leeboard's verdict is *moved*, its score is the size of the change (debiased PSI, nats),
and no choice of test by sample size takes place. Options that would change how drift is
decided are refused rather than ignored. Evidently need not be installed.
"""

from __future__ import annotations

from leeboard.integrations.evidently._dataset import (
    BinaryClassification,
    DataDefinition,
    Dataset,
    MulticlassClassification,
    Regression,
)
from leeboard.integrations.evidently._snapshot import Report, Snapshot
from leeboard.integrations.evidently.pipeline.column_mapping import ColumnMapping

__all__ = [
    "BinaryClassification",
    "ColumnMapping",
    "DataDefinition",
    "Dataset",
    "MulticlassClassification",
    "Regression",
    "Report",
    "Snapshot",
]
