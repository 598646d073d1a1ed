"""Deployment: builds, checks and deploys a stage, and estimates its costs."""
