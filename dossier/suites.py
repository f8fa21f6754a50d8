"""What becomes of a document once it is in the record: shown again, archived, put aside.

Verbs of the same kind as `actions`: keyword-only, atomic, the opened espace says who acts.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F

from dossier import effets
from dossier.changements import changer, document_verrouille, est_reserve, noter
from dossier.models import Document, EtatDocument
from dossier.visibilite import lever
from habilitations.acces import Acces
from habilitations.politique import NON_PREVU, Action, Masque
from journal.faits import Fait
from mes.socle.travaux import planifier
from notifications.models import CodeNotification


class GesteImpossible(Exception):
    """The document is not in a state that allows it; `str()` is French and says what to do."""


@transaction.atomic
def rendre_visible_patient(*, acces: Acces, document_id: UUID) -> None:
    """After the consultation d'annonce: the patient sees it and is told (R-MAS-10). Idempotent.

    Author or administrator. Raises AccesRefuse.
    """
    document = document_verrouille(acces, document_id, Action.RENDRE_VISIBLE_PATIENT)
    _rendre_visible(acces, document, Masque.INVISIBLE_PATIENT, a="patient")


@transaction.atomic
def rendre_visible_representants(*, acces: Acces, document_id: UUID) -> None:
    """The secret towards the representatives ends (R-PRO-10, R-PRO-11). Idempotent.

    Author, or the titulaire once adult. Raises AccesRefuse.
    """
    document = document_verrouille(acces, document_id, Action.RENDRE_VISIBLE_REPRESENTANTS)
    _rendre_visible(acces, document, Masque.INVISIBLE_REPRESENTANTS_LEGAUX, a="representants")


def _rendre_visible(acces: Acces, document: Document, masque: Masque, *, a: str) -> None:
    if masque not in document.masques:
        return
    lever(document, masque, acces.cle_journal)
    noter(acces, document, Fait.DOCUMENT_RENDU_VISIBLE, rendu_a=a)
    effets.annoncer_visibilite(document, CodeNotification.AJOUT_DOCUMENT)


@transaction.atomic
def archiver_document(*, acces: Acces, document_id: UUID) -> None:
    """Out of the current lists, found on demand (R-DOC-13). Its author only. Idempotent.

    Raises AccesRefuse, GesteImpossible for a former version.
    """
    _classer(acces, document_id, EtatDocument.ARCHIVE, Fait.DOCUMENT_ARCHIVE)


@transaction.atomic
def desarchiver_document(*, acces: Acces, document_id: UUID) -> None:
    """Back in the current lists (R-DOC-13). Its author only. Idempotent. Same errors."""
    _classer(acces, document_id, EtatDocument.COURANT, Fait.DOCUMENT_DESARCHIVE)


def _classer(acces: Acces, document_id: UUID, etat: EtatDocument, fait: Fait) -> None:
    # The table has no act for it: decided as « supprimer », which does more (see the ADR).
    document = document_verrouille(acces, document_id, Action.SUPPRIMER)
    _exiger_soignant(acces, document)
    if document.etat == etat:
        return
    if document.etat == EtatDocument.REMPLACE:
        raise GesteImpossible(
            "Ce document a été remplacé : il n'est déjà plus dans les listes. Archivez plutôt la "
            "version actuelle."
        )
    changer(document, etat=etat)
    noter(acces, document, fait)
    effets.prevenir_du_geste(acces, document, CodeNotification.MODIF_DOCUMENT)


@transaction.atomic
def ecarter_document(*, acces: Acces, document_id: UUID) -> None:
    """Its author declares that it is not this patient's (R-PS-31): out of every view, for good.

    Nothing of it is shown any more, its title included; the version that it replaced is current
    again; those who read it and those who manage the espace are told, without content.
    Raises AccesRefuse.
    """
    document = document_verrouille(acces, document_id, Action.SUPPRIMER)
    _exiger_soignant(acces, document)
    etait_reserve = est_reserve(document)
    if document.etat in effets.MONTRES and document.remplace_id is not None:
        Document.objects.filter(pk=document.remplace_id, etat=EtatDocument.REMPLACE).update(
            etat=EtatDocument.COURANT, version=F("version") + 1
        )
    # Freed: put aside by mistake, it may be deposited again; and no version follows it.
    changer(
        document,
        etat=EtatDocument.ECARTE,
        remplace=None,
        identifiant_index=None,
        lot_index=None,
        epingle_le=None,
    )
    acces.noter(Fait.DOCUMENT_ECARTE, objet_id=document.pk, reservee=etait_reserve)
    planifier("dossier.annoncer_mise_a_l_ecart", document.pk, espace_id=document.espace_id)


def _exiger_soignant(acces: Acces, document: Document) -> None:
    """Archiving and putting aside belong to the professionals' side (TD3.3d, R-PS-31)."""
    if not acces.acteur.est_soignant:
        raise acces.refuser(NON_PREVU, action=Action.SUPPRIMER, objet_id=document.pk, lisible=True)
