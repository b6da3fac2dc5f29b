"""What would bring a goal back: the smallest change of one driver, all else as it is forecast.

A goal is back when its published odds reach what counts as on track. So a certain number of the simulated
futures has to meet it. Without odds there is one future, which continues at the rate so far.

This is arithmetic on a forecast: it says how much, not how, and not that a driver can be moved alone.
"""
