"""How likely a goal is to be met."""
