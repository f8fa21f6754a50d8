"""What the patient decided: settings of the record, blocks, administrators, roles (R-ADM, R-URG)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from mes.socle.champs import CleUUID7
from professionnels.models import Professionnel, Structure
from usagers.models import EspaceSante


class ReglageAcces(models.Model):
    """What the patient decided for the whole record: emergencies (R-URG) and default masking."""

    espace = models.OneToOneField(
        EspaceSante, models.CASCADE, primary_key=True, related_name="reglage"
    )
    opposition_samu = models.BooleanField(default=False)
    opposition_bris_de_glace = models.BooleanField(default=False)
    masques_en_urgence = models.BooleanField(default=False)
    masquer_par_defaut = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.pk)


class Blocage(models.Model):
    """R-PS-10: the patient blocks a person or a whole structure, without giving a reason."""

    id = CleUUID7()
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="blocages")
    professionnel = models.ForeignKey(Professionnel, models.PROTECT, null=True)
    structure = models.ForeignKey(Structure, models.PROTECT, null=True)
    pose_le = models.DateTimeField(default=timezone.now)
    leve_le = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(professionnel=None, structure__isnull=False)
                | Q(professionnel__isnull=False, structure=None),
                name="blocage_dune_personne_ou_dune_structure",
            ),
            models.UniqueConstraint(
                fields=["espace", "professionnel"],
                condition=Q(leve_le=None),
                name="un_seul_blocage_actif",
                violation_error_message="Ce professionnel est déjà bloqué.",
            ),
            models.UniqueConstraint(
                fields=["espace", "structure"],
                condition=Q(leve_le=None),
                name="un_seul_blocage_de_structure",
                violation_error_message="Cette structure est déjà bloquée.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Administrateur(models.Model):
    """R-ADM-01: a professional whom the patient made administrator of the record."""

    id = CleUUID7()
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="administrateurs")
    professionnel = models.ForeignKey(Professionnel, models.PROTECT)
    nomme_le = models.DateTimeField(default=timezone.now)
    fin_le = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["espace", "professionnel"],
                condition=Q(fin_le=None),
                name="un_seul_mandat_dadministrateur",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Role(models.TextChoices):
    """What a professional declares to be for a patient (R-ADM-06); it opens nothing by itself."""

    MEDECIN_TRAITANT = "medecin_traitant", "médecin traitant"
    SAGE_FEMME_REFERENTE = "sage_femme_referente", "sage-femme référente"
    PHARMACIEN_CORRESPONDANT = "pharmacien_correspondant", "pharmacien correspondant"


class RoleDeclare(models.Model):
    """R-ADM-06: one of each at most, the new one replaces the former; told of emergencies."""

    id = CleUUID7()
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="roles_declares")
    professionnel = models.ForeignKey(Professionnel, models.PROTECT)
    role = models.CharField(max_length=30, choices=Role)
    debut_le = models.DateTimeField(default=timezone.now)
    fin_le = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["espace", "role"], condition=Q(fin_le=None), name="un_seul_de_chaque_role"
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"
