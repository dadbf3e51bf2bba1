"""The lab: a small model of real data that Leeboard watches, to learn from and to try.

Place: beside the integrations, above the monitor. Uses only what a user may use.
"""

from leeboard.lab._alarms import Alarms, alarm_story, alarms
from leeboard.lab._live import END as ENDED
from leeboard.lab._live import Live, live
from leeboard.lab._live_page import live_page
from leeboard.lab._live_story import live_story
from leeboard.lab._rentals import RENTALS, rentals
from leeboard.lab._story import story
from leeboard.lab._walk import Walk, walk

__all__ = [
    "ENDED",
    "RENTALS",
    "Alarms",
    "Live",
    "Walk",
    "alarm_story",
    "alarms",
    "live",
    "live_page",
    "live_story",
    "rentals",
    "story",
    "walk",
]
