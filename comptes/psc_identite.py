"""What Pro Santé Connect says of a professional, read from its userinfo. Pure.

The claims are those of `SubjectRefPro` as really served: lists of objects whose values are strings,
often empty. An absent value reads as "".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mes.socle.identifiants import IdentifiantInvalide, TypeIdentifiantPS, lire_idnps


class UserinfoInvalide(ValueError):
    """The userinfo doesn't have the shape that the federation documents."""


class SansRPPS(UserinfoInvalide):
    """The identity carries no valid RPPS number: nobody to look for in the directory (R-PS-07)."""


class Moyen(StrEnum):
    """How the professional proved who they are."""

    CARTE = "carte"
    ECPS = "e-CPS"
    FIDO = "FIDO"
    AUTRE = "autre"


# Codes of TRE_R231. Only the first is known from the real service; a FIDO key doesn't exist yet.
_MOYENS = {
    "APPPRIP3": Moyen.CARTE,
    "APPPRIP2": Moyen.ECPS,
    "APPPUBP2": Moyen.FIDO,
}


def moyen_de(palier: str) -> Moyen:
    """The means told by `Palier_Authentification` (`code^OID`)."""
    return _MOYENS.get(palier.partition("^")[0], Moyen.AUTRE)


@dataclass(frozen=True, slots=True)
class Activite:
    """A place where an exercice is practised."""

    mode_exercice: str
    secteur: str
    section_pharmacien: str
    role: str
    genre_activite: str
    finess_site: str
    siret_site: str
    identifiant_structure: str
    raison_sociale: str


@dataclass(frozen=True, slots=True)
class ExercicePSC:
    """A way of practising, as the federation tells it; the directory is what decides (R-PS-09)."""

    profession: str
    categorie: str
    """C civil, M military, E student."""
    nom: str
    prenom: str
    type_savoir_faire: str
    savoir_faire: str
    activites: tuple[Activite, ...]


@dataclass(frozen=True, slots=True)
class IdentitePSC:
    """Who is at the other end, established by Pro Santé Connect."""

    sub: str
    id_national: str
    """8 followed by the RPPS number."""
    rpps: str
    nom: str
    prenom: str
    civilite: str
    exercices: tuple[ExercicePSC, ...]
    regulateur: bool
    """`Acces_Regulation_Medicale` (R-URG-03)."""
    palier: str

    @property
    def moyen(self) -> Moyen:
        return moyen_de(self.palier)


def lire_userinfo(lu: Mapping[str, Any]) -> IdentitePSC:
    """Reads the userinfo. Raises UserinfoInvalide, SansRPPS."""
    sub = _texte(lu, "sub")
    if not sub:
        raise UserinfoInvalide("sub")
    id_national = _texte(lu, "SubjectNameID") or _texte(lu, "preferred_username")
    try:
        identifiant = lire_idnps(id_national)
    except IdentifiantInvalide as erreur:
        raise SansRPPS("SubjectNameID") from erreur
    if identifiant.type is not TypeIdentifiantPS.RPPS:
        raise SansRPPS("SubjectNameID")
    reference = _objet(lu.get("SubjectRefPro") or {}, "SubjectRefPro")
    return IdentitePSC(
        sub=sub,
        id_national=str(identifiant),
        rpps=identifiant.numero,
        nom=_texte(lu, "family_name"),
        prenom=_texte(lu, "given_name"),
        civilite=_texte(lu, "codeCivilite"),
        exercices=tuple(_exercice(e) for e in _objets(reference, "exercices")),
        regulateur=_texte(lu, "Acces_Regulation_Medicale") == "VRAI",
        palier=_texte(lu, "Palier_Authentification"),
    )


def _exercice(lu: Mapping[str, Any]) -> ExercicePSC:
    return ExercicePSC(
        profession=_texte(lu, "codeProfession"),
        categorie=_texte(lu, "codeCategorieProfessionnelle"),
        nom=_texte(lu, "nomDexercice"),
        prenom=_texte(lu, "prenomDexercice"),
        type_savoir_faire=_texte(lu, "codeTypeSavoirFaire"),
        savoir_faire=_texte(lu, "codeSavoirFaire"),
        activites=tuple(
            Activite(
                mode_exercice=_texte(activite, "codeModeExercice"),
                secteur=_texte(activite, "codeSecteurDactivite"),
                section_pharmacien=_texte(activite, "codeSectionPharmacien"),
                role=_texte(activite, "codeRole"),
                genre_activite=_texte(activite, "codeGenreActivite"),
                finess_site=_texte(activite, "numeroFinessSite"),
                siret_site=_texte(activite, "numeroSiretSite"),
                identifiant_structure=_texte(activite, "identifiantTechniqueDeLaStructure"),
                raison_sociale=_texte(activite, "raisonSocialeSite"),
            )
            for activite in _objets(lu, "activities")
        ),
    )


def _texte(lu: Mapping[str, Any], nom: str) -> str:
    valeur = lu.get(nom)
    if valeur is None:
        return ""
    if not isinstance(valeur, str):
        raise UserinfoInvalide(nom)
    return valeur


def _objet(valeur: Any, nom: str) -> Mapping[str, Any]:
    if not isinstance(valeur, dict):
        raise UserinfoInvalide(nom)
    return valeur


def _objets(lu: Mapping[str, Any], nom: str) -> list[Mapping[str, Any]]:
    valeur = lu.get(nom)
    if valeur is None:
        return []
    if not isinstance(valeur, list):
        raise UserinfoInvalide(nom)
    return [_objet(element, nom) for element in valeur]
