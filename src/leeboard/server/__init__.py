"""The server: takes in events, and runs the passes on time.

Place: above the monitor, below the command line. Whatever answers requests stands in
one table of routes, each with the scope that it needs; without one it is not served.
"""
