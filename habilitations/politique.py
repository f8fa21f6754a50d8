"""THE decision: who may do what to which document of which espace, and why.

This module is the page « table of decisions », line for line and in its order: the first line
that applies wins, and when none applies the answer is no (`NON_PREVU`). It is pure: a `Situation`
(established facts) and `Reglages` (the settings the page names) go in, a `Decision` comes out.
No query, no clock, no Django, nothing but the standard library.

How to read a line of the tables below::

    _refus("4a", Motif.REGULATION_REQUISE, "R-URG-03", quand=lambda s, r: …)
           │     │                         │           └ the condition; s: situation, r: réglages
           │     │                         └ the rule (the first one the page cites on that line)
           │     └ the reason, which the journal keeps and `phrase` says in French
           └ the number of the line on the page, or the act or person its row speaks of

Lists and lone documents can't drift apart: `decider_espace`, `decider_au_mieux` and
`filtre_lecture` hold no rule of their own, they put questions to `decider`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final, NamedTuple, get_type_hints

# --- The words of the page ---------------------------------------------------------------------


class Acteur(StrEnum):
    """In what capacity somebody acts. `PERSONNEL`: secretary, CPE, CPF, structure certificate."""

    PROFESSIONNEL = "professionnel"
    PERSONNEL = "personnel"
    TITULAIRE = "titulaire"
    REPRESENTANT = "representant"
    AIDANT = "aidant"
    AGENT = "agent"
    SERVICE = "service"


class Action(StrEnum):
    """The ten acts."""

    LISTER = "lister"
    LIRE = "lire"
    DEPOSER = "deposer"
    MASQUER = "masquer"
    DEMASQUER = "demasquer"
    SUPPRIMER = "supprimer"
    RENDRE_VISIBLE_PATIENT = "rendre_visible_patient"
    RENDRE_VISIBLE_REPRESENTANTS = "rendre_visible_representants"
    BLOQUER = "bloquer"
    VOIR_HISTORIQUE_COMPLET = "voir_historique_complet"


class Mode(StrEnum):
    """How a professional opens the espace. The last two are emergencies."""

    NORMAL = "normal"
    SAMU = "samu"
    BRIS_DE_GLACE = "bris_de_glace"


class Base(StrEnum):
    """What a professional's reading rests on: the care team, an express consent, or nothing."""

    EQUIPE = "equipe"
    CONSENTEMENT = "consentement"
    AUCUNE = "aucune"


class Statut(StrEnum):
    """Status of the espace (R-STA-01). Open ones: `OUVERT_NON_ACTIVE` and `ACTIVE`."""

    A_INFORMER = "A_INFORMER"
    INFORME = "INFORME"
    OUVERT_NON_ACTIVE = "OUVERT_NON_ACTIVE"
    ACTIVE = "ACTIVE"
    OPPOSE = "OPPOSE"
    CLOTURE = "CLOTURE"
    SUSPENDU = "SUSPENDU"
    SUPPRIME = "SUPPRIME"
    DECEDE = "DECEDE"


class Masque(StrEnum):
    """Confidentiality codes (R-MAS-01). `N` hides nothing, alone or beside another."""

    N = "N"
    R = "R"
    V = "V"
    MASQUE_PS = "MASQUE_PS"
    INVISIBLE_PATIENT = "INVISIBLE_PATIENT"
    INVISIBLE_REPRESENTANTS_LEGAUX = "INVISIBLE_REPRESENTANTS_LEGAUX"


class Mesure(StrEnum):
    """Legal protection of an adult (section F)."""

    AUCUNE = "aucune"
    ASSISTANCE = "assistance"
    REPRESENTATION_SANS_SANTE = "representation_sans_sante"
    REPRESENTATION_AVEC_SANTE = "representation_avec_sante"


class Motif(StrEnum):
    """Why. One word per reason; the first group grants, the second refuses."""

    AUTEUR = "AUTEUR"
    MATRICE = "MATRICE"
    MATRICE_URGENCE = "MATRICE_URGENCE"
    DEPOT = "DEPOT"
    ADMINISTRATEUR = "ADMINISTRATEUR"
    TITULAIRE = "TITULAIRE"
    REPRESENTANT = "REPRESENTANT"
    AIDANT = "AIDANT"
    SERVICE = "SERVICE"

    EXERCICE_INACTIF = "EXERCICE_INACTIF"
    ESPACE_FERME = "ESPACE_FERME"
    ESPACE_NON_ACTIVE = "ESPACE_NON_ACTIVE"
    PROFESSIONNEL_BLOQUE = "PROFESSIONNEL_BLOQUE"
    REGULATION_REQUISE = "REGULATION_REQUISE"
    OPPOSITION_SAMU = "OPPOSITION_SAMU"
    OPPOSITION_BRIS_DE_GLACE = "OPPOSITION_BRIS_DE_GLACE"
    JUSTIFICATION_REQUISE = "JUSTIFICATION_REQUISE"
    CONSENTEMENT_REQUIS = "CONSENTEMENT_REQUIS"
    CONSENTEMENT_INITIAL_REQUIS = "CONSENTEMENT_INITIAL_REQUIS"
    DOCUMENT_MASQUE = "DOCUMENT_MASQUE"
    HORS_MATRICE = "HORS_MATRICE"
    NON_AUTEUR = "NON_AUTEUR"
    NON_ADMINISTRATEUR = "NON_ADMINISTRATEUR"
    REPRESENTATION_ECHUE = "REPRESENTATION_ECHUE"
    INVISIBLE_PATIENT = "INVISIBLE_PATIENT"
    INVISIBLE_REPRESENTANTS = "INVISIBLE_REPRESENTANTS"
    LECTURE_INTERDITE = "LECTURE_INTERDITE"
    AGENT_SUPPORT = "AGENT_SUPPORT"
    FINALITE_NON_CONSENTIE = "FINALITE_NON_CONSENTIE"
    NON_PREVU = "NON_PREVU"


# Short names for the conditions below; Enum looks a member up in 80 ns, a global costs 8.
NORMAL: Final = Mode.NORMAL
SAMU: Final = Mode.SAMU
BRIS_DE_GLACE: Final = Mode.BRIS_DE_GLACE
EQUIPE: Final = Base.EQUIPE
CONSENTEMENT: Final = Base.CONSENTEMENT
AUCUNE_BASE: Final = Base.AUCUNE
ACTIVE: Final = Statut.ACTIVE
OUVERT_NON_ACTIVE: Final = Statut.OUVERT_NON_ACTIVE
OUVERTS: Final = (ACTIVE, OUVERT_NON_ACTIVE)
MEDECINE_DU_TRAVAIL: Final = "SM25"
# Volontés et droits, directives anticipées: never handed to a referenced service.
TYPES_FERMES_AUX_SERVICES: Final = frozenset({"EXPPAT_1", "EXPPAT_3"})
ACTES_SUR_L_ESPACE: Final = (Action.DEPOSER, Action.BLOQUER, Action.VOIR_HISTORIQUE_COMPLET)

V: Final = Masque.V
_TOUS_LES_MASQUES: Final = frozenset(Masque)
_MASQUES_AUX_PROFESSIONNELS: Final = frozenset({Masque.MASQUE_PS, Masque.R})


# --- What goes in, what comes out --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Case:
    """One cell of the matrix: profession (and specialty) × type of document (R-HAB-01)."""

    lecture: bool
    ecriture: bool
    effectif: bool


@dataclass(frozen=True)  # no slots: `avec` copies all the facts at once
class Situation:
    """Everything the decision may know, as established facts.

    Facts about a document (`type_document`, `masques`, `auteur`, `cote_patient`, `attestation`,
    `case`…) keep their defaults when no document is concerned. Defaults never open anything by
    themselves: no base, no cell, no consent. A fact of the wrong type raises TypeError, an unknown
    mask ValueError: what isn't known must not pass for « no ».

    Facts whose name doesn't say it all:

    - `bloque`, `structure_bloquee`: the patient blocked this person; the structure she acts for.
    - `regulateur`: is a regulating physician (profession and Pro Santé Connect claim, R-URG-03).
    - `justification`: one was given, not blank.
    - `auteur`: the actor deposited this document, in the capacity in which she acts now.
    - `cote_patient`: deposited by the titulaire, a representative or an aidant.
    - `attestation`: the attestation of a delegation (R-AID-06), which nobody deposits by hand.
    - `masque_pose_par_professionnel`, `a_la_demande_du_patient`: who set the mask to be lifted;
      the patient asked to lift it, which the act traces and notifies.
    - `finalite_consentie`: the patient consented to this purpose, category and direction.
    - `mineur`, `mesure`: of the titulaire.
    - `case`: the cell of the matrix in force for this profession and this type, None if absent.
    """

    acteur: Acteur
    action: Action
    type_document: str = ""
    profession: str | None = None
    specialite: str | None = None
    exercice_actif: bool = True
    statut_espace: Statut = Statut.ACTIVE
    masques: frozenset[Masque] = frozenset()
    auteur: bool = False
    bloque: bool = False
    structure_bloquee: bool = False
    administrateur: bool = False
    base: Base = Base.AUCUNE
    consentement_initial: bool = False
    mode: Mode = Mode.NORMAL
    regulateur: bool = False
    justification: bool = False
    opposition_samu: bool = False
    opposition_bris_de_glace: bool = False
    masques_en_urgence: bool = False
    mineur: bool = False
    cote_patient: bool = False
    attestation: bool = False
    masque_pose_par_professionnel: bool = False
    a_la_demande_du_patient: bool = False
    finalite_consentie: bool = False
    mesure: Mesure = Mesure.AUCUNE
    case: Case | None = None

    def __post_init__(self) -> None:
        if tuple(map(type, _faits_types(self))) != _TYPES_DES_FAITS:
            for nom, attendu in _FAITS_TYPES.items():
                if type(getattr(self, nom)) is not attendu:
                    raise TypeError(f"{nom} : {attendu.__name__} attendu")
        if not self.masques <= _TOUS_LES_MASQUES:
            raise ValueError(f"masques inconnus : {sorted(self.masques - _TOUS_LES_MASQUES)}")

    def avec(self, **faits: Any) -> Situation:
        """The same facts but these, checked as all are; an unknown name raises TypeError.

        What `dataclasses.replace` does, in a quarter of the time: asked for each document.
        """
        autre = object.__new__(Situation)
        autre.__dict__.update(self.__dict__, **faits)
        if len(autre.__dict__) != len(self.__dict__):
            raise TypeError(f"faits inconnus : {sorted(faits.keys() - self.__dict__.keys())}")
        autre.__post_init__()
        return autre


# Every fact that is a yes or no, or a word of a closed list: None and bare strings are refused.
_FAITS_TYPES: Final[Mapping[str, type]] = {
    champ.name: attendu
    for champ in fields(Situation)
    if (attendu := get_type_hints(Situation)[champ.name]) is bool
    or (isinstance(attendu, type) and issubclass(attendu, StrEnum))
}
_TYPES_DES_FAITS: Final = tuple(_FAITS_TYPES.values())
_faits_types: Final = attrgetter(*_FAITS_TYPES)


@dataclass(frozen=True, slots=True)
class Reglages:
    """The settings the page names, with its defaults. They change only the line that says so.

    - `blocage_au_samu`: a block also stops the SAMU (line 3).
    - `blocage_prevaut_sur_auteur`: a block also takes one's own documents away (lines 3 and 5).
    - `consentement_initial_equipe`: the team needs the initial consent (line 6b).
    - `matrice_en_urgence`: the matrix also binds emergencies (line 8).
    - `matrice_ecriture`: the matrix also binds deposits.
    """

    blocage_au_samu: bool = False
    blocage_prevaut_sur_auteur: bool = True
    consentement_initial_equipe: bool = True
    matrice_en_urgence: bool = True
    matrice_ecriture: bool = False


DEFAUT: Final = Reglages()


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer: granted or refused, the reason, the rule. True when granted."""

    accordee: bool
    motif: Motif
    regle: str

    def __bool__(self) -> bool:
        return self.accordee


NON_PREVU: Final = Decision(False, Motif.NON_PREVU, "R-SEC-06")

Condition = Callable[[Situation, Reglages], bool]


class Ligne(NamedTuple):
    """A line of the page: its landmark (number, else act or person), its condition, its answer."""

    repere: str
    condition: Condition
    reponse: Decision


def _refus(repere: str, motif: Motif, regle: str, *, quand: Condition) -> Ligne:
    return Ligne(repere, quand, Decision(False, motif, regle))


def _accord(repere: str, motif: Motif, regle: str, *, quand: Condition) -> Ligne:
    return Ligne(repere, quand, Decision(True, motif, regle))


# --- Conditions with a name --------------------------------------------------------------------


def _toujours(s: Situation, r: Reglages) -> bool:
    """« Otherwise »."""
    return True


def _bloque(s: Situation, r: Reglages) -> bool:
    """Blocked by the patient, as line 3 counts it in each mode."""
    if s.mode is NORMAL:
        return s.bloque or s.structure_bloquee
    if s.mode is BRIS_DE_GLACE:
        return s.bloque
    return r.blocage_au_samu and (s.bloque or s.structure_bloquee)


def _masque_pour_ce_professionnel(s: Situation) -> bool:
    """MASQUE_PS or R, from which only the administrator is exempt."""
    return not s.administrateur and not s.masques.isdisjoint(_MASQUES_AUX_PROFESSIONNELS)


def _du_cote_du_patient(s: Situation) -> bool:
    """Deposited from the patient's side, attestations of R-AID-06 excepted."""
    return (s.auteur or s.cote_patient) and not s.attestation


# fmt: off
# --- Professional: lister, lire ----------------------------------------------------------------

_ENTREE: Final = (
    _refus("1", Motif.EXERCICE_INACTIF, "R-PS-09", quand=lambda s, r: not s.exercice_actif),
    _refus("2", Motif.ESPACE_FERME, "R-STA-04", quand=lambda s, r: s.statut_espace not in OUVERTS),
)
_CONDITIONS_DE_L_URGENCE: Final = (
    _refus("4a", Motif.REGULATION_REQUISE, "R-URG-03",
           quand=lambda s, r: s.mode is SAMU and not s.regulateur),
    _refus("4b", Motif.OPPOSITION_SAMU, "R-URG-01",
           quand=lambda s, r: s.mode is SAMU and s.opposition_samu),
    _refus("4c", Motif.OPPOSITION_BRIS_DE_GLACE, "R-URG-06",
           quand=lambda s, r: s.mode is BRIS_DE_GLACE and s.opposition_bris_de_glace),
    _refus("4d", Motif.JUSTIFICATION_REQUISE, "R-URG-05",
           quand=lambda s, r: s.mode is BRIS_DE_GLACE and not s.justification),
)
LECTURE: Final[tuple[Ligne, ...]] = (
    *_ENTREE,                   # 1, 2
    _refus("3", Motif.PROFESSIONNEL_BLOQUE, "R-PS-10",
           quand=lambda s, r: _bloque(s, r) and (r.blocage_prevaut_sur_auteur or not s.auteur)),
    *_CONDITIONS_DE_L_URGENCE,  # 4a, 4b, 4c, 4d
    _accord("5", Motif.AUTEUR, "R-HAB-05", quand=lambda s, r: s.auteur),
    _refus("6", Motif.CONSENTEMENT_REQUIS, "R-PS-20",
           quand=lambda s, r: s.mode is NORMAL and s.specialite == MEDECINE_DU_TRAVAIL
           and s.base is not CONSENTEMENT),
    _refus("6a", Motif.CONSENTEMENT_REQUIS, "R-PS-01",
           quand=lambda s, r: s.mode is NORMAL and s.base is AUCUNE_BASE),
    _refus("6b", Motif.CONSENTEMENT_INITIAL_REQUIS, "R-PS-02",
           quand=lambda s, r: s.mode is NORMAL and s.base is EQUIPE
           and r.consentement_initial_equipe and not s.consentement_initial),
    _refus("7a", Motif.DOCUMENT_MASQUE, "R-MAS-01", quand=lambda s, r: V in s.masques),
    _refus("7b", Motif.DOCUMENT_MASQUE, "R-MAS-02",
           quand=lambda s, r: s.mode is NORMAL and _masque_pour_ce_professionnel(s)),
    _refus("7c", Motif.DOCUMENT_MASQUE, "R-URG-02",
           quand=lambda s, r: s.mode is not NORMAL and _masque_pour_ce_professionnel(s)
           and not s.masques_en_urgence),
    _refus("8", Motif.HORS_MATRICE, "R-HAB-01",
           quand=lambda s, r: (s.mode is NORMAL or r.matrice_en_urgence)
           and not (s.case is not None and s.case.lecture and s.case.effectif)),
    _accord("9", Motif.MATRICE, "R-HAB-02", quand=lambda s, r: s.mode is NORMAL),
    _accord("9", Motif.MATRICE_URGENCE, "R-HAB-02", quand=_toujours),
)

# --- Professional: other acts ------------------------------------------------------------------

_HORS_URGENCE: Final = (
    *_ENTREE,
    _refus("autres actes", Motif.NON_PREVU, "R-URG-07",
           quand=lambda s, r: s.mode is not NORMAL),
)
_DEPOT: Final = (
    *_ENTREE,
    *_CONDITIONS_DE_L_URGENCE,
    _refus("deposer", Motif.CONSENTEMENT_REQUIS, "R-PS-20",
           quand=lambda s, r: s.specialite == MEDECINE_DU_TRAVAIL
           and s.base is not CONSENTEMENT),
    _refus("deposer", Motif.HORS_MATRICE, "R-HAB-01",
           quand=lambda s, r: r.matrice_ecriture
           and not (s.case is not None and s.case.ecriture and s.case.effectif)),
    _accord("deposer", Motif.DEPOT, "R-STA-08", quand=_toujours),
)
_MASQUAGE: Final = (
    *_HORS_URGENCE,
    _refus("masquer", Motif.PROFESSIONNEL_BLOQUE, "R-PS-10", quand=_bloque),
    _accord("masquer", Motif.AUTEUR, "R-MAS-07", quand=lambda s, r: s.auteur),
    _accord("masquer", Motif.ADMINISTRATEUR, "R-MAS-08", quand=lambda s, r: s.administrateur),
    _refus("masquer", Motif.NON_AUTEUR, "R-MAS-07", quand=_toujours),
)
_DEMASQUAGE: Final = (
    *_HORS_URGENCE,
    _refus("demasquer", Motif.PROFESSIONNEL_BLOQUE, "R-PS-10", quand=_bloque),
    _refus("demasquer", Motif.NON_AUTEUR, "R-MAS-02",
           quand=lambda s, r: not s.masque_pose_par_professionnel
           and not s.a_la_demande_du_patient),
    _accord("demasquer", Motif.AUTEUR, "R-MAS-07", quand=lambda s, r: s.auteur),
    _accord("demasquer", Motif.ADMINISTRATEUR, "R-MAS-08", quand=lambda s, r: s.administrateur),
    _refus("demasquer", Motif.NON_AUTEUR, "R-MAS-07", quand=_toujours),
)
_REMISE_AU_PATIENT: Final = (
    *_HORS_URGENCE,
    _accord("rendre_visible_patient", Motif.AUTEUR, "R-MAS-10", quand=lambda s, r: s.auteur),
    _refus("rendre_visible_patient", Motif.PROFESSIONNEL_BLOQUE, "R-ADM-05",
           quand=lambda s, r: s.administrateur and _bloque(s, r)),
    _accord("rendre_visible_patient", Motif.ADMINISTRATEUR, "R-MAS-10",
            quand=lambda s, r: s.administrateur),
    _refus("rendre_visible_patient", Motif.NON_AUTEUR, "R-MAS-10", quand=_toujours),
)
_REMISE_AUX_REPRESENTANTS: Final = (
    *_HORS_URGENCE,
    _accord("rendre_visible_representants", Motif.AUTEUR, "R-PRO-10",
            quand=lambda s, r: s.auteur),
    _refus("rendre_visible_representants", Motif.NON_AUTEUR, "R-PRO-10", quand=_toujours),
)
_SUPPRESSION: Final = (
    *_HORS_URGENCE,
    _accord("supprimer", Motif.AUTEUR, "R-DOC-11", quand=lambda s, r: s.auteur),
    _refus("supprimer", Motif.NON_AUTEUR, "R-DOC-11", quand=_toujours),
)
_ADMINISTRATION: Final = (
    *_HORS_URGENCE,
    _refus("bloquer", Motif.PROFESSIONNEL_BLOQUE, "R-ADM-05", quand=_bloque),
    _accord("bloquer", Motif.ADMINISTRATEUR, "R-ADM-02", quand=lambda s, r: s.administrateur),
    _refus("bloquer", Motif.NON_ADMINISTRATEUR, "R-ADM-02", quand=_toujours),
)

# --- Others ------------------------------------------------------------------------------------
# « Any other act » has no line: nothing applies, NON_PREVU. The lines about an invisible document
# stand only before acts on a document: a deposit, a block, a history have no mask.

_FERME: Final = (
    _refus("tous", Motif.ESPACE_FERME, "R-STA-04",
           quand=lambda s, r: s.statut_espace not in OUVERTS),
)
_COTE_PATIENT: Final = (
    *_FERME,
    _refus("titulaire, representant, aidant", Motif.ESPACE_NON_ACTIVE, "R-STA-02",
           quand=lambda s, r: s.statut_espace is OUVERT_NON_ACTIVE),
)
_CACHE_AU_PATIENT: Final = (
    _refus("document invisible", Motif.INVISIBLE_PATIENT, "R-MAS-09",
           quand=lambda s, r: Masque.INVISIBLE_PATIENT in s.masques),
)
_CACHE_AUX_PROCHES: Final = (
    *_CACHE_AU_PATIENT,
    _refus("document invisible", Motif.INVISIBLE_REPRESENTANTS, "R-PRO-07",
           quand=lambda s, r: Masque.INVISIBLE_REPRESENTANTS_LEGAUX in s.masques),
)
_SUPPRESSION_COTE_PATIENT: Final = (
    _accord("supprimer", Motif.AUTEUR, "R-DOC-07", quand=lambda s, r: _du_cote_du_patient(s)),
    _refus("supprimer", Motif.NON_AUTEUR, "R-DOC-08", quand=_toujours),
)

_TITULAIRE_DOCUMENT: Final = (*_COTE_PATIENT, *_CACHE_AU_PATIENT)
_TITULAIRE: Final = _accord("titulaire", Motif.TITULAIRE, "R-STA-03", quand=_toujours)
_TITULAIRE_MAJEUR: Final = _accord("titulaire", Motif.TITULAIRE, "R-PRO-11",
                                   quand=lambda s, r: not s.mineur)

_REPRESENTANT: Final = (
    *_COTE_PATIENT,
    _refus("representant", Motif.REPRESENTATION_ECHUE, "R-MAJ-01",
           quand=lambda s, r: not s.mineur and s.mesure is Mesure.ASSISTANCE),
    _refus("representant", Motif.REPRESENTATION_ECHUE, "R-MAJ-02",
           quand=lambda s, r: not s.mineur and s.mesure is Mesure.REPRESENTATION_SANS_SANTE),
    _refus("representant", Motif.REPRESENTATION_ECHUE, "R-PRO-11",
           quand=lambda s, r: not s.mineur and s.mesure is not Mesure.REPRESENTATION_AVEC_SANTE),
)
_REPRESENTANT_DOCUMENT: Final = (*_REPRESENTANT, *_CACHE_AUX_PROCHES)
_REPRESENTE: Final = (
    _accord("representant", Motif.REPRESENTANT, "R-PRO-01", quand=lambda s, r: s.mineur),
    _accord("representant", Motif.REPRESENTANT, "R-MAJ-03", quand=_toujours),
)

_AIDANT_DOCUMENT: Final = (*_COTE_PATIENT, *_CACHE_AUX_PROCHES)
_AIDANT: Final = _accord("aidant", Motif.AIDANT, "R-AID-09", quand=_toujours)

_PERSONNEL: Final = _refus("personnel", Motif.LECTURE_INTERDITE, "R-PS-08", quand=_toujours)
_AGENT: Final = _refus("agent", Motif.AGENT_SUPPORT, "R-SUP-05", quand=_toujours)

_SERVICE_FINALITE: Final = (
    *_FERME,
    _refus("service", Motif.ESPACE_NON_ACTIVE, "R-SNR-10",
           quand=lambda s, r: s.statut_espace is not ACTIVE),
    _refus("service : finalité", Motif.FINALITE_NON_CONSENTIE, "R-SNR-01",
           quand=lambda s, r: not s.finalite_consentie),
)
_SERVICE_MASQUES: Final = (
    _refus("service : masque", Motif.FINALITE_NON_CONSENTIE, "R-SNR-01",
           quand=lambda s, r: any(masque is not Masque.N for masque in s.masques)),
)
_SERVICE_TYPES: Final = (
    _refus("service : type", Motif.FINALITE_NON_CONSENTIE, "R-SNR-01",
           quand=lambda s, r: s.type_document in TYPES_FERMES_AUX_SERVICES),
)
_SERVICE_ESPACE: Final = (*_SERVICE_FINALITE, *_SERVICE_TYPES)
_SERVICE_DOCUMENT: Final = (*_SERVICE_FINALITE, *_SERVICE_MASQUES, *_SERVICE_TYPES)
_SERVICE: Final = _accord("service", Motif.SERVICE, "R-SNR-01", quand=_toujours)

# --- The table: who, what, which lines ---------------------------------------------------------

TABLE: Final[dict[Acteur, dict[Action, tuple[Ligne, ...]]]] = {
    Acteur.PROFESSIONNEL: {
        Action.LISTER: LECTURE,
        Action.LIRE: LECTURE,
        Action.DEPOSER: _DEPOT,
        Action.MASQUER: _MASQUAGE,
        Action.DEMASQUER: _DEMASQUAGE,
        Action.RENDRE_VISIBLE_PATIENT: _REMISE_AU_PATIENT,
        Action.RENDRE_VISIBLE_REPRESENTANTS: _REMISE_AUX_REPRESENTANTS,
        Action.SUPPRIMER: _SUPPRESSION,
        Action.BLOQUER: _ADMINISTRATION,
        Action.VOIR_HISTORIQUE_COMPLET: _ADMINISTRATION,
    },
    Acteur.TITULAIRE: {
        Action.LISTER: (*_TITULAIRE_DOCUMENT, _TITULAIRE),
        Action.LIRE: (*_TITULAIRE_DOCUMENT, _TITULAIRE),
        Action.DEPOSER: (*_COTE_PATIENT, _TITULAIRE),
        Action.MASQUER: (*_TITULAIRE_DOCUMENT, _TITULAIRE),
        Action.DEMASQUER: (*_TITULAIRE_DOCUMENT, _TITULAIRE),
        Action.BLOQUER: (*_COTE_PATIENT, _TITULAIRE),
        Action.VOIR_HISTORIQUE_COMPLET: (*_COTE_PATIENT, _TITULAIRE),
        Action.RENDRE_VISIBLE_PATIENT: _TITULAIRE_DOCUMENT,
        Action.RENDRE_VISIBLE_REPRESENTANTS: (*_TITULAIRE_DOCUMENT, _TITULAIRE_MAJEUR),
        Action.SUPPRIMER: (*_TITULAIRE_DOCUMENT, *_SUPPRESSION_COTE_PATIENT),
    },
    Acteur.REPRESENTANT: {
        Action.LISTER: (*_REPRESENTANT_DOCUMENT, *_REPRESENTE),
        Action.LIRE: (*_REPRESENTANT_DOCUMENT, *_REPRESENTE),
        Action.DEPOSER: (*_REPRESENTANT, *_REPRESENTE),
        Action.MASQUER: (*_REPRESENTANT_DOCUMENT, *_REPRESENTE),
        Action.DEMASQUER: (*_REPRESENTANT_DOCUMENT, *_REPRESENTE),
        Action.BLOQUER: (*_REPRESENTANT, *_REPRESENTE),
        Action.VOIR_HISTORIQUE_COMPLET: (*_REPRESENTANT, *_REPRESENTE),
        Action.RENDRE_VISIBLE_PATIENT: _REPRESENTANT_DOCUMENT,
        Action.RENDRE_VISIBLE_REPRESENTANTS: _REPRESENTANT_DOCUMENT,
        Action.SUPPRIMER: (*_REPRESENTANT_DOCUMENT, *_SUPPRESSION_COTE_PATIENT),
    },
    Acteur.AIDANT: {
        Action.LISTER: (*_AIDANT_DOCUMENT, _AIDANT),
        Action.LIRE: (*_AIDANT_DOCUMENT, _AIDANT),
        Action.DEPOSER: (*_COTE_PATIENT, _AIDANT),
        Action.MASQUER: _AIDANT_DOCUMENT,
        Action.DEMASQUER: _AIDANT_DOCUMENT,
        Action.BLOQUER: _COTE_PATIENT,
        Action.VOIR_HISTORIQUE_COMPLET: _COTE_PATIENT,
        Action.RENDRE_VISIBLE_PATIENT: _AIDANT_DOCUMENT,
        Action.RENDRE_VISIBLE_REPRESENTANTS: _AIDANT_DOCUMENT,
        Action.SUPPRIMER: (
            *_AIDANT_DOCUMENT,
            _accord("aidant", Motif.AUTEUR, "R-AID-09",
                    quand=lambda s, r: s.auteur and not s.attestation),
            _refus("aidant", Motif.NON_AUTEUR, "R-DOC-08", quand=_toujours),
        ),
    },
    Acteur.PERSONNEL: {
        **dict.fromkeys(Action, (*_FERME, _PERSONNEL)),
        Action.DEPOSER: (*_FERME, _accord("personnel", Motif.DEPOT, "R-PS-08", quand=_toujours)),
    },
    Acteur.AGENT: dict.fromkeys(Action, (*_FERME, _AGENT)),
    Acteur.SERVICE: {
        Action.LISTER: (*_SERVICE_DOCUMENT, _SERVICE),
        Action.LIRE: (*_SERVICE_DOCUMENT, _SERVICE),
        Action.DEPOSER: (*_SERVICE_ESPACE, _SERVICE),
        Action.MASQUER: _SERVICE_DOCUMENT,
        Action.DEMASQUER: _SERVICE_DOCUMENT,
        Action.BLOQUER: _SERVICE_ESPACE,
        Action.VOIR_HISTORIQUE_COMPLET: _SERVICE_ESPACE,
        Action.RENDRE_VISIBLE_PATIENT: _SERVICE_DOCUMENT,
        Action.RENDRE_VISIBLE_REPRESENTANTS: _SERVICE_DOCUMENT,
        Action.SUPPRIMER: _SERVICE_DOCUMENT,
    },
}
# fmt: on


# --- The decision ------------------------------------------------------------------------------


def ligne_appliquee(situation: Situation, reglages: Reglages = DEFAUT) -> Ligne | None:
    """The line of the page that decides, or None when none applies (answers « pourquoi ? »)."""
    for ligne in TABLE[situation.acteur][situation.action]:
        if ligne.condition(situation, reglages):
            return ligne
    return None


def lignes_examinees(
    situation: Situation, reglages: Reglages = DEFAUT
) -> Iterator[tuple[Ligne, bool]]:
    """Each line examined, in order, and whether it applied: the first that does is the last read.

    The same walk as `ligne_appliquee`, beside it because a generator would slow every decision.
    """
    for ligne in TABLE[situation.acteur][situation.action]:
        applicable = ligne.condition(situation, reglages)
        yield ligne, applicable
        if applicable:
            return


def decider(situation: Situation, reglages: Reglages = DEFAUT) -> Decision:
    """The decision (R-SEC-06). The first line that applies wins; none applies: NON_PREVU."""
    ligne = ligne_appliquee(situation, reglages)
    return NON_PREVU if ligne is None else ligne.reponse


# --- The same decision, asked for a whole espace -----------------------------------------------

_CASE_OUVERTE: Final = Case(lecture=True, ecriture=True, effectif=True)


def _devant_un_document_ouvert(situation: Situation, action: Action) -> Situation:
    """The same actor before a document of somebody else that nothing of its own closes."""
    return situation.avec(
        action=action,
        type_document="",
        masques=frozenset(),
        auteur=False,
        attestation=False,
        case=_CASE_OUVERTE,
    )


def decider_espace(situation: Situation, reglages: Reglages = DEFAUT) -> Decision:
    """The part of the decision that no document can change; asked when an espace is opened.

    Facts about a document are ignored. Acts on the espace (`ACTES_SUR_L_ESPACE`) are decided as
    such; every act on a document is asked as « lister », since what it adds depends on the
    document. A refusal here is no last word for an author, who may still reach her own documents
    (line 5, or « author, even blocked »): see `decider_au_mieux`.
    """
    action = situation.action if situation.action in ACTES_SUR_L_ESPACE else Action.LISTER
    return decider(_devant_un_document_ouvert(situation, action), reglages)


def decider_au_mieux(situation: Situation, reglages: Reglages = DEFAUT) -> Decision:
    """The decision on the document most favourable to this act: open, and the actor's own.

    Facts about a document are ignored. Refused: no document of the espace can change the answer,
    no need to load one. Granted: the answer depends on the document, even where `decider_espace`
    refuses (an author, even blocked, deletes her own; an administrator masks without consent).
    """
    ouvert = _devant_un_document_ouvert(situation, situation.action)
    propre = ouvert.avec(auteur=True, masque_pose_par_professionnel=True)
    return decider(propre, reglages)


@dataclass(frozen=True, slots=True)
class Filtre:
    """What a list may show to one actor, for the SQL of `visibles_par`. A document is visible when

    `auteur_toujours` and the actor is its author, or `refus` is None, none of its masks is in
    `masques_exclus`, its type isn't in `types_exclus`, and, if `matrice_appliquee`, the cell of
    its type has `lecture` and `effectif`. With a `refus` the three last fields are empty.
    """

    refus: Decision | None
    auteur_toujours: bool
    masques_exclus: frozenset[Masque] = frozenset()
    types_exclus: frozenset[str] = frozenset()
    matrice_appliquee: bool = False


def filtre_lecture(situation: Situation, reglages: Reglages = DEFAUT) -> Filtre:
    """The filter of a list (R-HAB-06, R-MAS-17), found by asking `decider`, never by rules.

    Facts about a document and the act are ignored. Each thing that may close a document is tried
    alone on an open one: this is the whole rule because every line looks at one of them at a time
    (a test compares filter and decision over all combinations).
    """
    ouvert = _devant_un_document_ouvert(situation, Action.LISTER)
    types_fermes = sorted(TYPES_FERMES_AUX_SERVICES)
    ferme = ouvert.avec(type_document=types_fermes[0], masques=_TOUS_LES_MASQUES, case=None)
    auteur_toujours = bool(decider(ferme.avec(auteur=True), reglages))
    decision = decider(ouvert, reglages)
    if not decision:
        return Filtre(refus=decision, auteur_toujours=auteur_toujours)
    return Filtre(
        refus=None,
        auteur_toujours=auteur_toujours,
        masques_exclus=frozenset(
            masque
            for masque in Masque
            if not decider(ouvert.avec(masques=frozenset({masque})), reglages)
        ),
        types_exclus=frozenset(
            code for code in types_fermes if not decider(ouvert.avec(type_document=code), reglages)
        ),
        matrice_appliquee=not decider(ouvert.avec(case=None), reglages),
    )


# --- What the person gets ----------------------------------------------------------------------

_EXPLIQUES_SUR_L_ESPACE: Final = frozenset(
    {
        Motif.EXERCICE_INACTIF,
        Motif.ESPACE_FERME,
        Motif.ESPACE_NON_ACTIVE,
        Motif.CONSENTEMENT_REQUIS,
        Motif.CONSENTEMENT_INITIAL_REQUIS,
        Motif.OPPOSITION_SAMU,
        Motif.OPPOSITION_BRIS_DE_GLACE,
        Motif.REGULATION_REQUISE,
        Motif.JUSTIFICATION_REQUISE,
        Motif.PROFESSIONNEL_BLOQUE,
        Motif.REPRESENTATION_ECHUE,
        # Two that only a deposit or a call of a service can meet there: « Any act but deposer »
        # is what hides, and api_mes.md answers 403 to an absent consent.
        Motif.HORS_MATRICE,
        Motif.FINALITE_NON_CONSENTIE,
    }
)
_ACTE_NON_PERMIS: Final = frozenset(
    {Motif.NON_AUTEUR, Motif.NON_ADMINISTRATEUR, Motif.NON_PREVU, Motif.LECTURE_INTERDITE}
)


def statut_http(decision: Decision, *, sur_espace: bool, lisible: bool) -> int:
    """HTTP status of a decision: 200 granted, 403 refused and explained, 404 as if absent.

    `sur_espace`: the request aims at the espace (opening it, a deposit, a block, the history), not
    at one document. `lisible`: `lire` is granted to this actor on this document; unused on an
    espace, whose existence the actor already knows.
    """
    if decision.accordee:
        return 200
    if decision.motif in _ACTE_NON_PERMIS and (sur_espace or lisible):
        return 403
    if decision.motif in _EXPLIQUES_SUR_L_ESPACE and sur_espace:
        return 403
    return 404


_PHRASES: Final[Mapping[Motif, str]] = {
    Motif.AUTEUR: (
        "Accordé : vous êtes l’auteur de ce document, ou il vient de l’espace du patient."
    ),
    Motif.MATRICE: (
        "Accès accordé : le patient y a consenti et la matrice d’habilitation ouvre ce type de "
        "document à votre profession."
    ),
    Motif.MATRICE_URGENCE: (
        "Accès accordé en urgence. Le patient et son médecin traitant en sont informés."
    ),
    Motif.DEPOT: (
        "Dépôt accordé : l’alimentation du dossier ne demande pas d’autorisation de consultation."
    ),
    Motif.ADMINISTRATEUR: (
        "Accordé : le patient vous a désigné comme professionnel administrateur de son dossier."
    ),
    Motif.TITULAIRE: "Accordé : il s’agit de votre espace.",
    Motif.REPRESENTANT: "Accordé : vous représentez légalement cette personne.",
    Motif.AIDANT: "Accordé : cette personne vous a choisi comme aidant.",
    Motif.SERVICE: "Accordé : l’usager a consenti à cet échange avec ce service.",
    Motif.EXERCICE_INACTIF: (
        "Le répertoire national des professionnels (RPPS) ne vous connaît pas d’exercice actif. "
        "Choisissez un autre exercice, ou faites corriger votre situation auprès de votre ordre "
        "ou de votre employeur."
    ),
    Motif.ESPACE_FERME: (
        "Cet espace n’est pas ouvert : on ne peut ni le consulter ni l’alimenter. La personne "
        "concernée ou son représentant légal peut demander son ouverture en ligne ou au 3422."
    ),
    Motif.ESPACE_NON_ACTIVE: (
        "Cet espace est ouvert mais n’a pas encore été activé. Son titulaire ou son représentant "
        "légal doit d’abord l’activer, en ligne ou avec l’aide du 3422."
    ),
    Motif.PROFESSIONNEL_BLOQUE: (
        "Le patient a bloqué votre accès à son dossier. Vous pouvez toujours y déposer des "
        "documents. Lui seul peut lever ce blocage : parlez-en avec lui."
    ),
    Motif.REGULATION_REQUISE: (
        "L’accès du SAMU-Centre 15 est réservé au médecin régulateur. Connectez-vous avec votre "
        "habilitation de régulation médicale, ou demandez l’accès au patient."
    ),
    Motif.OPPOSITION_SAMU: (
        "Le patient s’est opposé à l’accès du SAMU-Centre 15 à son dossier. Recueillez auprès de "
        "lui ou de ses proches les informations utiles."
    ),
    Motif.OPPOSITION_BRIS_DE_GLACE: (
        "Le patient s’est opposé à l’accès en bris de glace à son dossier. Recueillez auprès de "
        "lui ou de ses proches les informations utiles."
    ),
    Motif.JUSTIFICATION_REQUISE: (
        "L’accès en bris de glace doit être justifié. Indiquez pourquoi le patient ne peut pas "
        "exprimer sa volonté et quel risque immédiat il court."
    ),
    Motif.CONSENTEMENT_REQUIS: (
        "Le patient n’a pas consenti à cet accès. Informez-le, recueillez son consentement, puis "
        "déclarez-le."
    ),
    Motif.CONSENTEMENT_INITIAL_REQUIS: (
        "Le patient n’a pas encore donné son consentement initial à votre équipe de soins. "
        "Informez-le, recueillez ce consentement une fois pour toute l’équipe, puis "
        "enregistrez-le."
    ),
    Motif.DOCUMENT_MASQUE: (
        "Ce document est masqué aux professionnels. Le patient peut le rendre visible : "
        "demandez-le-lui."
    ),
    Motif.HORS_MATRICE: (
        "La matrice d’habilitation n’ouvre pas ce type de document à votre profession. Le patient "
        "peut vous en remettre lui-même une copie."
    ),
    Motif.NON_AUTEUR: (
        "Seule la personne qui a déposé ce document, ou une personne désignée pour le faire, peut "
        "demander cela. Adressez-vous à son auteur."
    ),
    Motif.NON_ADMINISTRATEUR: (
        "Cette action est réservée aux professionnels que le patient a désignés comme "
        "administrateurs de son dossier. Demandez-lui de vous désigner."
    ),
    Motif.REPRESENTATION_ECHUE: (
        "Vous n’êtes pas, ou plus, habilité à agir pour cette personne : elle est majeure et "
        "aucune mesure de représentation en matière de santé n’est enregistrée. Si une telle "
        "mesure existe, faites-la enregistrer par sa caisse ou par le 3422."
    ),
    Motif.INVISIBLE_PATIENT: (
        "Ce document n’est pas encore visible : le professionnel qui l’a déposé souhaite d’abord "
        "l’expliquer en consultation."
    ),
    Motif.INVISIBLE_REPRESENTANTS: "Ce document n’est pas visible depuis votre accès.",
    Motif.LECTURE_INTERDITE: (
        "Votre accès permet de déposer des documents, pas de les consulter. Un professionnel de "
        "santé doit se connecter avec sa propre carte CPS ou e-CPS."
    ),
    Motif.AGENT_SUPPORT: (
        "Les agents du support n’ont jamais accès au contenu du dossier. Invitez la personne à le "
        "consulter elle-même dans son espace."
    ),
    Motif.FINALITE_NON_CONSENTIE: (
        "L’usager n’a pas consenti à cet échange avec ce service. Il peut modifier ses choix dans "
        "la page « Services synchronisés » de son espace."
    ),
    Motif.NON_PREVU: (
        "Cette action n’est pas prévue dans votre situation. En cas de besoin, contactez le 3422."
    ),
}


def phrase(motif: Motif) -> str:
    """What happened and what to do, in plain French, for the person who acted."""
    return _PHRASES[motif]
