"""Deselects tests marked ``slow`` unless ``make check`` runs."""

import os

import pytest

CHECK = "AFTERWORD_CHECK"  # set where nothing may be skipped or left out


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect slow tests."""
    if CHECK in os.environ:
        return
    left = [each for each in items if each.get_closest_marker("slow")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [each for each in items if not each.get_closest_marker("slow")]
