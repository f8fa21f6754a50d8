"""Tests: mes_app as in production, and the owner's alias that creates and flushes the databases."""

from pathlib import Path
from tempfile import gettempdir

from mes.settings.base import *  # noqa: F403
from mes.settings.base import DATABASES, STORAGES
from mes.settings.valeurs import base_de_donnees, texte

MES_ENVIRONNEMENT = "test"
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

DATABASES["default"]["TEST"] = {"MIRROR": "proprietaire"}
DATABASES["proprietaire"] = {
    **base_de_donnees(texte("DATABASE_URL_PROPRIETAIRE")),
    "TEST": {"DEPENDENCIES": []},
}
DATABASES.pop("comptage", None)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STORAGES["documents"]["OPTIONS"] = {"location": str(Path(gettempdir()) / "mes-tests-documents")}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = False
CELERY_TASK_ALWAYS_EAGER = False
MES_OID_INS = (
    "1.2.250.1.213.1.4.8",
    "1.2.250.1.213.1.4.9",
    "1.2.250.1.213.1.4.10",
    "1.2.250.1.213.1.4.11",
)
