"""What is remembered between passes: windows, profiles, measurements, leases.

Place: an edge, below the monitor; plain documented tables in SQLite or Postgres.
"""

from leeboard.state._open import open_state
from leeboard.state._state import Done, Held, Lease, Measured, Packed, State

__all__ = ["Done", "Held", "Lease", "Measured", "Packed", "State", "open_state"]
