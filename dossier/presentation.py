"""What a document's page shows: its sheet, what can be looked at, what may be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString

from dossier import fichiers
from dossier.en_tete_cda import Renseignement, en_tete
from dossier.models import Document, EtatAnalyse, EtatDocument
from dossier.selection import Apercu, apercu, decision_pour, presents
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

    @property
    def est_en_echec(self) -> bool:
        """The analysis could not be made: the document is never served."""
        return self.document.analyse == EtatAnalyse.ECHEC

    @cached_property
    def corps_html(self) -> SafeString:
        """Our own safe HTML of a CDA's narrative, "" when there is none to read.

        A document that is one file and nothing else has no narrative beside the file shown.
        """
        if self.cda is None:
            return SafeString("")
        if self.est_visible_en_ligne and isinstance(self.cda.corps, cda.CorpsNonStructure):
            return SafeString("")
        # Marked safe here and nowhere else: `interop.cda.rendu` builds every element, attribute and
        # class itself, and escapes all that comes from the document.
        return SafeString(cda.rendre_html(self.cda))

    @cached_property
    def en_tete(self) -> Sequence[Renseignement]:
        """What the header of a CDA says of its making; empty for other documents."""
        return en_tete(self.cda) if self.cda else ()

    @property
    def est_visible_en_ligne(self) -> bool:
        return self.est_pret and self.document.mime_servi in EN_LIGNE

    @property
    def est_image(self) -> bool:
        return self.document.mime_servi.startswith("image/")

    @property
    def est_telechargeable(self) -> bool:
        """There is a file to take away: the sanitised copy, or the CDA itself."""
        return self.est_pret and (self.document.servi_id is not None or self.fiche["cda"])

    def peut(self, action: Action, **faits: Any) -> bool:
        return bool(decision_pour(self.acces, self.document, action, **faits))

    @property
    def est_masque(self) -> bool:
        return Masque.MASQUE_PS in self.document.masques

    @property
    def peut_changer_confidentialite(self) -> bool:
        return self.peut(Action.DEMASQUER if self.est_masque else Action.MASQUER)

    @property
    def peut_demasquer_a_la_demande(self) -> bool:
        """A professional may show it again, saying that the patient asks for it (R-MAS-08)."""
        return self.est_masque and self.peut(Action.DEMASQUER, a_la_demande_du_patient=True)

    @property
    def est_invisible_patient(self) -> bool:
        return Masque.INVISIBLE_PATIENT in self.document.masques

    @property
    def est_invisible_representants(self) -> bool:
        return Masque.INVISIBLE_REPRESENTANTS_LEGAUX in self.document.masques

    @property
    def peut_supprimer(self) -> bool:
        return self.peut(Action.SUPPRIMER)

    @property
    def est_remplace(self) -> bool:
        return self.document.etat == EtatDocument.REMPLACE

    @cached_property
    def versions(self) -> Sequence[Apercu]:
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
            apercu(self.acces, voisin)
            for voisin in voisins.order_by("-depose_le")
            if decision_pour(self.acces, voisin, Action.LIRE)
        ]

    @property
    def version_courante(self) -> Apercu | None:
        """The version that replaces this one, when this actor may see it."""
        courantes = (v for v in self.versions if v.document.etat == EtatDocument.COURANT)
        return next(courantes, None) if self.est_remplace else None
