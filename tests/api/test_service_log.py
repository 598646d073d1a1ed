"""The service's log has each line once, wherever the service runs."""

import logging
from collections.abc import Iterator

import pytest

from chalicelib.api.app import log_to_stdout

log = logging.getLogger("afterword")


class LambdaLoggerHandler(logging.NullHandler):
    """Named as Lambda's runtime client names the one that it hangs up at the root."""


@pytest.fixture
def in_lambda() -> Iterator[None]:
    handler = LambdaLoggerHandler()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    log_to_stdout()


@pytest.mark.usefixtures("in_lambda")
def test_what_lambdas_own_handler_would_repeat_does_not_reach_it() -> None:
    log_to_stdout()

    assert not log.propagate
    assert len(log.handlers) == 1


def test_elsewhere_whoever_listens_at_the_root_hears_it(caplog: pytest.LogCaptureFixture) -> None:
    log_to_stdout()

    log.info("a line")

    assert "a line" in caplog.messages
