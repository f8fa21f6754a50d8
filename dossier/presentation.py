"""What a document's page shows: its sheet, what can be looked at, what may be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dossier import fichiers
from dossier.models import Document, EtatAnalyse, EtatDocument
from dossier.selection import Apercu, decision_pour, presents
from habilitations.acces import Acces
from habilitations.politique import Action, Masque
from interop import cda

EN_LIGNE = frozenset({"application/pdf", "image/jpeg", "image/png", "text/plain; charset=utf-8"})
"""What a browser shows in the page; anything else is only downloaded (R-DOC-21)."""


@dataclass(frozen=True)
class PageDocument:
    """Everything the page of one document says."""

    acces: Acces
    apercu: Apercu
    fiche: dict[str, Any]

    @property
    def document(self) -> Document:
        return self.apercu.document

    @property
    def est_pret(self) -> bool:
        """Only what was found sound is served."""
        return self.document.analyse == EtatAnalyse.SAIN

    @cached_property
    def cda(self) -> cda.DocumentCDA | None:
        """The structured document, once sound."""
        if not (self.est_pret and self.fiche["cda"]):
            return None
        return cda.lire(fichiers.lire(self.document.original_id, self.acces.coffre))

    @cached_property
    def corps_html(self) -> str:
        """Our own safe HTML of a CDA's narrative (`interop.cda.rendu`), else ""."""
        return cda.rendre_html(self.cda) if self.cda else ""

    @property
    def est_visible_en_ligne(self) -> bool:
        return self.est_pret and self.document.mime_servi in EN_LIGNE

    @property
    def est_image(self) -> bool:
        return self.document.mime_servi.startswith("image/")

    def peut(self, action: Action, **faits: Any) -> bool:
        return bool(decision_pour(self.acces, self.document, action, **faits))

    @property
    def est_masque(self) -> bool:
        return Masque.MASQUE_PS in self.document.masques

    @property
    def peut_changer_confidentialite(self) -> bool:
        return self.peut(Action.DEMASQUER if self.est_masque else Action.MASQUER)

    @property
    def peut_supprimer(self) -> bool:
        return self.peut(Action.SUPPRIMER)

    @property
    def est_remplace(self) -> bool:
        return self.document.etat == EtatDocument.REMPLACE

    @cached_property
    def versions(self) -> Sequence[Document]:
        """The other versions that this actor may see, latest first (R-DOC-12)."""
        lot = self.document.lot_index
        voisins = presents(self.acces).exclude(pk=self.document.pk)
        if lot is not None:
            voisins = voisins.filter(lot_index=bytes(lot))
        else:
            voisins = voisins.filter(remplace=self.document) | voisins.filter(
                pk=self.document.remplace_id
            )
        return [
            voisin
            for voisin in voisins.order_by("-depose_le")
            if decision_pour(self.acces, voisin, Action.LIRE)
        ]
