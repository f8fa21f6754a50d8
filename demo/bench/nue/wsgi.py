"""WSGI application of the bare view, in a process that dies with its server as the product's does."""

import os
import signal

from demo.serveurs import mourir_avec_le_parent

mourir_avec_le_parent(signal.SIGKILL)

os.environ["DJANGO_SETTINGS_MODULE"] = "demo.bench.nue.settings"

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()
