"""What would bring a goal back: the smallest change of one driver, all else left as it is.

A goal is back when its published odds reach what counts as on track. So of the simulated futures a certain
number has to meet it, and since a change adds the same to each of them, or so much for each unit of a ratio's
denominator, what is needed can be read off: a change that takes the goal's own shortfall away in just so many
futures. Without odds there is one future, in which all goes on as it has so far.

This is arithmetic on a forecast: it says how much, not how, and not that a driver can be moved alone.
"""
