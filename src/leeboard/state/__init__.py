"""What is remembered between passes: windows, profiles, measurements, leases.

Place: an edge, below the monitor; plain documented tables in SQLite or Postgres.
"""

from leeboard.state._open import file_of, open_state
from leeboard.state._state import Done, Held, Lease, Measured, Packed, State

__all__ = [
    "Done",
    "Held",
    "Lease",
    "Measured",
    "Packed",
    "State",
    "file_of",
    "open_state",
]
