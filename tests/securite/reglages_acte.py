"""The demonstration's settings, whose static files need no collecting."""

from mes.settings.demo import *  # noqa: F403
from mes.settings.demo import STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
