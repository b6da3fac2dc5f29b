"""Python runs this at the start of each process that has this folder in PYTHONPATH: it measures the process."""

from tests.benchmarks.cpu_parts import measure_process

measure_process()
