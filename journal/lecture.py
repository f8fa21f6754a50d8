"""Reading the journal in plain French: who did what, when, about what (R-TRA-01…04)."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from journal import chaines
from journal.faits import Chaine, Fait, GenreActeur
from journal.inscription import lieu
from journal.models import Ligne
from mes.socle.chiffrement import Cle

GROUPES: dict[str, tuple[str, tuple[GenreActeur, ...]]] = {
    "professionnels": (
        "Professionnels de santé",
        (GenreActeur.PROFESSIONNEL, GenreActeur.PERSONNEL),
    ),
    "mes-activites": (
        "Mes activités",
        (GenreActeur.TITULAIRE, GenreActeur.REPRESENTANT, GenreActeur.AIDANT),
    ),
    "services": (
        "Services et support",
        (GenreActeur.SERVICE, GenreActeur.AGENT, GenreActeur.SYSTEME),
    ),
}
"""The three views of R-TRA-03."""

_PHRASES: dict[str, str] = {
    Fait.ESPACE_OUVERT: "a ouvert l'espace",
    Fait.ESPACE_ACTIVE: "a activé l'espace",
    Fait.CONNEXION: "s'est connecté à l'espace",
    Fait.DECONNEXION: "s'est déconnecté",
    Fait.ACCES_PROFESSIONNEL: "a ouvert le dossier",
    Fait.ACCES_REFERME: "a refermé le dossier",
    Fait.LISTE_CONSULTEE: "a consulté la liste des documents",
    Fait.DOCUMENT_CONSULTE: "a consulté le document",
    Fait.DOCUMENT_TELECHARGE: "a téléchargé le document",
    Fait.DOCUMENT_DEPOSE: "a ajouté le document",
    Fait.DOCUMENT_REMPLACE: "a ajouté une nouvelle version du document",
    Fait.DOCUMENT_MASQUE: "a masqué aux professionnels le document",
    Fait.DOCUMENT_DEMASQUE: "a rendu visible aux professionnels le document",
    Fait.DOCUMENT_SUPPRIME: "a supprimé le document",
    Fait.DOCUMENT_EPINGLE: "a changé l'épingle du document",
    Fait.TOUT_MASQUE: "a masqué tous les documents aux professionnels, présents et à venir",
    Fait.TOUT_DEMASQUE: "a rendu tous les documents visibles aux professionnels, présents et à venir",
    Fait.HISTORIQUE_CONSULTE: "a consulté l'historique",
    Fait.QUI_PEUT_VOIR: "a demandé qui peut voir le document",
    Fait.CONSENTEMENT_DECLARE: "a déclaré avoir recueilli le consentement initial pour son équipe",
    Fait.BLOCAGE: "a bloqué un professionnel",
    Fait.DEBLOCAGE: "a débloqué un professionnel",
    Fait.IDENTITE_VERIFIEE: "a vérifié l'identité",
    Fait.IDENTITE_MODIFIEE: "a modifié l'identité",
    Fait.PREFERENCES_MODIFIEES: "a modifié les préférences",
    Fait.NOTIFICATIONS_LUES: "a lu les notifications",
    Fait.NOTIFICATION_SUPPRIMEE: "a supprimé une notification",
}

_BASES = {
    "equipe": "en tant que membre de l'équipe de soins",
    "consentement": "avec l'accord exprès du patient",
}
_MODES = {"samu": "en urgence (SAMU-Centre 15)", "bris_de_glace": "en urgence (bris de glace)"}


@dataclass(frozen=True, slots=True)
class LigneLue:
    """A line as the person reads it."""

    le: datetime
    acteur: str
    qualite: str
    pour: str
    phrase: str
    titre: str
    precision: str
    objet_id: UUID | None
    numero: int
    chaine: str

    @property
    def geste(self) -> str:
        """What a reader sees: lines of the same geste, one after the other, are one act repeated."""
        minute = timezone.localtime(self.le).strftime("%Y-%m-%d %H:%M")
        vus = (
            minute,
            self.acteur,
            self.qualite,
            self.pour,
            self.phrase,
            self.titre,
            self.precision,
        )
        return "\n".join((*vus, str(self.objet_id)))


class LigneAlteree(Exception):
    """The sealed text does not match its commitment or its clear columns."""


def ouvrir_ligne(ligne: Ligne, cle: Cle) -> dict[str, Any]:
    """The canonical text, checked against its commitment. Raises LigneAlteree, ChiffrementInvalide."""
    clair = cle.desceller(bytes(ligne.scelle), lieu=lieu(ligne.pk))
    sel, canonique = clair[: chaines.TAILLE_SEL], clair[chaines.TAILLE_SEL :]
    if chaines.engagement(sel, canonique) != bytes(ligne.engagement):
        raise LigneAlteree("le texte ne correspond pas à son engagement")
    texte: dict[str, Any] = json.loads(canonique)
    return texte


def en_francais(ligne: Ligne, cle: Cle) -> LigneLue:
    texte = ouvrir_ligne(ligne, cle)
    details = texte["details"]
    precisions = [
        _MODES.get(texte["mode"], ""),
        _BASES.get(details.get("base", ""), ""),
        "à la demande du patient" if details.get("a_la_demande_du_patient") else "",
    ]
    return LigneLue(
        le=ligne.inscrite_le,
        acteur=texte["acteur"]["nom"],
        qualite=texte["acteur"]["qualite"],
        pour=texte["acteur"]["pour"],
        phrase=_PHRASES.get(ligne.fait, "a agi sur l'espace"),
        titre=details.get("titre", ""),
        precision=", ".join(filter(None, precisions)),
        objet_id=ligne.objet_id,
        numero=ligne.numero,
        chaine=ligne.chaine,
    )


@dataclass(frozen=True, slots=True)
class FiltreHistorique:
    """What the reader asked: a group of actors, a period, one document."""

    groupe: str = ""
    depuis: date | None = None
    jusqua: date | None = None
    objet_id: UUID | None = None


def lignes(
    espace_id: UUID,
    filtre: FiltreHistorique,
    *,
    reservee: bool = False,
    objets_caches: Collection[UUID] = (),
) -> QuerySet[Ligne]:
    """Lines of an espace whose journal is open for reading, latest first.

    `reservee`: also those of the réservée chain (the titulaire alone, and the wall must be open),
    but for the lines about `objets_caches`: what is not yet announced to the patient.
    """
    liste = Ligne.objects.filter(espace_id=espace_id)
    if reservee:
        liste = liste.exclude(chaine=Chaine.RESERVEE, objet_id__in=objets_caches)
    else:
        liste = liste.filter(chaine=Chaine.VISIBLE)
    if filtre.groupe in GROUPES:
        liste = liste.filter(acteur_genre__in=GROUPES[filtre.groupe][1])
    fuseau = timezone.get_current_timezone()
    if filtre.depuis:
        liste = liste.filter(
            inscrite_le__gte=datetime.combine(filtre.depuis, datetime.min.time(), fuseau)
        )
    if filtre.jusqua:
        fin = filtre.jusqua + timedelta(days=1)
        liste = liste.filter(inscrite_le__lt=datetime.combine(fin, datetime.min.time(), fuseau))
    if filtre.objet_id:
        liste = liste.filter(objet_id=filtre.objet_id)
    return liste.order_by("-inscrite_le", "-numero")


LECTURES = (Fait.DOCUMENT_CONSULTE, Fait.DOCUMENT_TELECHARGE)


def lectures_par_des_professionnels(
    espace_id: UUID, cle: Cle, *, objet_id: UUID | None = None, combien: int = 5
) -> Sequence[LigneLue]:
    """« Qui a consulté mes documents ? »: the last readings by professionals."""
    liste = Ligne.objects.filter(
        espace_id=espace_id,
        chaine=Chaine.VISIBLE,
        acteur_genre=GenreActeur.PROFESSIONNEL,
        fait__in=LECTURES,
    )
    if objet_id:
        liste = liste.filter(objet_id=objet_id)
    return [en_francais(ligne, cle) for ligne in liste.order_by("-inscrite_le")[:combien]]
