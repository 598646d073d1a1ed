"""The bundle that Lambda runs: built, pruned, checked, inventoried."""
