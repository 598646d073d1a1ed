"""The entry point of AWS Lambda: the API and the hourly timer.  It has no logic."""

import gc

gc.disable()  # imports make no garbage; collections would take a fifth of a cold start

from chalicelib.api.app import CORS, App, log_to_stdout  # noqa: E402
from chalicelib.api.cold_start import LOADED_AT_START, warm_up  # noqa: E402
from chalicelib.api.deployment import complete  # noqa: E402
from chalicelib.events.hourly import timers  # noqa: E402

log_to_stdout()
app = App(app_name="afterword")
app.api.cors = CORS  # before the blueprints: routes registered earlier would lack CORS preflight
app.register(LOADED_AT_START)
warm_up()
app.register_blueprint(timers)
complete(app)

gc.freeze()
gc.enable()
