"""Addresses of the dashboard's pages: what comes from data stands in the query.

A model may be named ``..`` or ``a/b``; no proxy or browser changes a query.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote_plus

__all__ = ["SECTIONS", "Links", "query_text"]

SECTIONS = (
    ("", "Summary"),
    ("performance", "Performance"),
    ("quality", "Data quality"),
    ("drift", "Drift"),
    ("system", "System health"),
    ("predictions", "Predictions"),
    ("business", "Business"),
)
"""The seven sections of a model, by their place in the address."""


@dataclass(frozen=True, slots=True)
class Links:
    """Where pages are.

    Parameters
    ----------
    root : str
        What stands before every path, as ``/leeboard`` behind a proxy; empty: nothing.
    stamp : str
        Added to the addresses of static files, so that they may be kept for ever.
    """

    root: str = ""
    stamp: str = ""

    def fleet(self) -> str:
        """All models."""
        return f"{self.root}/"

    def model(self, name: str, section: str = "", **query: str) -> str:
        """One section of a model's page."""
        path = f"/model/{section}" if section else "/model"
        return self._at(path, {"model": name, **query})

    def reference(self, name: str, **query: str) -> str:
        """What a model is compared with."""
        return self._at("/model/reference", {"model": name, **query})

    def incidents(self, **query: str) -> str:
        """All incidents, or some."""
        return self._at("/incidents", query)

    def incident(self, id_: str) -> str:
        """One incident."""
        return self._at("/incident", {"id": id_})

    def act(self, action: str) -> str:
        """Where a form of an incident is sent; its id is a field of the form."""
        return f"{self.root}/incident/{action}"

    def verdict(self, id_: str) -> str:
        """One verdict, explained."""
        return self._at("/explain", {"verdict": id_})

    def settings(self) -> str:
        """How everything is set."""
        return f"{self.root}/settings"

    def api(self) -> str:
        """How other programs send events."""
        return f"{self.root}/api"

    def static(self, name: str) -> str:
        """A style sheet or script."""
        stamp = f"?v={self.stamp}" if self.stamp else ""
        return f"{self.root}/static/{name}{stamp}"

    def _at(self, path: str, query: dict[str, str]) -> str:
        text = query_text(query)
        return f"{self.root}{path}?{text}" if text else f"{self.root}{path}"


def query_text(query: dict[str, str]) -> str:
    """Write a query; empty values are left out, half characters replaced."""
    return "&".join(
        f"{quote_plus(key)}={quote_plus(value, errors='replace')}"
        for key, value in query.items()
        if value
    )
