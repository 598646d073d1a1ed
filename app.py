"""What AWS Lambda starts: the door with every topic of the API, and no logic."""

from chalicelib.api.service import CORS, Service, log_to_stdout
from chalicelib.api.topics import TOPICS

log_to_stdout()
app = Service(app_name="afterword")
app.api.cors = CORS  # before the blueprints, or their routes have no preflight
for topic in TOPICS:
    app.register_blueprint(topic.blueprint)
