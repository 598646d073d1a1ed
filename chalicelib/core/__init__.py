"""The domain model and its rules: pure, without clock, environment, network or randomness."""
