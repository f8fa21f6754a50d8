"""The measures of a person (class médicale): what is measured and how much are sealed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.utils import timezone

from dossier.models.documents import GenreAuteur
from mes.socle.champs import ChampScelle, CleUUID7, IndexAveugle
from mes.socle.coffres import Coffre
from mes.socle.trousseau import index


class Mesure(models.Model):
    """One measure (R-MES-05).

    `scelle` (medical key): code, valeurs {code of the part: decimal as text, in the stored unit},
    contexte, commentaire, auteur (name). In clear: dates, author's id, never which measure it is.
    """

    id = CleUUID7()
    espace_id = models.UUIDField()
    mesuree_le = models.DateTimeField()
    ajoutee_le = models.DateTimeField(default=timezone.now)
    modifiee_le = models.DateTimeField(null=True)
    supprimee_le = models.DateTimeField(null=True)
    """Out of every page; the row is erased once it can't be brought back any more."""
    auteur_genre = models.CharField(max_length=15, choices=GenreAuteur)
    auteur_id = models.UUIDField(null=True)
    document_id = models.UUIDField(null=True)
    """The document that it was read from, if any."""
    type_index = IndexAveugle()
    """Measures of one type of one espace are found together; which type is not said."""
    scelle = ChampScelle()

    class Meta:
        indexes = [
            models.Index(
                fields=["espace_id", "type_index", "-mesuree_le", "-id"],
                condition=models.Q(supprimee_le=None),
                name="mesure_par_type",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def lieu(mesure_id: UUID) -> str:
        return f"dossier.mesure:{mesure_id}"

    @staticmethod
    def index_du_type(espace_id: UUID, code: str) -> bytes:
        return index().aveugle("dossier.mesure", f"{espace_id}|{code}")

    def fiche(self, coffre: Coffre) -> dict[str, Any]:
        return coffre.desceller_json(bytes(self.scelle), lieu=self.lieu(self.pk))


class ReglageMesures(models.Model):
    """How an espace shows its measures (R-MES-06), one row at most.

    `scelle` (medical key): ordre (codes), masquees (codes), objectifs {code: decimal as text}. One
    row for all: several would say how many measures somebody follows.
    """

    id = CleUUID7()
    espace_id = models.UUIDField(unique=True)
    scelle = ChampScelle()

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def lieu(reglage_id: UUID) -> str:
        return f"dossier.reglage_mesures:{reglage_id}"

    def fiche(self, coffre: Coffre) -> dict[str, Any]:
        return coffre.desceller_json(bytes(self.scelle), lieu=self.lieu(self.pk))
