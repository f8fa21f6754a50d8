"""Asking for a page to be printed: the job that draws it, once by page (R-HAB-04)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from habilitations.que_voit import IMPRIMER, Regle, cible_du_pdf
from mes.socle import travaux
from mes.socle.models import EtatTravail, Travail


@transaction.atomic
def demander_pdf(*, regle: Regle) -> EtatTravail:
    """Plans the PDF of what a profession sees, or says how far it is. Idempotent.

    Asked when the cache doesn't have it: done before and lost since, or given up a while ago, it
    is drawn again. Raises LookupError without a version in force.
    """
    if regle.version is None:
        raise LookupError("aucune version en vigueur")
    cible = cible_du_pdf(regle.version.pk, regle.profession.code)
    travaux.planifier(IMPRIMER, cible)
    travail = Travail.objects.select_for_update().get(nature=IMPRIMER, cible_id=cible)
    perdu = travail.etat == EtatTravail.FAIT
    abandonne = travail.etat == EtatTravail.ABANDONNE and travail.pas_avant <= timezone.now()
    if perdu or abandonne:
        travail.etat, travail.essais, travail.pas_avant = EtatTravail.A_FAIRE, 0, timezone.now()
        travail.save(update_fields=["etat", "essais", "pas_avant"])
        transaction.on_commit(lambda: travaux.reveiller([(travail.pk, travail.file)]), robust=True)
    return EtatTravail(travail.etat)
