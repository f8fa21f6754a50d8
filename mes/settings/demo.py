"""The demonstration: the same product on loopback, without TLS, with invented data."""

from mes.settings.base import *  # noqa: F403
from mes.settings.base import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "demo"]
MES_ENVIRONNEMENT = "demo"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0
SESSION_COOKIE_SECURE = False
