"""Reads the lines of `bin/manage decider CAS.jsonl`: one JSON object, one `Situation`. Pure.

Strict on purpose: an unknown field, value or code, a wrong type, a key given twice stops the
reading with `CasInvalide`, which names it and its line. A misspelt « bloque » must not quietly
become « not blocked ».
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NoReturn, TypeVar

from habilitations.politique import (
    Acteur,
    Action,
    Base,
    Case,
    Decision,
    Masque,
    Mesure,
    Mode,
    Situation,
    Statut,
)

Mot = TypeVar("Mot", bound=StrEnum)
ChercherCase = Callable[[str, str | None, str], Case | None]

_OBLIGATOIRES: Final = ("acteur", "action", "type_document")
_CHAMPS: Final = frozenset(
    (
        *_OBLIGATOIRES,
        "profession",
        "specialite",
        "exercice_actif",
        "statut_espace",
        "masques",
        "auteur",
        "bloque",
        "administrateur",
        "base",
        "consentement_initial",
        "mode",
        "regulateur",
        "justification",
        "opposition_samu",
        "opposition_bris_de_glace",
        "masques_en_urgence",
        "mineur",
        "cote_patient",
        "finalite_consentie",
        "mesure",
    )
)
_LONGUEUR_CITEE: Final = 60  # characters of a wrong value quoted in the message


class CasInvalide(ValueError):
    """A line that can't be read. `ligne` counts from 1; the text is French, for the terminal."""

    def __init__(self, ligne: int, message: str) -> None:
        super().__init__(f"ligne {ligne} : {message}")
        self.ligne = ligne


@dataclass(frozen=True, slots=True)
class Nomenclatures:
    """The codes that exist: types of documents, professions, specialties."""

    types_documents: Collection[str]
    professions: Collection[str]
    specialites: Collection[str]


def lire_les_cas(
    lignes: Iterable[str], nomenclatures: Nomenclatures, case_pour: ChercherCase
) -> Iterator[Situation]:
    """One `Situation` per line of text, lazily; blank lines are skipped but counted.

    `case_pour(profession, specialite, type_document)` finds the cell of the matrix; it isn't
    called without a profession. Raises CasInvalide at the first line that can't be read.
    """
    for numero, texte in enumerate(lignes, start=1):
        if texte.strip():
            yield lire_un_cas(texte, numero, nomenclatures, case_pour)


def lire_un_cas(
    texte: str, numero: int, nomenclatures: Nomenclatures, case_pour: ChercherCase
) -> Situation:
    """The `Situation` of line `numero` (from 1). Raises CasInvalide."""
    lecteur = _Lecteur(numero, _objet(texte, numero))
    lecteur.verifier_les_noms()
    type_document = lecteur.code("type_document", nomenclatures.types_documents)
    profession = lecteur.code_facultatif("profession", nomenclatures.professions)
    specialite = lecteur.code_facultatif("specialite", nomenclatures.specialites)
    return Situation(
        acteur=lecteur.mot("acteur", Acteur),
        action=lecteur.mot("action", Action),
        type_document=type_document,
        profession=profession,
        specialite=specialite,
        exercice_actif=lecteur.booleen("exercice_actif", defaut=True),
        statut_espace=lecteur.mot("statut_espace", Statut, Statut.ACTIVE),
        masques=lecteur.masques(),
        auteur=lecteur.booleen("auteur"),
        bloque=lecteur.booleen("bloque"),
        administrateur=lecteur.booleen("administrateur"),
        base=lecteur.mot("base", Base, Base.AUCUNE),
        consentement_initial=lecteur.booleen("consentement_initial"),
        mode=lecteur.mot("mode", Mode, Mode.NORMAL),
        regulateur=lecteur.booleen("regulateur"),
        justification=lecteur.booleen("justification"),
        opposition_samu=lecteur.booleen("opposition_samu"),
        opposition_bris_de_glace=lecteur.booleen("opposition_bris_de_glace"),
        masques_en_urgence=lecteur.booleen("masques_en_urgence"),
        mineur=lecteur.booleen("mineur"),
        cote_patient=lecteur.booleen("cote_patient"),
        finalite_consentie=lecteur.booleen("finalite_consentie"),
        mesure=lecteur.mot("mesure", Mesure, Mesure.AUCUNE),
        # The line has no word for who set the mask: it asks about the person, so the mask is one
        # that a professional may lift. The document's own case is decided with the document.
        masque_pose_par_professionnel=True,
        case=None if profession is None else case_pour(profession, specialite, type_document),
    )


def ecrire_decision(decision: Decision) -> str:
    """The answer to one line: a JSON object on one line, without its end of line."""
    return json.dumps(
        {
            "accordee": decision.accordee,
            "motif": decision.motif.value,
            "regle": decision.regle,
        }
    )


class _Lecteur:
    """Reads the fields of one line, each with its type; its errors name field, value, line."""

    def __init__(self, numero: int, objet: dict[str, Any]) -> None:
        self.numero = numero
        self.objet = objet

    def refuser(self, message: str) -> NoReturn:
        raise CasInvalide(self.numero, message)

    def verifier_les_noms(self) -> None:
        for nom in self.objet:
            if nom not in _CHAMPS:
                self.refuser(f"champ inconnu {_citer(nom)}")
        for nom in _OBLIGATOIRES:
            if nom not in self.objet:
                self.refuser(f"champ obligatoire absent « {nom} »")

    def mot(self, nom: str, mots: type[Mot], defaut: Mot | None = None) -> Mot:
        if defaut is not None and nom not in self.objet:
            return defaut
        return self._parmi(nom, self._texte(nom, self.objet[nom]), mots)

    def booleen(self, nom: str, *, defaut: bool = False) -> bool:
        valeur = self.objet.get(nom, defaut)
        if not isinstance(valeur, bool):
            self.refuser(f"champ « {nom} » : true ou false attendu, reçu {_citer(valeur)}")
        return valeur

    def code(self, nom: str, connus: Collection[str]) -> str:
        valeur = self._texte(nom, self.objet[nom])
        if valeur not in connus:
            self.refuser(f"champ « {nom} » : code inconnu {_citer(valeur)}")
        return valeur

    def code_facultatif(self, nom: str, connus: Collection[str]) -> str | None:
        """A known code; None when absent or null."""
        return None if self.objet.get(nom) is None else self.code(nom, connus)

    def masques(self) -> frozenset[Masque]:
        valeurs = self.objet.get("masques", [])
        if not isinstance(valeurs, list):
            self.refuser(f"champ « masques » : liste attendue, reçu {_citer(valeurs)}")
        return frozenset(
            self._parmi("masques", self._texte("masques", valeur), Masque) for valeur in valeurs
        )

    def _texte(self, nom: str, valeur: object) -> str:
        if not isinstance(valeur, str):
            self.refuser(f"champ « {nom} » : texte attendu, reçu {_citer(valeur)}")
        return valeur

    def _parmi(self, nom: str, valeur: str, mots: type[Mot]) -> Mot:
        for mot in mots:
            if mot.value == valeur:
                return mot
        attendus = ", ".join(mots)
        self.refuser(f"champ « {nom} » : valeur inconnue {_citer(valeur)} (attendu : {attendus})")


def _objet(texte: str, numero: int) -> dict[str, Any]:
    def sans_doublon(paires: list[tuple[str, Any]]) -> dict[str, Any]:
        objet: dict[str, Any] = {}
        for nom, valeur in paires:
            if nom in objet:
                raise CasInvalide(numero, f"champ donné deux fois {_citer(nom)}")
            objet[nom] = valeur
        return objet

    try:
        objet = json.loads(texte, object_pairs_hook=sans_doublon)
    except CasInvalide:
        raise
    except (ValueError, RecursionError) as erreur:  # also numbers too long, brackets too deep
        raise CasInvalide(numero, "JSON illisible") from erreur
    if not isinstance(objet, dict):
        raise CasInvalide(numero, f"objet JSON attendu, reçu {_citer(objet)}")
    return objet


def _citer(valeur: object) -> str:
    """The value as JSON writes it, shortened, printable; a list or an object is only named."""
    if isinstance(valeur, list):
        return "une liste"
    if isinstance(valeur, dict):
        return "un objet"
    texte = json.dumps(valeur, ensure_ascii=False)
    if len(texte) > _LONGUEUR_CITEE:
        texte = texte[:_LONGUEUR_CITEE] + "…"
    return f"« {texte.encode(errors='backslashreplace').decode()} »"
