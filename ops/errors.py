"""What a deployment stops for; the message says why, and what to do.

DeployError
NotReadyError
ChaliceError
"""


class DeployError(Exception):
    """A deployment can't go on."""


class NotReadyError(DeployError):
    """A step found what it can't put right."""


class ChaliceError(DeployError):
    """Chalice failed, and said why on the terminal."""
