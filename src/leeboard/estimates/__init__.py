"""Performance before labels: estimates, what labels come when, and which to ask for.

Place: on the path, above performance; values in, values out.
"""
