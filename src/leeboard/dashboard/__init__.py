"""The dashboard: what a store holds, read for one page at a time.

Place: above the monitor, below whoever answers requests. Reads, and changes nothing.
"""
