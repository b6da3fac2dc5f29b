"""What may still happen to a KPI: many simulated futures, from which odds are counted.

The method is a mixture. Most members are variants of damped exponential smoothing: each (`candidates`) is run over
the history (`smoothing`) and weighs as much as it would have forecast well (`evidence`); futures (`paths`) continue
from where the variants end, moved by the errors they made on real days (`draws`). The others repeat the year before
or a stretch of the past (`mixture`). A short history gets a plain run-rate, a very short one no odds. How often the
odds came true corrects them (`recalibration`).

NumPy only: arrays in, arrays out. Nothing here knows a KPI or a goal; days come as ordinals.
"""
