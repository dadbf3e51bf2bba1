"""From a log to numbers: windows that became due are joined, counted and measured.

Place: above logs, state and engines; the only place that knows the order of a pass.
"""
