"""The configured analyser: the built-in EICAR-only one, which says so, or a real clamd."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from dossier.controle import Analyseur, Clamd, EicarSeulement


def analyseur() -> Analyseur:
    """From MES_ANTIVIRUS: « eicar », or « clamd://host:port » (fails closed when unreachable)."""
    if settings.MES_ANTIVIRUS == "eicar":
        return EicarSeulement()
    adresse = urlsplit(settings.MES_ANTIVIRUS)
    if adresse.scheme != "clamd" or not adresse.hostname:
        raise ImproperlyConfigured("MES_ANTIVIRUS vaut « eicar » ou « clamd://hôte:port ».")
    return Clamd(hote=adresse.hostname, port=adresse.port or 3310)
