"""Performance before labels: estimates, what labels come when, and which to ask for.

Place: on the path, above performance; values in, values out.
"""

from leeboard.estimates._estimate import Estimate, ExpectedLoss, Unlabelled

__all__ = ["Estimate", "ExpectedLoss", "Unlabelled"]
