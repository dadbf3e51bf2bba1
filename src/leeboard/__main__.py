"""``python -m leeboard``: the same as the ``leeboard`` command."""

from __future__ import annotations

from leeboard.cli import main

raise SystemExit(main())
