"""What leaves the house: an outgoing message, at least once, always the same message."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from mes.socle.trousseau import trousseau
from notifications import canaux
from notifications.models import Canal, Envoi


def transmettre(envoi_id: UUID) -> None:
    """Sends one message if it hasn't been; killed before the last line, it will be sent again.

    What was sent is emptied: neither address nor text is kept.
    """
    envoi = Envoi.objects.filter(pk=envoi_id, envoye_le=None).first()
    if envoi is None or envoi.scelle is None:
        return
    contenu = trousseau().desceller_json(bytes(envoi.scelle), lieu=Envoi.lieu(envoi.pk))
    if envoi.canal == Canal.SMS:
        canaux.sms(envoi_id=envoi.pk, adresse=contenu["adresse"], texte=contenu["texte"])
    else:
        canaux.courriel(
            envoi_id=envoi.pk,
            cree_le=envoi.cree_le,
            adresse=contenu["adresse"],
            sujet=contenu["sujet"],
            texte=contenu["texte"],
            html=contenu["html"],
        )
    Envoi.objects.filter(pk=envoi.pk).update(envoye_le=timezone.now(), scelle=None)
