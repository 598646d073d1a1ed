"""Deploying: what goes to AWS is made here, checked, and named by its hash."""
