"""A mask is lifted: what was kept secret is shown, and so are the acts done meanwhile.

A réservée line never moves. When the secret ends, a visible line is added for each one about the
document, with its date, actor, act and commitment (table of decisions, « What the journal gets »).
"""

from __future__ import annotations

from typing import Any

from dossier.changements import changer, est_reserve
from dossier.models import Document
from habilitations.politique import Masque
from journal.faits import ActeurTrace, Chaine, Fait, GenreActeur
from journal.inscription import Inscription, inscrire_mur_ouvert
from journal.lecture import ouvrir_ligne
from journal.models import Ligne
from mes.socle import mur
from mes.socle.chiffrement import Cle


def lever(document: Document, masque: Masque, cle_journal: Cle) -> None:
    """Takes one mask off; the acts kept secret become readable once no other mask keeps them so.

    Asked where the espace is open for writing, documents and journal both.
    """
    colonnes: dict[str, Any] = {"masques": sorted(set(document.masques) - {masque})}
    if masque is Masque.INVISIBLE_PATIENT:
        colonnes["annonce_avant_le"] = None
    changer(document, **colonnes)
    if not est_reserve(document):
        inscrire_mur_ouvert(
            document.espace_id, _revelations(document, cle_journal), cle=cle_journal
        )


def _revelations(document: Document, cle: Cle) -> list[Inscription]:
    """One visible line for each réservée line about the document, read in one pass, oldest first.

    The commitment ties both; the number is not given: it would tell how many others there are.
    """
    ici = [document.espace_id]
    with mur.ouvrir(journal_lu=ici, journal_reserve=ici):
        lignes = list(
            Ligne.objects.filter(
                espace_id=document.espace_id, chaine=Chaine.RESERVEE, objet_id=document.pk
            ).order_by("numero")
        )
    return [_revelation(ligne, ouvrir_ligne(ligne, cle)) for ligne in lignes]


def _revelation(ligne: Ligne, texte: dict[str, Any]) -> Inscription:
    qui = texte["acteur"]
    return Inscription(
        fait=Fait.ACTE_REVELE,
        acteur=ActeurTrace(
            genre=GenreActeur(ligne.acteur_genre),
            id=ligne.acteur_id,
            nom=qui["nom"],
            qualite=qui["qualite"],
            structure_id=ligne.structure_id,
            pour=qui["pour"],
        ),
        objet_id=ligne.objet_id,
        mode=ligne.mode,
        details={
            "titre": texte["details"].get("titre", ""),
            "fait_revele": ligne.fait,
            "revele_du": ligne.inscrite_le.isoformat(),
            "engagement": bytes(ligne.engagement).hex(),
        },
    )
