"""Reading the journal in plain French: who did what, when, about what (R-TRA-01…04)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
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
    Fait.HISTORIQUE_TELECHARGE: "a téléchargé l'historique et sa preuve",
    Fait.JOURNAL_CLOS: "a rendu l'historique illisible, au terme de sa conservation",
    Fait.QUI_PEUT_VOIR: "a demandé qui peut voir le document",
    Fait.CONSENTEMENT_DECLARE: "a déclaré avoir recueilli le consentement initial pour son équipe",
    Fait.BLOCAGE: "a bloqué",
    Fait.DEBLOCAGE: "a débloqué",
    Fait.EPISODE_COMMENCE: "a commencé un épisode de soins, le patient en étant informé par écrit",
    Fait.AUTORISATION_DONNEE: "a autorisé",
    Fait.AUTORISATION_RETIREE: "a retiré l'accès de",
    Fait.CODE_OUVERTURE_CREE: "a créé un code d'ouverture",
    Fait.CODE_OUVERTURE_UTILISE: "a utilisé le code d'ouverture donné par le patient",
    Fait.CONSENTEMENT_POUR_CONFRERE: "a recueilli l'accord du patient pour",
    Fait.REFUS_CONSULTATION: "a enregistré que le patient refuse la consultation",
    Fait.REFUS_ALIMENTATION: "a enregistré que le patient refuse l'envoi d'un document",
    Fait.INFORMATION_DONNEE: "a informé le patient de l'alimentation de son dossier",
    Fait.ADMINISTRATEUR_NOMME: "a nommé administrateur du dossier",
    Fait.ADMINISTRATEUR_RETIRE: "a retiré le rôle d'administrateur à",
    Fait.ROLE_DECLARE: "a déclaré",
    Fait.URGENCE_REGLEE: "a réglé les accès d'urgence",
    Fait.ACCES_URGENCE: "a ouvert le dossier",
    Fait.ACCES_URGENCE_REVU: "a relu, sans rien voir du dossier, un accès",
    Fait.ACCES_SIGNALE: "a signalé un accès de",
    Fait.EXPLICATION_DEMANDEE: "a demandé une explication sur un accès de",
    Fait.EXPLICATION_DONNEE: "a répondu à une demande d'explication",
    Fait.DECISION_EXPLIQUEE: "a vérifié, sans rien lire du dossier, les droits de",
    Fait.SIMULATION: "a regardé son dossier comme le verrait",
    Fait.ACTE_REVELE: "a agi sous le secret, levé depuis",
    Fait.DOCUMENT_RENDU_VISIBLE: "a rendu visible le document",
    Fait.DOCUMENT_ARCHIVE: "a archivé le document",
    Fait.DOCUMENT_DESARCHIVE: "a sorti des archives le document",
    Fait.DOCUMENT_ECARTE: "a écarté, comme déposé dans le mauvais dossier, le document",
    Fait.MESURES_CONSULTEES: "a consulté les mesures",
    Fait.MESURE_AJOUTEE: "a ajouté la mesure",
    Fait.MESURE_MODIFIEE: "a modifié la mesure",
    Fait.MESURE_SUPPRIMEE: "a supprimé la mesure",
    Fait.MESURE_RETABLIE: "a rétabli la mesure",
    Fait.MESURES_EXPORTEES: "a téléchargé les mesures",
    Fait.MESURES_RANGEES: "a changé les mesures affichées",
    Fait.OBJECTIF_REGLE: "a changé l'objectif de la mesure",
    Fait.ALERTES_DEMANDEES: "a demandé à être prévenu des nouveaux documents",
    Fait.ALERTES_ARRETEES: "a arrêté les alertes de nouveaux documents",
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
_RENDU_A = {"patient": "au patient", "representants": "aux représentants légaux"}
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
    professionnel_id: UUID | None = None
    """Who acted, when it is somebody of the national directory."""

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


def sel_et_texte(ligne: Ligne, cle: Cle) -> tuple[bytes, bytes]:
    """Salt and canonical text, checked against the commitment; same errors as `ouvrir_ligne`."""
    clair = cle.desceller(bytes(ligne.scelle), lieu=lieu(ligne.pk))
    sel, canonique = clair[: chaines.TAILLE_SEL], clair[chaines.TAILLE_SEL :]
    if chaines.engagement(sel, canonique) != bytes(ligne.engagement):
        raise LigneAlteree("le texte ne correspond pas à son engagement")
    return sel, canonique


def ouvrir_ligne(ligne: Ligne, cle: Cle) -> dict[str, Any]:
    """The canonical text as it was written. Raises LigneAlteree, ChiffrementInvalide."""
    texte: dict[str, Any] = json.loads(sel_et_texte(ligne, cle)[1])
    return texte


def en_francais(ligne: Ligne, cle: Cle) -> LigneLue:
    return dire(ligne, ouvrir_ligne(ligne, cle))


def dire(ligne: Ligne, texte: Mapping[str, Any]) -> LigneLue:
    """The same, its text already opened."""
    details = texte["details"]
    precisions = [
        _MODES.get(texte["mode"], ""),
        _BASES.get(details.get("base", ""), ""),
        "à la demande du patient" if details.get("a_la_demande_du_patient") else "",
        _RENDU_A.get(details.get("rendu_a", ""), ""),
        "au terme du délai d'annonce" if details.get("automatique") else "",
        _revelation(details),
        f"au nom de {details['au_nom_de']}" if details.get("au_nom_de") else "",
    ]
    return LigneLue(
        le=ligne.inscrite_le,
        acteur=texte["acteur"]["nom"],
        qualite=texte["acteur"]["qualite"],
        pour=texte["acteur"]["pour"],
        phrase=_PHRASES.get(ligne.fait, "a agi sur l'espace"),
        # Of a document that was not this person's, the line stays and the title goes (R-PS-31).
        titre="" if getattr(ligne, "objet_ecarte", False) else details.get("titre", ""),
        precision=", ".join(filter(None, precisions)),
        objet_id=ligne.objet_id,
        numero=ligne.numero,
        chaine=ligne.chaine,
        professionnel_id=(
            ligne.acteur_id if ligne.acteur_genre in GROUPES["professionnels"][1] else None
        ),
    )


def _revelation(details: Mapping[str, Any]) -> str:
    """What was done under a secret now over, and when; empty for any other line."""
    if "fait_revele" not in details:
        return ""
    le = timezone.localtime(datetime.fromisoformat(details["revele_du"]))
    phrase = _PHRASES.get(details["fait_revele"], "a agi sur l'espace")
    return f"le {le:%d/%m/%Y} à {le:%H:%M}, {phrase}"


@dataclass(frozen=True, slots=True)
class FiltreHistorique:
    """What the reader asked: a group of actors, a period, one document."""

    groupe: str = ""
    depuis: date | None = None
    jusqua: date | None = None
    objet_id: UUID | None = None


def _avec_les_ecartes(liste: QuerySet[Ligne]) -> QuerySet[Ligne]:
    """Adds `objet_ecarte`: the document was put aside since, as deposited in the wrong record."""
    ecart = Ligne.objects.filter(
        espace_id=OuterRef("espace_id"), objet_id=OuterRef("objet_id"), fait=Fait.DOCUMENT_ECARTE
    )
    return liste.annotate(objet_ecarte=Exists(ecart))


def objets_ecartes(espace_id: UUID) -> frozenset[UUID]:
    """The same documents, where lines are walked rather than listed."""
    ecarts = Ligne.objects.filter(espace_id=espace_id, fait=Fait.DOCUMENT_ECARTE)
    return frozenset(objet for objet in ecarts.values_list("objet_id", flat=True) if objet)


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
    liste = _avec_les_ecartes(Ligne.objects.filter(espace_id=espace_id))
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
    liste = _avec_les_ecartes(Ligne.objects.all()).filter(
        espace_id=espace_id,
        chaine=Chaine.VISIBLE,
        acteur_genre=GenreActeur.PROFESSIONNEL,
        fait__in=LECTURES,
    )
    if objet_id:
        liste = liste.filter(objet_id=objet_id)
    return [en_francais(ligne, cle) for ligne in liste.order_by("-inscrite_le")[:combien]]
