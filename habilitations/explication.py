"""Why an access is granted or refused, in French, and what would change the answer. No content.

The pure half (`derouler`) walks the tables of `politique` and asks the engine itself what would
turn its answer over; no rule is written here again, only questions and phrases. The other half
(`expliquer_acces`) gathers the facts from the directory and the tables of gouvernance, which
mes_support may read too: the wall stays shut and nothing of the record is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from habilitations import cases
from habilitations.acces import reglages, situation_de_l_espace
from habilitations.politique import (
    DEFAUT,
    NON_PREVU,
    OUVERTS,
    Action,
    Base,
    Case,
    Decision,
    Ligne,
    Masque,
    Mesure,
    Mode,
    Motif,
    Reglages,
    Situation,
    Statut,
    decider,
    lignes_examinees,
)
from habilitations.portes import acteur_de_l_exercice
from mes.socle.identifiants import IdentifiantInvalide, valider_matricule_ins, valider_rpps
from mes.socle.nomenclatures import professions, specialites, types_documents
from professionnels.models import Exercice
from usagers.models import EspaceSante
from usagers.recherche import espace_par_ins

# --- The words ---------------------------------------------------------------------------------

_SINON: Final = "Sinon : aucune des lignes précédentes ne s'applique."

# Line of the page, reason and rule → its condition, asked in French.
QUESTIONS: Final[Mapping[tuple[str, Motif, str], str]] = {
    ("1", Motif.EXERCICE_INACTIF, "R-PS-09"): "L'exercice du professionnel est-il inactif ?",
    ("2", Motif.ESPACE_FERME, "R-STA-04"): "L'espace du patient est-il fermé ?",
    ("3", Motif.PROFESSIONNEL_BLOQUE, "R-PS-10"): (
        "Le patient a-t-il bloqué ce professionnel ou sa structure, d'un blocage qui vaut dans ce "
        "mode d'accès ?"
    ),
    ("4a", Motif.REGULATION_REQUISE, "R-URG-03"): (
        "L'accès du SAMU-Centre 15 est-il demandé sans être médecin régulateur ?"
    ),
    ("4b", Motif.OPPOSITION_SAMU, "R-URG-01"): (
        "L'accès du SAMU-Centre 15 est-il demandé alors que le patient s'y est opposé ?"
    ),
    ("4c", Motif.OPPOSITION_BRIS_DE_GLACE, "R-URG-06"): (
        "Le bris de glace est-il demandé alors que le patient s'y est opposé ?"
    ),
    ("4d", Motif.JUSTIFICATION_REQUISE, "R-URG-05"): (
        "Le bris de glace est-il demandé sans justification ?"
    ),
    ("5", Motif.AUTEUR, "R-HAB-05"): "Le professionnel est-il l'auteur du document ?",
    ("6", Motif.CONSENTEMENT_REQUIS, "R-PS-20"): (
        "Est-ce un médecin du travail sans l'accord exprès du patient ?"
    ),
    ("6a", Motif.CONSENTEMENT_REQUIS, "R-PS-01"): (
        "L'accès ne repose-t-il ni sur l'équipe de soins ni sur l'accord du patient ?"
    ),
    ("6b", Motif.CONSENTEMENT_INITIAL_REQUIS, "R-PS-02"): (
        "L'accès repose-t-il sur l'équipe de soins sans le consentement initial du patient ?"
    ),
    ("7a", Motif.DOCUMENT_MASQUE, "R-MAS-01"): "Le document est-il de niveau « très restreint » ?",
    ("7b", Motif.DOCUMENT_MASQUE, "R-MAS-02"): (
        "Le document est-il masqué à ce professionnel, qui n'est pas administrateur du dossier ?"
    ),
    ("7c", Motif.DOCUMENT_MASQUE, "R-URG-02"): (
        "Le document est-il masqué, sans que le patient ait ouvert ses documents masqués aux "
        "accès d'urgence ?"
    ),
    ("8", Motif.HORS_MATRICE, "R-HAB-01"): (
        "La matrice d'habilitation ferme-t-elle ce type de document à cette profession ?"
    ),
    ("9", Motif.MATRICE, "R-HAB-02"): _SINON,
    ("9", Motif.MATRICE_URGENCE, "R-HAB-02"): _SINON,
    ("autres actes", Motif.NON_PREVU, "R-URG-07"): (
        "Est-ce, en urgence, un autre acte que lire ou déposer ?"
    ),
    ("deposer", Motif.CONSENTEMENT_REQUIS, "R-PS-20"): (
        "Est-ce un médecin du travail sans l'accord exprès du patient ?"
    ),
    ("deposer", Motif.HORS_MATRICE, "R-HAB-01"): (
        "La matrice d'habilitation, ici appliquée aux dépôts, ferme-t-elle ce type de document à "
        "cette profession ?"
    ),
    ("deposer", Motif.DEPOT, "R-STA-08"): _SINON,
    ("masquer", Motif.PROFESSIONNEL_BLOQUE, "R-PS-10"): (
        "Le patient a-t-il bloqué ce professionnel ou sa structure ?"
    ),
    ("masquer", Motif.AUTEUR, "R-MAS-07"): "Le professionnel est-il l'auteur du document ?",
    ("masquer", Motif.ADMINISTRATEUR, "R-MAS-08"): (
        "Le professionnel est-il administrateur du dossier ?"
    ),
    ("masquer", Motif.NON_AUTEUR, "R-MAS-07"): _SINON,
    ("demasquer", Motif.PROFESSIONNEL_BLOQUE, "R-PS-10"): (
        "Le patient a-t-il bloqué ce professionnel ou sa structure ?"
    ),
    ("demasquer", Motif.NON_AUTEUR, "R-MAS-02"): (
        "Le masque vient-il du patient, qui n'en a pas demandé la levée ?"
    ),
    ("demasquer", Motif.AUTEUR, "R-MAS-07"): "Le professionnel est-il l'auteur du document ?",
    ("demasquer", Motif.ADMINISTRATEUR, "R-MAS-08"): (
        "Le professionnel est-il administrateur du dossier ?"
    ),
    ("demasquer", Motif.NON_AUTEUR, "R-MAS-07"): _SINON,
    ("rendre_visible_patient", Motif.AUTEUR, "R-MAS-10"): (
        "Le professionnel est-il l'auteur du document ?"
    ),
    ("rendre_visible_patient", Motif.PROFESSIONNEL_BLOQUE, "R-ADM-05"): (
        "Est-ce un administrateur du dossier que le patient a bloqué ?"
    ),
    ("rendre_visible_patient", Motif.ADMINISTRATEUR, "R-MAS-10"): (
        "Le professionnel est-il administrateur du dossier ?"
    ),
    ("rendre_visible_patient", Motif.NON_AUTEUR, "R-MAS-10"): _SINON,
    ("rendre_visible_representants", Motif.AUTEUR, "R-PRO-10"): (
        "Le professionnel est-il l'auteur du document ?"
    ),
    ("rendre_visible_representants", Motif.NON_AUTEUR, "R-PRO-10"): _SINON,
    ("supprimer", Motif.AUTEUR, "R-DOC-11"): "Le professionnel est-il l'auteur du document ?",
    ("supprimer", Motif.NON_AUTEUR, "R-DOC-11"): _SINON,
    ("bloquer", Motif.PROFESSIONNEL_BLOQUE, "R-ADM-05"): (
        "Le patient a-t-il bloqué ce professionnel ou sa structure ?"
    ),
    ("bloquer", Motif.ADMINISTRATEUR, "R-ADM-02"): (
        "Le professionnel est-il administrateur du dossier ?"
    ),
    ("bloquer", Motif.NON_ADMINISTRATEUR, "R-ADM-02"): _SINON,
    ("tous", Motif.ESPACE_FERME, "R-STA-04"): "L'espace du patient est-il fermé ?",
    ("titulaire, representant, aidant", Motif.ESPACE_NON_ACTIVE, "R-STA-02"): (
        "L'espace est-il ouvert sans avoir été activé ?"
    ),
    ("document invisible", Motif.INVISIBLE_PATIENT, "R-MAS-09"): (
        "Le document attend-il une consultation d'annonce ?"
    ),
    ("document invisible", Motif.INVISIBLE_REPRESENTANTS, "R-PRO-07"): (
        "Le document est-il gardé secret vis-à-vis des représentants légaux ?"
    ),
    ("titulaire", Motif.TITULAIRE, "R-STA-03"): _SINON,
    ("titulaire", Motif.TITULAIRE, "R-PRO-11"): "Le titulaire est-il majeur ?",
    ("representant", Motif.REPRESENTATION_ECHUE, "R-MAJ-01"): (
        "La personne est-elle majeure, sous une mesure d'assistance ?"
    ),
    ("representant", Motif.REPRESENTATION_ECHUE, "R-MAJ-02"): (
        "La personne est-elle majeure, sous une représentation sans volet santé ?"
    ),
    ("representant", Motif.REPRESENTATION_ECHUE, "R-PRO-11"): (
        "La personne est-elle majeure, sans mesure de représentation en santé ?"
    ),
    ("representant", Motif.REPRESENTANT, "R-PRO-01"): "La personne est-elle mineure ?",
    ("representant", Motif.REPRESENTANT, "R-MAJ-03"): _SINON,
    ("supprimer", Motif.AUTEUR, "R-DOC-07"): (
        "Le document a-t-il été déposé du côté du patient, hors attestation d'aidance ?"
    ),
    ("supprimer", Motif.NON_AUTEUR, "R-DOC-08"): _SINON,
    ("aidant", Motif.AIDANT, "R-AID-09"): _SINON,
    ("aidant", Motif.AUTEUR, "R-AID-09"): (
        "L'aidant a-t-il déposé ce document lui-même, hors attestation d'aidance ?"
    ),
    ("aidant", Motif.NON_AUTEUR, "R-DOC-08"): _SINON,
    ("personnel", Motif.DEPOT, "R-PS-08"): _SINON,
    ("personnel", Motif.LECTURE_INTERDITE, "R-PS-08"): _SINON,
    ("agent", Motif.AGENT_SUPPORT, "R-SUP-05"): _SINON,
    ("service", Motif.ESPACE_NON_ACTIVE, "R-SNR-10"): (
        "L'espace est-il ouvert sans avoir été activé ?"
    ),
    ("service : finalité", Motif.FINALITE_NON_CONSENTIE, "R-SNR-01"): (
        "L'échange manque-t-il du consentement de l'usager ?"
    ),
    ("service : masque", Motif.FINALITE_NON_CONSENTIE, "R-SNR-01"): (
        "Le document porte-t-il un masque ?"
    ),
    ("service : type", Motif.FINALITE_NON_CONSENTIE, "R-SNR-01"): (
        "Le document est-il une volonté ou une directive, qui ne va à aucun service ?"
    ),
    ("service", Motif.SERVICE, "R-SNR-01"): _SINON,
}

# What was answered, said of the person rather than to her (`politique.phrase` speaks to her).
_PHRASES: Final[Mapping[Motif, str]] = {
    Motif.AUTEUR: "Accordé : le document vient de cette personne, ou du côté du patient.",
    Motif.MATRICE: (
        "Accordé : l'accès repose sur l'équipe de soins ou l'accord du patient, et la matrice "
        "d'habilitation ouvre ce type de document à cette profession."
    ),
    Motif.MATRICE_URGENCE: "Accordé en urgence ; le patient et son médecin traitant sont informés.",
    Motif.DEPOT: "Accordé : déposer ne demande pas d'autorisation de consultation.",
    Motif.ADMINISTRATEUR: "Accordé : le patient a désigné ce professionnel comme administrateur.",
    Motif.TITULAIRE: "Accordé : la personne est le titulaire de l'espace.",
    Motif.REPRESENTANT: "Accordé : la personne représente légalement le titulaire.",
    Motif.AIDANT: "Accordé : le titulaire a choisi cette personne comme aidant.",
    Motif.SERVICE: "Accordé : l'usager a consenti à cet échange avec ce service.",
    Motif.EXERCICE_INACTIF: "Refusé : cet exercice n'est plus actif au répertoire (RPPS).",
    Motif.ESPACE_FERME: "Refusé : l'espace du patient n'est pas ouvert.",
    Motif.ESPACE_NON_ACTIVE: "Refusé : l'espace est ouvert mais n'a pas été activé.",
    Motif.PROFESSIONNEL_BLOQUE: "Refusé : le patient a bloqué ce professionnel ou sa structure.",
    Motif.REGULATION_REQUISE: (
        "Refusé : l'accès du SAMU-Centre 15 est réservé au médecin régulateur."
    ),
    Motif.OPPOSITION_SAMU: "Refusé : le patient s'est opposé à l'accès du SAMU-Centre 15.",
    Motif.OPPOSITION_BRIS_DE_GLACE: "Refusé : le patient s'est opposé à l'accès en bris de glace.",
    Motif.JUSTIFICATION_REQUISE: "Refusé : l'accès en bris de glace n'a pas été justifié.",
    Motif.CONSENTEMENT_REQUIS: (
        "Refusé : l'accès ne repose ni sur l'accord du patient ni sur l'équipe de soins."
    ),
    Motif.CONSENTEMENT_INITIAL_REQUIS: (
        "Refusé : le patient n'a pas donné son consentement initial à cette équipe de soins."
    ),
    Motif.DOCUMENT_MASQUE: "Refusé : le document est masqué à ce professionnel.",
    Motif.HORS_MATRICE: (
        "Refusé : la matrice d'habilitation n'ouvre pas ce type de document à cette profession."
    ),
    Motif.NON_AUTEUR: "Refusé : cet acte est réservé à l'auteur du document.",
    Motif.NON_ADMINISTRATEUR: "Refusé : cet acte est réservé aux administrateurs du dossier.",
    Motif.REPRESENTATION_ECHUE: (
        "Refusé : la personne est majeure, sans mesure de représentation en matière de santé."
    ),
    Motif.INVISIBLE_PATIENT: "Refusé : le document attend une consultation d'annonce.",
    Motif.INVISIBLE_REPRESENTANTS: (
        "Refusé : le document est gardé secret vis-à-vis des représentants et des aidants."
    ),
    Motif.LECTURE_INTERDITE: "Refusé : cet accès permet de déposer, pas de consulter.",
    Motif.AGENT_SUPPORT: "Refusé : le support n'a jamais accès au contenu d'un dossier.",
    Motif.FINALITE_NON_CONSENTIE: "Refusé : l'usager n'a pas consenti à cet échange.",
    Motif.NON_PREVU: "Refusé : cet acte n'est pas prévu dans cette situation.",
}
_PHRASE_DE_L_ESPACE: Final = (
    "Accordé pour l'espace ; chaque document dépend ensuite de ses masques et de la matrice "
    "d'habilitation."
)
_ACTES: Final[Mapping[Action, str]] = {
    Action.LISTER: "l'accès",
    Action.LIRE: "l'accès",
    Action.DEPOSER: "le dépôt",
}


def phrase_de_l_explication(motif: Motif) -> str:
    """The answer in French, said of the person who acts."""
    return _PHRASES[motif]


# --- What somebody can change ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Levier:
    """A fact that somebody can change. `si`: who does what, after « si ».

    `changer` gives the situation once done, None where there is nothing to do. `du_document`: it
    concerns one document, and has no sense for the espace as a whole.
    """

    si: str
    changer: Callable[[Situation], Situation | None]
    du_document: bool = False


def _fait(si: str, nom: str, valeur: Any, *, du_document: bool = False) -> Levier:
    """`nom` becomes `valeur`."""

    def changer(s: Situation) -> Situation | None:
        changement: dict[str, Any] = {nom: valeur}
        return None if getattr(s, nom) == valeur else replace(s, **changement)

    return Levier(si, changer, du_document)


def _statut(si: str, *depuis: Statut, vers: Statut) -> Levier:
    return Levier(
        si, lambda s: replace(s, statut_espace=vers) if s.statut_espace in depuis else None
    )


def _sans_masque(si: str, masque: Masque) -> Levier:
    return Levier(
        si,
        lambda s: replace(s, masques=s.masques - {masque}) if masque in s.masques else None,
        du_document=True,
    )


def _avec_masque(si: str, masque: Masque) -> Levier:
    return Levier(
        si,
        lambda s: None if masque in s.masques else replace(s, masques=s.masques | {masque}),
        du_document=True,
    )


def _base(si: str, vers: Base, *, depuis: Base | None = None) -> Levier:
    return Levier(
        si,
        lambda s: None if s.base is vers or depuis not in (None, s.base) else replace(s, base=vers),
    )


_CASE_OUVERTE: Final = Case(lecture=True, ecriture=True, effectif=True)
# What opens. A death or an erasure is nobody's lever; an emergency neither, which depends on the
# patient's state: nobody is told to break the glass.
_OUVRENT: Final = (
    _fait("cet exercice redevenait actif au répertoire (RPPS)", "exercice_actif", True),
    _statut("l'espace du patient était ouvert", Statut.A_INFORMER, Statut.INFORME,
            vers=Statut.OUVERT_NON_ACTIVE),
    _statut("le patient revenait sur son opposition", Statut.OPPOSE, vers=Statut.ACTIVE),
    _statut("le patient rouvrait son espace", Statut.CLOTURE, vers=Statut.ACTIVE),
    _statut("la suspension de l'espace était levée", Statut.SUSPENDU, vers=Statut.ACTIVE),
    _statut("l'espace du patient était activé", Statut.OUVERT_NON_ACTIVE, vers=Statut.ACTIVE),
    _fait("le patient débloquait ce professionnel", "bloque", False),
    _fait("le patient débloquait la structure de ce professionnel", "structure_bloquee", False),
    _fait("le consentement initial du patient à cette équipe de soins était recueilli",
          "consentement_initial", True),
    _fait("le patient désignait ce professionnel comme administrateur de son dossier",
          "administrateur", True),
    _fait("ce professionnel se connectait comme médecin régulateur du SAMU-Centre 15",
          "regulateur", True),
    _fait("ce professionnel justifiait le bris de glace", "justification", True),
    _fait("le patient levait son opposition à l'accès du SAMU-Centre 15",
          "opposition_samu", False),
    _fait("le patient levait son opposition au bris de glace", "opposition_bris_de_glace", False),
    _fait("le patient ouvrait ses documents masqués aux accès d'urgence",
          "masques_en_urgence", True, du_document=True),
    _sans_masque("le patient rendait ce document visible aux professionnels", Masque.MASQUE_PS),
    _sans_masque("l'auteur du document levait son niveau « restreint »", Masque.R),
    _sans_masque("l'auteur du document levait son niveau « très restreint »", Masque.V),
    _sans_masque("un professionnel rendait ce document visible au patient",
                 Masque.INVISIBLE_PATIENT),
    _sans_masque("le document était rendu visible aux représentants légaux",
                 Masque.INVISIBLE_REPRESENTANTS_LEGAUX),
    _fait("la matrice d'habilitation ouvrait ce type de document à cette profession",
          "case", _CASE_OUVERTE, du_document=True),
    _fait("le patient demandait la levée de ce masque", "a_la_demande_du_patient", True,
          du_document=True),
    _fait("une mesure de représentation avec volet santé était enregistrée",
          "mesure", Mesure.REPRESENTATION_AVEC_SANTE),
    _fait("l'usager consentait à cet échange", "finalite_consentie", True),
)  # fmt: skip
_FERMENT: Final = (
    _fait("cet exercice prenait fin au répertoire (RPPS)", "exercice_actif", False),
    _statut("le patient clôturait son espace", *OUVERTS, vers=Statut.CLOTURE),
    _fait("le patient bloquait ce professionnel", "bloque", True),
    _fait("le patient bloquait la structure de ce professionnel", "structure_bloquee", True),
    _base("le patient retirait son accord à ce professionnel", Base.AUCUNE,
          depuis=Base.CONSENTEMENT),
    _base("le patient retirait l'accès à cette équipe de soins", Base.AUCUNE, depuis=Base.EQUIPE),
    _fait("le patient retirait son consentement initial à cette équipe de soins",
          "consentement_initial", False),
    _fait("le patient retirait à ce professionnel son rôle d'administrateur",
          "administrateur", False),
    _fait("le patient s'opposait à l'accès du SAMU-Centre 15", "opposition_samu", True),
    _fait("le patient s'opposait au bris de glace", "opposition_bris_de_glace", True),
    _fait("le patient fermait ses documents masqués aux accès d'urgence",
          "masques_en_urgence", False, du_document=True),
    _avec_masque("le patient masquait ce document aux professionnels", Masque.MASQUE_PS),
    _fait("la matrice d'habilitation fermait ce type de document à cette profession",
          "case", None, du_document=True),
    _fait("l'usager retirait son consentement à cet échange", "finalite_consentie", False),
)  # fmt: skip
_AU_PLUS: Final = 3
"""Facts changed together: blocked, without agreement, before a masked document is a common case."""


def _leviers_de_la_base(*, retire: bool, autorise: bool) -> tuple[Levier, ...]:
    """Who may give a reading its basis. Taken back, it returns only from the patient herself."""
    if retire:
        return (
            _base("le patient redonnait lui-même son accord à ce professionnel", Base.CONSENTEMENT),
        )
    equipe = _base(
        "ce professionnel déclarait faire partie de l'équipe de soins",
        Base.EQUIPE,
        depuis=Base.AUCUNE,
    )
    if autorise:
        return (
            _base(
                "ce professionnel ouvrait le dossier au titre de l'accord que le patient lui a "
                "donné",
                Base.CONSENTEMENT,
            ),
            equipe,
        )
    return (_base("le patient donnait son accord à ce professionnel", Base.CONSENTEMENT), equipe)


def changements(
    situation: Situation,
    reglages: Reglages = DEFAUT,
    *,
    sur_espace: bool = False,
    retire: bool = False,
    autorise: bool = False,
) -> list[tuple[Levier, ...]]:
    """The smallest sets of facts (one, else two, else three) that turn the answer over.

    The engine itself is asked. `retire`: the patient took back the access; `autorise`: she gives
    it, and the professional has not opened the record. Empty: nobody can change the answer.
    """
    accordee = decider(situation, reglages).accordee
    possibles = (
        _FERMENT
        if accordee
        else (*_leviers_de_la_base(retire=retire, autorise=autorise), *_OUVRENT)
    )
    leviers = [levier for levier in possibles if not (sur_espace and levier.du_document)]
    for taille in range(1, _AU_PLUS + 1):
        trouves = [
            ensemble
            for ensemble, apres in _ensembles(leviers, situation, taille)
            if decider(apres, reglages).accordee is not accordee
        ]
        if trouves:
            return trouves
    return []


def _ensembles(
    leviers: Sequence[Levier], situation: Situation, taille: int
) -> Iterator[tuple[tuple[Levier, ...], Situation]]:
    """Every `taille` facts, each with something left to change after the former, and the result."""
    if taille == 0:
        yield (), situation
        return
    for rang, levier in enumerate(leviers, start=1):
        apres = levier.changer(situation)
        if apres is not None:
            for suite, fin in _ensembles(leviers[rang:], apres, taille - 1):
                yield (levier, *suite), fin


def _dire(leviers: Sequence[Levier], action: Action, *, accordee: bool) -> str:
    """« Si le patient débloquait ce professionnel et si…, l'accès serait accordé. »"""
    *premiers, dernier = (f"si {levier.si}" for levier in leviers)
    conditions = f"{', '.join(premiers)} et {dernier}" if premiers else dernier
    reponse = "refusé" if accordee else "accordé"
    acte = _ACTES.get(action, "l'acte")
    return f"S{conditions[1:]}, {acte} serait {reponse}."


# --- The walk ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Etape:
    """A line of the page that was examined. `reponse`: « oui » or « non »; `arrete`: it decided."""

    ligne: str
    question: str
    reponse: str
    arrete: bool


@dataclass(frozen=True, slots=True)
class Deroule:
    """A decision, the lines that led to it, and what would change it, in French."""

    decision: Decision
    ligne: str
    """The number of the line on the page, or the act or person its row speaks of; « – »: none."""
    phrase: str
    etapes: tuple[Etape, ...]
    changerait: tuple[str, ...]


# What `politique.decider_espace` supposes of a document that nothing of its own closes.
_LIGNES_DU_DOCUMENT: Final = frozenset({"5", "7a", "7b", "7c", "8"})


def derouler(
    situation: Situation,
    reglages: Reglages = DEFAUT,
    *,
    sur_espace: bool = False,
    retire: bool = False,
    autorise: bool = False,
) -> Deroule:
    """The decision line by line, by the tables of `politique` themselves.

    `sur_espace`: `situation` is that of `decider_espace`, before no document in particular; the
    lines about a document are left out. `retire`, `autorise`: see `changements`.
    """
    examinees = list(lignes_examinees(situation, reglages))
    derniere, applicable = examinees[-1]
    decision = derniere.reponse if applicable else NON_PREVU
    ligne = derniere.repere if applicable else "–"
    par_espace = sur_espace and decision.accordee
    return Deroule(
        decision=decision,
        ligne=ligne,
        phrase=_PHRASE_DE_L_ESPACE if par_espace else phrase_de_l_explication(decision.motif),
        etapes=tuple(
            _etape(examinee, arrete)
            for examinee, arrete in examinees
            if not (sur_espace and examinee.repere in _LIGNES_DU_DOCUMENT)
        ),
        changerait=tuple(
            _dire(leviers, situation.action, accordee=decision.accordee)
            for leviers in changements(
                situation, reglages, sur_espace=sur_espace, retire=retire, autorise=autorise
            )
        ),
    )


def _etape(ligne: Ligne, arrete: bool) -> Etape:
    question = QUESTIONS[ligne.repere, ligne.reponse.motif, ligne.reponse.regle]
    return Etape(ligne.repere, question, "oui" if arrete else "non", arrete)


# --- Gathering the facts -----------------------------------------------------------------------


class ExplicationImpossible(Exception):
    """The person, the espace or the type isn't known; `str()` is French and repeats no number."""


@dataclass(frozen=True, slots=True)
class FaitsDuDocument:
    """What a document's clear columns say, read by whoever may open the wall (never its title)."""

    type_document: str
    masques: frozenset[Masque]
    auteur_genre: str
    auteur_id: UUID | None


@dataclass(frozen=True, slots=True)
class ExplicationAcces:
    """Why a professional may, or may not, read: the answer for one way of practising."""

    accordee: bool
    motif: str
    regle: str
    ligne: str
    phrase: str
    etapes: tuple[Etape, ...]
    changerait: tuple[str, ...]
    exercice: str
    """Profession, speciality and number of the structure: nobody's name."""
    autres: tuple[ExplicationAcces, ...] = ()
    """The same for this professional's other exercices."""


def expliquer_acces(
    rpps: str, ins: str, type_document: str = "", mode: str = "normal"
) -> ExplicationAcces:
    """Why this professional may read, or not, a type of document of this person (R-SUP-05).

    Without a type, the espace as a whole. Several exercices: the one whose record is open comes
    first, else one that is granted; `autres` holds the rest. `mode`: normal, samu, bris_de_glace.
    Raises ExplicationImpossible. Reads gouvernance and the directory only.
    """
    if type_document and type_document not in types_documents():
        raise ExplicationImpossible("Ce code de type de document n'existe pas.")
    espace = espace_de(ins)
    return _expliquer(_exercices(rpps), espace, _mode(mode), type_document, None)


def expliquer_document(
    rpps: str, ins: str, faits: FaitsDuDocument, mode: str = "normal"
) -> ExplicationAcces:
    """The same before one document, from its clear columns. Raises ExplicationImpossible."""
    espace = espace_de(ins)
    return _expliquer(_exercices(rpps), espace, _mode(mode), faits.type_document, faits)


def espace_de(ins: str) -> EspaceSante:
    """The espace of a matricule typed with its key. Raises ExplicationImpossible."""
    try:
        matricule = valider_matricule_ins(ins).valeur
    except IdentifiantInvalide as erreur:
        raise ExplicationImpossible(str(erreur)) from erreur
    espace = espace_par_ins(matricule)
    if espace is None:
        raise ExplicationImpossible("Aucun espace ne porte ce matricule INS.")
    return espace


def _mode(mode: str) -> Mode:
    try:
        return Mode(mode)
    except ValueError as erreur:
        raise ExplicationImpossible(
            f"Ce mode d'accès n'existe pas : choisissez {', '.join(Mode)}."
        ) from erreur


def _exercices(rpps: str) -> list[Exercice]:
    """The active ones; all being over, the last, which says why."""
    try:
        numero = valider_rpps(rpps)
    except IdentifiantInvalide as erreur:
        raise ExplicationImpossible(str(erreur)) from erreur
    exercices = Exercice.objects.select_related("professionnel", "structure").filter(
        professionnel__rpps=numero
    )
    retenus = list(exercices.actifs().order_by("debut_le", "pk")) or list(
        exercices.order_by("-fin_le", "pk")[:1]
    )
    if not retenus:
        raise ExplicationImpossible("Aucun professionnel de l'annuaire ne porte ce numéro RPPS.")
    return retenus


def _expliquer(
    exercices: Sequence[Exercice],
    espace: EspaceSante,
    mode: Mode,
    type_document: str,
    faits: FaitsDuDocument | None,
) -> ExplicationAcces:
    explications = sorted(
        (
            _pour_un_exercice(exercice, espace.pk, mode, type_document, faits)
            for exercice in exercices
        ),
        key=lambda explication: (not explication[0], not explication[1].accordee),
    )
    premiere, *suivantes = (explication for _, explication in explications)
    return replace(premiere, autres=tuple(suivantes))


def _pour_un_exercice(
    exercice: Exercice,
    espace_id: UUID,
    mode: Mode,
    type_document: str,
    faits: FaitsDuDocument | None,
) -> tuple[bool, ExplicationAcces]:
    """Whether this exercice has the record open, and the explanation."""
    acteur = acteur_de_l_exercice(exercice, compte_id=None, regulateur=False)
    situation, _espace, etat = situation_de_l_espace(acteur, espace_id, Action.LIRE)
    case = (
        cases.case_pour(etat.version_matrice, acteur.profession, acteur.specialite, type_document)
        if type_document
        else _CASE_OUVERTE
    )
    situation = replace(
        situation,
        type_document=type_document,
        mode=mode,
        # A regulating physician is one for the time of a connexion: the open record remembers it.
        regulateur=situation.mode is Mode.SAMU,
        case=case,
    )
    if faits is not None:
        situation = replace(
            situation,
            masques=faits.masques,
            auteur=acteur.id == faits.auteur_id and faits.auteur_genre == str(acteur.genre),
        )
    deroule = derouler(
        situation,
        reglages(),
        sur_espace=not type_document,
        retire=etat.retire,
        autorise=etat.autorise_jusqua is not None,
    )
    return etat.ouverture_id is not None, ExplicationAcces(
        accordee=deroule.decision.accordee,
        motif=str(deroule.decision.motif),
        regle=deroule.decision.regle,
        ligne=deroule.ligne,
        phrase=deroule.phrase,
        etapes=deroule.etapes,
        changerait=deroule.changerait,
        exercice=_sans_nom(exercice),
    )


def _sans_nom(exercice: Exercice) -> str:
    profession = professions().get(exercice.profession)
    specialite = specialites().get(exercice.specialite)
    structure = exercice.structure
    mots = (
        profession.libelle if profession else "Personnel",
        specialite.libelle if specialite else "",
        f"structure {structure.finess or structure.identifiant}" if structure else "",
    )
    return ", ".join(filter(None, mots))
