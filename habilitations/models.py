"""Who may see what, as data: the matrix by versions, consents, blocks, openings (class gouvernance)."""

from __future__ import annotations

from datetime import date, datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from mes.socle.champs import ChampScelle, CleUUID7
from professionnels.models import Exercice, Professionnel, Structure
from usagers.models import EspaceSante


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


class ConsentementInitial(models.Model):
    """R-PS-02: gathered once for a structure's care team, valid for its members until withdrawn."""

    id = CleUUID7()
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="consentements_initiaux")
    structure = models.ForeignKey(Structure, models.PROTECT)
    recueilli_par = models.ForeignKey(Exercice, models.PROTECT, null=True)
    recueilli_le = models.DateTimeField(default=timezone.now)
    episode = models.CharField(max_length=10, blank=True)
    information = models.CharField(max_length=10)
    """How the patient was informed, in writing: papier or numerique (R-PS-03)."""
    fin_le = models.DateTimeField()
    retire_le = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["espace", "structure"],
                condition=Q(retire_le=None),
                name="consentement_en_cours",
            )
        ]

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


class RetraitAcces(models.Model):
    """After a withdrawal or an unblocking, only the patient's own new consent restores the basis."""

    id = CleUUID7()
    espace = models.ForeignKey(EspaceSante, models.CASCADE, related_name="retraits")
    professionnel = models.ForeignKey(Professionnel, models.PROTECT)
    retire_le = models.DateTimeField(default=timezone.now)
    leve_le = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["espace", "professionnel"],
                condition=Q(leve_le=None),
                name="un_seul_retrait_en_cours",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


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

    def __str__(self) -> str:
        return str(self.pk)
