"""Records opened by professionals, now or before, and what they asked to be told (R-PS-22…30)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone

from habilitations.models.accords import Autorisation
from mes.socle.champs import ChampScelle, CleUUID7
from professionnels.models import Exercice
from usagers.models import EspaceSante


class OuvertureQuerySet(models.QuerySet["Ouverture"]):
    def en_cours(self, maintenant: datetime) -> OuvertureQuerySet:
        return self.filter(fermee_le=None, expire_le__gt=maintenant)


class Ouverture(models.Model):
    """One professional opened one record, on a declared basis, for a while (R-PS-04, R-PS-22)."""

    id = CleUUID7()
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="ouvertures")
    exercice = models.ForeignKey(Exercice, models.PROTECT)
    mode = models.CharField(max_length=15)
    base = models.CharField(max_length=15)
    ouverte_le = models.DateTimeField(default=timezone.now)
    expire_le = models.DateTimeField()
    fermee_le = models.DateTimeField(null=True)
    regulateur = models.BooleanField(default=False)
    secrete = models.BooleanField(default=False)
    """R-PRO-09: a minor's secret; the access itself is kept from the representatives."""
    autorisation = models.ForeignKey(Autorisation, models.PROTECT, null=True)
    """The patient's authorisation it rests on: it ends with it."""
    scelle = ChampScelle(null=True)
    """Justification of an emergency, sealed by the keyring."""

    objects = OuvertureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["exercice"],
                condition=Q(fermee_le=None),
                name="un_seul_dossier_ouvert",
                violation_error_message="Un autre dossier est déjà ouvert.",
            )
        ]
        indexes = [
            models.Index(fields=["exercice", "-ouverte_le"], name="ouverture_par_exercice"),
            models.Index(fields=["espace", "-ouverte_le"], name="ouverture_par_espace"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def lieu(ouverture_id: UUID) -> str:
        return f"habilitations.ouverture:{ouverture_id}"


class Rythme(models.TextChoices):
    CHAQUE = "chaque", "à chaque document"
    QUOTIDIEN = "quotidien", "une fois par jour"


class AbonnementAlerte(models.Model):
    """R-PS-30: a professional asks to be told of each new document; ends with the authorisation,
    seen and stopped by the patient."""

    id = CleUUID7()
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="abonnements")
    exercice = models.ForeignKey(Exercice, models.PROTECT)
    rythme = models.CharField(max_length=10, choices=Rythme)
    canal = models.CharField(max_length=10)
    """courriel (MSSanté box) or sms."""
    depuis_le = models.DateTimeField(default=timezone.now)
    fin_le = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["espace", "exercice"],
                condition=Q(fin_le=None),
                name="un_seul_abonnement_aux_documents",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
