"""Exposition: what Prometheus reads, and the files that make it look and alert.

Place: beside the pages and above what they read by; knows neither HTTP nor a web page.
"""
