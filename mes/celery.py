"""The Celery application: queues by kind of work, ids only, JSON only."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mes.settings.base")

application = Celery("mes")
application.config_from_object("django.conf:settings", namespace="CELERY")
application.autodiscover_tasks(["mes.socle"], related_name="travaux")
application.autodiscover_tasks()
application.autodiscover_tasks(related_name="planif")
