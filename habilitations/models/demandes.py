"""What the patient asks about an access: an explanation, a report (R-PS-26, I-01)."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.utils import timezone

from mes.socle.champs import ChampScelle, CleUUID7
from professionnels.models import Exercice, Professionnel, Structure
from usagers.models import EspaceSante


class GenreDemande(models.TextChoices):
    EXPLICATION = "explication", "demande d'explication"
    SIGNALEMENT = "signalement", "signalement d'un accès sans accord"


class DemandeSurAcces(models.Model):
    """One question or report about a professional's access.

    `scelle` (keyring): texte, reponse. The structure answers an explanation before `echeance_le`; a
    report goes to the support.
    """

    id = CleUUID7()
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="demandes_acces")
    genre = models.CharField(max_length=15, choices=GenreDemande)
    professionnel = models.ForeignKey(Professionnel, models.PROTECT)
    structure = models.ForeignKey(Structure, models.PROTECT, null=True)
    acces_le = models.DateTimeField(null=True)
    """The access it is about, when there is one in the history."""
    compte_id = models.UUIDField()
    cree_le = models.DateTimeField(default=timezone.now)
    echeance_le = models.DateTimeField()
    repondue_le = models.DateTimeField(null=True)
    repondue_par = models.ForeignKey(Exercice, models.PROTECT, null=True)
    scelle = ChampScelle()

    class Meta:
        indexes = [
            models.Index(
                fields=["structure", "echeance_le"],
                condition=models.Q(repondue_le=None),
                name="demande_en_attente",
            ),
            models.Index(fields=["espace", "-cree_le"], name="demande_par_espace"),
        ]

    def __str__(self) -> str:
        return f"{self.genre} {self.pk}"

    @staticmethod
    def lieu(demande_id: UUID) -> str:
        return f"habilitations.demandesuracces:{demande_id}"
