"""Documents of the record (class médicale: behind the wall)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from mes.socle.champs import ChampScelle, CleUUID7, IndexAveugle
from mes.socle.coffres import Coffre


class EtatDocument(models.TextChoices):
    COURANT = "courant", "courant"
    REMPLACE = "remplace", "remplacé"
    ARCHIVE = "archive", "archivé"
    SUPPRIME = "supprime", "supprimé"
    ECARTE = "ecarte", "écarté"
    """Deposited in the wrong record (R-PS-31): out of every view, its readers told."""


class EtatAnalyse(models.TextChoices):
    """Guilty until analysed: only SAIN is served."""

    EN_ATTENTE = "en_attente", "analyse en cours"
    SAIN = "sain", "sain"
    INFECTE = "infecte", "infecté"
    ECHEC = "echec", "analyse impossible"


class GenreAuteur(models.TextChoices):
    PROFESSIONNEL = "professionnel", "professionnel"
    PERSONNEL = "personnel", "personnel"
    TITULAIRE = "titulaire", "titulaire"
    REPRESENTANT = "representant", "représentant légal"
    AIDANT = "aidant", "aidant"
    SERVICE = "service", "service"
    SYSTEME = "systeme", "Mon espace santé"


COTE_PATIENT = (GenreAuteur.TITULAIRE, GenreAuteur.REPRESENTANT, GenreAuteur.AIDANT)


class Document(models.Model):
    """One version of one document.

    `scelle` (medical key): titre, nom_fichier, taille, sha256, cda (bool), identifiant (uniqueId),
    lot (setId), auteur {nom, qualite, pour, redacteur}, avertissements.
    """

    id = CleUUID7()
    espace_id = models.UUIDField()
    type_code = models.CharField(max_length=20)
    categorie = models.CharField(max_length=20)
    date_document = models.DateField()
    depose_le = models.DateTimeField(default=timezone.now)
    auteur_genre = models.CharField(max_length=15, choices=GenreAuteur)
    auteur_id = models.UUIDField(null=True)
    """Professionnel of the directory, or account on the patient's side."""
    structure_id = models.UUIDField(null=True)
    """The structure in which the depositor acted."""
    depose_par_id = models.UUIDField(null=True)
    """Account that made the deposit."""
    masques = ArrayField(models.CharField(max_length=40), default=list)
    masque_par_ps = models.BooleanField(default=False)
    """MASQUE_PS was set by a professional, who may then take it off."""
    etat = models.CharField(max_length=10, choices=EtatDocument, default=EtatDocument.COURANT)
    analyse = models.CharField(max_length=10, choices=EtatAnalyse, default=EtatAnalyse.EN_ATTENTE)
    remplace = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="remplacants", db_index=False
    )
    version = models.PositiveIntegerField(default=1)
    """Version of the record's sheet: changes with every metadata change (R-MAS-12)."""
    identifiant_index = IndexAveugle(null=True)
    contenu_index = IndexAveugle()
    lot_index = IndexAveugle(null=True)
    version_lot = models.PositiveIntegerField(null=True)
    """versionNumber of the CDA in its set."""
    epingle_le = models.DateTimeField(null=True)
    lu_par_patient_le = models.DateTimeField(null=True)
    annonce_avant_le = models.DateTimeField(null=True)
    """INVISIBLE_PATIENT is lifted on that day if nobody did before (R-MAS-10)."""
    original_id = models.UUIDField()
    servi_id = models.UUIDField(null=True)
    """The sanitised copy, the only one shown; none for a CDA without PDF, whose page is rendered."""
    mime_servi = models.CharField(max_length=40, blank=True)
    scelle = ChampScelle()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["espace_id", "identifiant_index"],
                condition=Q(identifiant_index__isnull=False),
                name="document_une_fois",
            ),
            models.UniqueConstraint(
                fields=["remplace"],
                condition=Q(remplace__isnull=False),
                name="un_seul_remplacant",
            ),
        ]
        indexes = [
            models.Index(
                fields=["espace_id", "-date_document", "-id"],
                condition=Q(etat="courant"),
                name="document_par_date",
            ),
            models.Index(fields=["espace_id", "contenu_index"], name="document_par_contenu"),
            models.Index(
                fields=["espace_id", "lot_index"],
                condition=Q(lot_index__isnull=False),
                name="document_par_lot",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def lieu(document_id: UUID) -> str:
        return f"dossier.document:{document_id}"

    def fiche(self, coffre: Coffre) -> dict[str, Any]:
        return coffre.desceller_json(bytes(self.scelle), lieu=self.lieu(self.pk))


class Recu(models.Model):
    """The receipt of a deposit, for whoever made it: what was received, never what it says.

    Class gouvernance: somebody without the right to read finds her own receipts again (R-PS-08).
    """

    id = CleUUID7()
    espace_id = models.UUIDField()
    document_id = models.UUIDField()
    exercice_id = models.UUIDField()
    """The exercice that made the deposit."""
    auteur_id = models.UUIDField()
    """The professional in whose name it was made."""
    depose_le = models.DateTimeField(default=timezone.now)
    deja_present = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["exercice_id", "-depose_le"], name="recu_par_exercice")]

    def __str__(self) -> str:
        return str(self.pk)
