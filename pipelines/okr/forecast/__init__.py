"""What may still happen to a KPI: many simulated futures, from which odds are counted.

The method is damped exponential smoothing, in many variants at once: each variant (`candidates`) is run over
the history (`smoothing`) and weighs as much as it would have forecast well; futures (`paths`) continue from
where the variants end, moved by the errors they made on real days (`draws`). A short history gets a plain
run-rate, a very short one no odds. How often the odds came true corrects them (`recalibration`).

NumPy only: arrays in, arrays out. Nothing here knows a KPI, a goal or a date; days come as ordinals.
"""
