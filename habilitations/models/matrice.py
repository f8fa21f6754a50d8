"""The matrix by versions: data that two people bring into force (R-HAB-01)."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from mes.socle.champs import CleUUID7


class VersionMatriceQuerySet(models.QuerySet["VersionMatrice"]):
    def en_vigueur(self, jour: date) -> VersionMatriceQuerySet:
        """Approved, not rolled back, already in force on that day; the latest first."""
        return self.filter(
            approuvee_le__isnull=False, retiree_le=None, effet_le__lte=jour
        ).order_by("-effet_le", "-approuvee_le")


class VersionMatrice(models.Model):
    """One version of the matrix (R-HAB-01): proposed by one person, approved by another."""

    id = CleUUID7()
    source = models.CharField(max_length=200)
    empreinte = models.BinaryField(max_length=32)
    """SHA-256 of the imported file."""
    effet_le = models.DateField()
    proposee_par = models.CharField(max_length=100)
    proposee_le = models.DateTimeField(default=timezone.now)
    approuvee_par = models.CharField(max_length=100, null=True)
    approuvee_le = models.DateTimeField(null=True)
    retiree_par = models.CharField(max_length=100, null=True)
    retiree_le = models.DateTimeField(null=True)
    bilan = models.JSONField(default=dict)
    """Differences with the version in force when proposed, and the records they touch."""

    objects = VersionMatriceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approuvee_par=None) | ~Q(approuvee_par=F("proposee_par")),
                name="matrice_proposeur_nest_pas_approbateur",
                violation_error_message="La personne qui propose une matrice ne peut pas l'approuver.",
            ),
            models.CheckConstraint(
                condition=Q(approuvee_par=None, approuvee_le=None)
                | Q(approuvee_par__isnull=False, approuvee_le__isnull=False),
                name="matrice_approbation_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effet_le} {self.source}"


class CaseMatrice(models.Model):
    """A cell: may this profession (and speciality) read or write this type? Absent means no."""

    id = CleUUID7()
    version = models.ForeignKey(VersionMatrice, models.CASCADE, related_name="cases")
    profession = models.CharField(max_length=30)
    specialite = models.CharField(max_length=10, blank=True)
    objet = models.CharField(max_length=10)
    code = models.CharField(max_length=40)
    lecture = models.BooleanField()
    ecriture = models.BooleanField()
    effectif = models.BooleanField()
    confiance = models.CharField(max_length=10, blank=True)
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "profession", "specialite", "objet", "code"],
                name="une_case_par_croisement",
            )
        ]

    def __str__(self) -> str:
        return f"{self.profession} {self.specialite} {self.code}"
