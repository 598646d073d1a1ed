"""The service's log has each line once, wherever the service runs."""

import logging
from collections.abc import Iterator

import pytest

from chalicelib.api.app import log_to_stdout

log = logging.getLogger("afterword")


class LambdaLoggerHandler(logging.NullHandler):
    """A log handler with the name of the one that Lambda's runtime adds to the root logger."""


@pytest.fixture
def in_lambda() -> Iterator[None]:
    handler = LambdaLoggerHandler()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    log_to_stdout()


@pytest.mark.usefixtures("in_lambda")
def test_lines_are_not_repeated_by_lambdas_own_handler() -> None:
    log_to_stdout()

    assert not log.propagate
    assert len(log.handlers) == 1


def test_outside_lambda_the_root_logger_receives_the_lines(caplog: pytest.LogCaptureFixture) -> None:
    log_to_stdout()

    log.info("a line")

    assert "a line" in caplog.messages
