"""What a structure noted and set about feeding records (R-ALI-01…03, 09)."""

from __future__ import annotations

from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from mes.socle.champs import ChampScelle, CleUUID7
from professionnels.models import Exercice, Structure
from usagers.models import EspaceSante


class InformationPatient(models.Model):
    """R-ALI-02: the patient was told once that her record is fed: when, how, by whom."""

    id = CleUUID7()
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="informations")
    structure = models.ForeignKey(Structure, models.PROTECT)
    informe_par = models.ForeignKey(Exercice, models.PROTECT)
    information = models.CharField(max_length=10)
    """papier or numerique."""
    informe_le = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["espace", "structure"], name="une_information_par_structure"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class RefusAlimentation(models.Model):
    """R-ALI-03: the patient refused that a document be sent, for a reason the professional found
    legitimate. `scelle` (keyring): motif."""

    id = CleUUID7()
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="refus_alimentation")
    structure = models.ForeignKey(Structure, models.PROTECT, null=True)
    exercice = models.ForeignKey(Exercice, models.PROTECT)
    type_code = models.CharField(max_length=20, blank=True)
    enregistre_le = models.DateTimeField(default=timezone.now)
    scelle = ChampScelle()

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def lieu(refus_id: UUID) -> str:
        return f"habilitations.refusalimentation:{refus_id}"


class RegleVersement(models.Model):
    """R-ALI-09: what a structure decided for a type: sent without asking, visible to whom."""

    id = CleUUID7()
    structure = models.ForeignKey(Structure, models.CASCADE, related_name="regles_versement")
    type_code = models.CharField(max_length=20)
    envoi_automatique = models.BooleanField(default=False)
    masques = ArrayField(models.CharField(max_length=40), default=list)
    modifiee_par = models.ForeignKey(Exercice, models.PROTECT)
    modifiee_le = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "type_code"], name="une_regle_de_versement_par_type"
            )
        ]

    def __str__(self) -> str:
        return f"{self.type_code} {self.pk}"


class VersementObligatoire(models.Model):
    """R-ALI-01: types that must be sent, from a date to another, as imported."""

    id = CleUUID7()
    type_code = models.CharField(max_length=20)
    du = models.DateField()
    au = models.DateField(null=True)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["type_code", "du"], name="un_versement_obligatoire_par_date"
            )
        ]

    def __str__(self) -> str:
        return f"{self.type_code} {self.du}"
