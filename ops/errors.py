"""Why an operation in the owner's account stops; the message says what to do.

OpsError
├── UnknownStageError
├── NotReadyError
├── BundleError
└── ChaliceError
"""


class OpsError(Exception):
    """An operation cannot continue."""


class UnknownStageError(OpsError):
    """There is no stage of that name; the message lists the known ones."""


class NotReadyError(OpsError):
    """A step found a problem that has to be solved by hand."""


class BundleError(OpsError):
    """The bundle cannot be deployed; the message has one line for each reason."""


class ChaliceError(OpsError):
    """Chalice failed, and printed the reason on the terminal."""
