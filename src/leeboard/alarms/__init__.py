"""Which windows deserve a person's time: detectors under one budget, and named rules.

Place: on the path, above verdicts. Reads counts and measurements of one window at a
time; knows neither store nor clock.
"""
