"""What `check --deploy` refuses of a production: settings meant for elsewhere."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security, deploy=True)
def reglages_de_production(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """Warns of a stand-in, of a missing antivirus, of a key that opens nothing."""
    messages: list[CheckMessage] = []
    if settings.MES_ENVIRONNEMENT != "production":
        messages.append(Warning("MES_ENVIRONNEMENT n'est pas « production ».", id="mes.W001"))
    if settings.MES_ANTIVIRUS == "eicar":
        messages.append(
            Warning(
                "MES_ANTIVIRUS ne reconnaît que le fichier d'essai EICAR.",
                hint="Donnez l'adresse d'un clamd : clamd://hôte:port.",
                id="mes.W002",
            )
        )
    if settings.MES_INSI.startswith("fichier:"):
        messages.append(Warning("MES_INSI désigne le téléservice de démonstration.", id="mes.W003"))
    return messages
