"""The dashboard: what a store holds, read for one page at a time.

Place: above the monitor, below whoever answers requests. Reads, and changes nothing.
"""

from leeboard.dashboard.pages import Answer, Dashboard
from leeboard.dashboard.reading import Reader

__all__ = ["Answer", "Dashboard", "Reader"]
