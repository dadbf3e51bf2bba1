"""What verdicts add up to: incidents, their diagnosis, their runbook, who is told what.

Place: on the path, above alarms. Pure: incidents and a window's verdicts in, incidents
and what changed out; the moment is given.
"""
