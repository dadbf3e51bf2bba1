"""What gathers evidence over windows: one file a detector; values in, values out.

Place: on the path, above ``stats``. A detector sees one window at a time, remembers a
few numbers, and says how strong the evidence is. What that evidence is worth, beside
all others of a model, is the budget's matter (``leeboard.alarms``).
"""
