"""What Chalice has to know of the API to deploy it, and what Lambda never loads."""

from ..settings import edge_key_hashes, on_lambda
from .app import App


def complete(app: App) -> None:
    """Outside Lambda, add all routes, the gateway's own responses and, if the stage has one, the public function."""
    if on_lambda():
        return
    from . import chalice_command  # noqa: PLC0415  only deployments need it
    from .http import gateway_responses  # noqa: PLC0415  likewise

    chalice_command.install()
    gateway_responses.install()
    app.register_all()
    if edge_key_hashes():
        from .public_function import functions  # noqa: PLC0415  likewise

        app.register_blueprint(functions)
