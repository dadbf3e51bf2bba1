"""The doctor: what is wrong with an installation, and how to mend it.

    examine("leeboard.toml").findings

Place: above everything that can break, below the command line. Looks, and changes
nothing; each check is one small function that yields what it found.
"""

from leeboard.doctor.examine import examine
from leeboard.doctor.finding import Examined, Finding, Outcome

__all__ = ["Examined", "Finding", "Outcome", "examine"]
