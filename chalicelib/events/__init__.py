"""The doors that are not HTTP: what a timer opens."""
