"""Use cases: each one reads, decides, writes once and returns."""
