"""The durable jobs of this app: thin, an id in, an effect out."""

from __future__ import annotations

from mes.socle import travaux
from mes.socle.models import Travail
from notifications import effets

ENVOYER = "notifications.envoyer"


@travaux.nature(ENVOYER, file="notifications", essais_max=30)
def envoyer(travail: Travail) -> None:
    """Thirty tries over some five hours: a mail server comes back."""
    effets.transmettre(travail.cible_id)
