"""Who is told: one file a channel, and a guard before the network.

Place: an edge, beside logs and state. Shapes and sends one message; which ones are due
is known by the monitor, which keeps them until they were taken.
"""
