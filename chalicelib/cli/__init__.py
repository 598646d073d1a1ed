"""The command line for the owner, who has AWS credentials: one module for each noun."""
