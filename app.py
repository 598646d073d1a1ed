"""What AWS Lambda starts: the door with every topic of the API, the hourly timer, and no logic."""

import gc

gc.disable()  # nothing that is loaded here is rubbish; to look for it takes a fifth of a start

from chalicelib.api.app import CORS, Service, log_to_stdout  # noqa: E402
from chalicelib.api.cold_start import FIRST, get_ready  # noqa: E402
from chalicelib.events.hourly import timers  # noqa: E402

log_to_stdout()
app = Service(app_name="afterword")
app.api.cors = CORS  # before the blueprints, or their routes have no preflight
app.carry(FIRST)
get_ready(app)
app.register_blueprint(timers)

gc.freeze()
gc.enable()
