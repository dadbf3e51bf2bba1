"""How well a model does, from labels: one file a metric, additive where it can be.

Place: on the path, above profiles; values in, values out.
"""

from leeboard.performance._outcomes import Figure, Outcomes

__all__ = ["Figure", "Outcomes"]
