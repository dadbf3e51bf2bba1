"""Files that people edit: schema, suite, plan; and what tells a profile from data."""

from __future__ import annotations

from leeboard.config._alarm_file import rules_from_texts
from leeboard.config._document import locate, read_text
from leeboard.config._names import one_way
from leeboard.config._plan_file import DEFAULT, load_plan
from leeboard.config._profile_mark import is_profile
from leeboard.config._schema_file import (
    load_schema,
    quoted,
    read_schema,
    schema_to_toml,
    write_schema,
)
from leeboard.config._suite_file import Suite, load_suite
from leeboard.config.plan import ModelPlan, Plan

__all__ = [
    "DEFAULT",
    "ModelPlan",
    "Plan",
    "Suite",
    "is_profile",
    "load_plan",
    "load_schema",
    "load_suite",
    "locate",
    "one_way",
    "quoted",
    "read_schema",
    "read_text",
    "rules_from_texts",
    "schema_to_toml",
    "write_schema",
]
