"""Measurements, no tests: `python -m tests.benchmarks` prints them as a table and as JSON."""
