"""The rules, and nothing else: no clock, environment, network or randomness."""
