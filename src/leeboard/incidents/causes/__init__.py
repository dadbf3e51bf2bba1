"""Causes that a diagnosis knows: one file each, which names it as ``CAUSE``.

Place: on the path, below ``incidents.diagnosis``. A cause sees counts and answers with
facts, or with nothing.
"""
