"""What AWS Lambda starts: the door with every topic of the API, the hourly timer, and no logic."""

from chalicelib.api.service import CORS, Service, log_to_stdout
from chalicelib.api.topics import TOPICS
from chalicelib.events.hourly import timers

log_to_stdout()
app = Service(app_name="afterword")
app.api.cors = CORS  # before the blueprints, or their routes have no preflight
for topic in TOPICS:
    app.register_blueprint(topic.blueprint)
app.register_blueprint(timers)
