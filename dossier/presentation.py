"""What a document's page shows: its sheet, what can be looked at, what may be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from dossier import fichiers
from dossier.changements import est_du_meme_deposant
from dossier.en_tete_cda import Renseignement, en_tete
from dossier.models import Document, EtatAnalyse, EtatDocument
from dossier.selection import Apercu, Criteres, apercu, courants, decision_pour, presents
from habilitations.acces import Acces
from habilitations.politique import Action, Decision, Masque, Motif
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
    def est_restreint(self) -> bool:
        """Its sender restricted it (R, V): few professionals read it (R-MAS-01)."""
        return not {Masque.R, Masque.V}.isdisjoint(self.document.masques)

    @property
    def jour_de_l_annonce(self) -> date | None:
        """The day when the patient sees it by itself (R-MAS-10)."""
        fin = self.document.annonce_avant_le
        return None if fin is None else timezone.localdate(fin)

    @property
    def est_invisible_representants(self) -> bool:
        return Masque.INVISIBLE_REPRESENTANTS_LEGAUX in self.document.masques

    @property
    def peut_supprimer(self) -> bool:
        return self.peut(Action.SUPPRIMER)

    @property
    def peut_rendre_visible_patient(self) -> bool:
        return self.est_invisible_patient and self.peut(Action.RENDRE_VISIBLE_PATIENT)

    @property
    def peut_rendre_visible_representants(self) -> bool:
        return self.est_invisible_representants and self.peut(Action.RENDRE_VISIBLE_REPRESENTANTS)

    @property
    def est_archive(self) -> bool:
        return self.document.etat == EtatDocument.ARCHIVE

    @property
    def peut_archiver(self) -> bool:
        """Archive or take out of the archives: the author, professional, as « supprimer »."""
        return not self.est_remplace and self.peut_ecarter

    @property
    def peut_ecarter(self) -> bool:
        """Declare that it is not this patient's (R-PS-31): its author, a professional."""
        return self.acces.acteur.est_soignant and self.peut_supprimer

    @property
    def peut_remplacer(self) -> bool:
        """Deposit a new version of it (R-DOC-12)."""
        return (
            self.acces.acteur.est_soignant
            and not self.est_remplace
            and est_du_meme_deposant(self.acces, self.document)
        )

    def exiger_de_remplacer(self) -> None:
        """Raises AccesRefuse for somebody else's document."""
        if not est_du_meme_deposant(self.acces, self.document):
            raise self.acces.refuser(
                Decision(False, Motif.NON_AUTEUR, "R-DOC-12"),
                action=Action.DEPOSER,
                objet_id=self.document.pk,
                lisible=True,
            )

    @cached_property
    def voisins(self) -> Sequence[Apercu]:
        """The other current documents of the same type, latest first."""
        memes = courants(self.acces, Criteres(type_code=self.document.type_code))
        return [
            apercu(self.acces, voisin)
            for voisin in memes.exclude(pk=self.document.pk).order_by("-date_document", "-pk")[:10]
        ]

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
