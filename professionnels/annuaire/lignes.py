"""What one line of each file says, checked; pure. A line that can't be trusted is a `LigneRefusee`.

The people's file holds one line for each exercice and place; the FINESS file one for each
establishment; the boxes' file one for each box and holder.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from mes.socle.identifiants import (
    Finess,
    IdentifiantInvalide,
    est_luhn,
    lire_identifiant_structure,
    valider_finess,
    valider_rpps,
)
from professionnels.annuaire.lecture import Colonnes, FichierIllisible, lire_entete
from professionnels.droits import cle_annuaire, identifiant_de_structure, profession_de_droit
from professionnels.models import TypeBoite

COLONNES_PERSONNES: Final = {
    "type_identifiant": "Type d'identifiant PP",
    "rpps": "Identifiant PP",
    "nom": "Nom d'exercice",
    "prenom": "Prénom d'exercice",
    "profession": "Code profession",
    "categorie": "Code catégorie professionnelle",
    "specialite": "Code savoir-faire",
    "mode_exercice": "Code mode exercice",
    "finess": "Numéro FINESS site",
    "technique": "Identifiant technique de la structure",
    "raison_sociale": "Raison sociale site",
    "role": "Code rôle",
    "genre_activite": "Code genre activité",
    "secteur": "Code secteur d'activité",
}
COLONNES_PERSONNES_FACULTATIVES: Final = {
    "idnps": "Identification nationale PP",
    "civilite": "Code civilité",
    "siret": "Numéro SIRET site",
    "finess_juridique": "Numéro FINESS établissement juridique",
    "enseigne": "Enseigne commerciale site",
    "code_postal": "Code postal (coord. structure)",
    "commune": "Libellé commune (coord. structure)",
}
COLONNES_BOITES: Final = {
    "type": "Type de BAL",
    "adresse": "Adresse BAL",
    "idnps": "Identification nationale PP",
    "structure": "Identification Structure",
}
COLONNES_BOITES_FACULTATIVES: Final = {
    "type_identifiant": "Type Identifiant PP",
    "rpps": "Identifiant PP",
    "type_structure": "Type identifiant structure",
    "service": "Service de rattachement",
    "raison_sociale": "Raison Sociale structure BAL",
    "liste_rouge": "Liste rouge",
}
COLONNES_FINESS: Final = {
    "finess": "nofinesset",
    "finess_juridique": "nofinessej",
    "rs": "rs",
    "rslongue": "rslongue",
    "acheminement": "ligneacheminement",
    "siret": "siret",
}
# The published file has no header: each line begins with its kind and columns have fixed places.
_PLACES_FINESS: Final = {
    "finess": 1,
    "finess_juridique": 2,
    "rs": 3,
    "rslongue": 4,
    "acheminement": 15,
    "siret": 22,
}
_LARGEUR_FINESS_MIN: Final = 23
_TYPE_RPPS: Final = "8"
_CODE = re.compile(r"[A-Z0-9]{0,10}")
_IDENTIFIANT_TECHNIQUE = re.compile(r"[A-Za-z0-9_.-]{0,40}")
_ADRESSE = re.compile(r"[a-z0-9][a-z0-9._%+'-]{0,63}@(?:[a-z0-9-]{1,63}\.)+[a-z]{2,24}")
_ACHEMINEMENT = re.compile(r"([0-9]{5}) +(.+?)(?: +CEDEX(?: +[0-9]+)?)?")
_DOMAINE_PATIENT: Final = "patient.mssante."


class LigneRefusee(Exception):
    """Why a line is left out, in French, without anything of its content."""


class LigneIgnoree(Exception):
    """A line that is right but not for us: an ADELI number, a record of another kind."""


class Personne(NamedTuple):
    """A row of `professionnels_transitpersonne`; `cle_annuaire` is empty without any activity."""

    ligne: int
    rpps: str
    nom: str
    prenom: str
    civilite: str
    profession: str
    categorie: str
    specialite: str
    role: str
    mode_exercice: str
    genre_activite: str
    cle_annuaire: str
    structure: str
    finess: str
    finess_juridique: str
    siret: str
    raison_sociale: str
    secteur: str
    commune: str
    code_postal: str


class Etablissement(NamedTuple):
    """A row of `professionnels_transitstructure`."""

    ligne: int
    identifiant: str
    finess: str
    finess_juridique: str
    siret: str
    raison_sociale: str
    secteur: str
    commune: str
    code_postal: str
    dans_finess: bool


class Boite(NamedTuple):
    """A row of `professionnels_transitboite`."""

    ligne: int
    adresse: str
    type: str
    rpps: str
    structure: str
    libelle: str
    liste_rouge: bool


def _texte(valeur: str, champ: str, longueur: int) -> str:
    """One space between words, NFC (what the search column expects), bounded."""
    propre = unicodedata.normalize("NFC", " ".join(valeur.split()))
    if len(propre) > longueur:
        raise LigneRefusee(f"{champ} : valeur trop longue")
    return propre


@lru_cache(maxsize=4096)  # a few hundred codes, eight of them on each of two million lines
def _code(valeur: str, champ: str, longueur: int = 10) -> str:
    propre = valeur.strip().upper()
    if len(propre) > longueur or _CODE.fullmatch(propre) is None:
        raise LigneRefusee(f"{champ} : code mal formé")
    return propre


@lru_cache(maxsize=65_536)
def _lire_finess(valeur: str) -> Finess:
    return valider_finess(valeur)


def _rpps(valeur: str) -> str:
    try:
        return valider_rpps(valeur)
    except IdentifiantInvalide:
        raise LigneRefusee("RPPS mal formé ou clé fausse") from None


class Lecteur:
    """What the three readers share: the columns, and what is doubtful without being refused."""

    a_entete = True
    """Whether the first line holds titles, or is already a line like the others."""

    def __init__(self, colonnes: Colonnes, separateur: str) -> None:
        self.colonnes = colonnes
        self.separateur = separateur
        self.alertes: Counter[str] = Counter()

    def _cellules(self, texte: str) -> list[str]:
        cellules = self.colonnes.valeurs(texte, self.separateur)
        if cellules is None:
            raise LigneRefusee("nombre de colonnes inattendu")
        return cellules

    def _lire(self, cellules: Sequence[str], champ: str) -> str:
        rang = self.colonnes.places.get(champ)
        return "" if rang is None else cellules[rang]

    def _finess(self, valeur: str, champ: str) -> str:
        if not valeur.strip():
            return ""
        try:
            finess = _lire_finess(valeur)
        except IdentifiantInvalide:
            raise LigneRefusee(f"{champ} mal formé") from None
        if finess.cle_douteuse:
            self.alertes["finess_cle_douteuse"] += 1
        return finess.numero

    def _siret(self, valeur: str) -> str:
        """Kept when right, dropped with an alert otherwise: no right depends on it."""
        propre = "".join(valeur.split())
        if not propre:
            return ""
        if len(propre) == 14 and est_luhn(propre):
            return propre
        self.alertes["siret_douteux"] += 1
        return ""


class LecteurPersonnes(Lecteur):
    """Lines of « personnes/activités »; `entete` is the first line of the file."""

    def __init__(self, entete: str, nom: str) -> None:
        colonnes = lire_entete(
            entete,
            "|",
            nom=nom,
            obligatoires=COLONNES_PERSONNES,
            facultatives=COLONNES_PERSONNES_FACULTATIVES,
        )
        super().__init__(colonnes, "|")

    def lire(self, numero: int, texte: str) -> Personne:
        """Raises LigneRefusee, or LigneIgnoree for somebody who has no RPPS number."""
        cellules = self._cellules(texte)
        lire = self._lire
        type_identifiant = lire(cellules, "type_identifiant").strip()
        if type_identifiant != _TYPE_RPPS:
            if type_identifiant == "0":
                raise LigneIgnoree
            raise LigneRefusee("type d'identifiant inconnu")
        rpps = _rpps(lire(cellules, "rpps"))
        idnps = lire(cellules, "idnps").strip()
        if idnps and idnps != f"{_TYPE_RPPS}{rpps}":
            raise LigneRefusee("les deux identifiants se contredisent")
        nom = _texte(lire(cellules, "nom"), "nom", 100)
        if not nom:
            raise LigneRefusee("nom absent")
        code_profession = _code(lire(cellules, "profession"), "profession", 8)
        if not code_profession:
            raise LigneRefusee("profession absente")
        categorie = _code(lire(cellules, "categorie"), "catégorie", 2)
        role = _code(lire(cellules, "role"), "rôle")
        profession = profession_de_droit(profession=code_profession, categorie=categorie, role=role)
        specialite = _code(lire(cellules, "specialite"), "savoir-faire")
        mode_exercice = _code(lire(cellules, "mode_exercice"), "mode d'exercice", 2)
        genre_activite = _code(lire(cellules, "genre_activite"), "genre d'activité")
        secteur = _code(lire(cellules, "secteur"), "secteur d'activité")
        finess = self._finess(lire(cellules, "finess"), "FINESS du site")
        technique = lire(cellules, "technique").strip()
        if _IDENTIFIANT_TECHNIQUE.fullmatch(technique) is None:
            raise LigneRefusee("identifiant de structure mal formé")
        siret = self._siret(lire(cellules, "siret"))
        structure = identifiant_de_structure(finess=finess, technique=technique, siret=siret)
        raison = lire(cellules, "raison_sociale") or lire(cellules, "enseigne")
        # Nothing says where nor how: the person is known and practises nowhere (R-PS-09).
        exerce = any((mode_exercice, genre_activite, secteur, structure, role))
        return Personne(
            ligne=numero,
            rpps=rpps,
            nom=nom,
            prenom=_texte(lire(cellules, "prenom"), "prénom", 100),
            civilite=_code(lire(cellules, "civilite"), "civilité"),
            profession=profession,
            categorie=categorie,
            specialite=specialite,
            role=role,
            mode_exercice=mode_exercice,
            genre_activite=genre_activite,
            cle_annuaire=cle_annuaire(
                rpps=rpps,
                profession=profession,
                categorie=categorie,
                specialite=specialite,
                role=role,
                structure=structure,
            )
            if exerce
            else "",
            structure=structure,
            finess=finess,
            finess_juridique=self._finess(lire(cellules, "finess_juridique"), "FINESS juridique"),
            siret=siret,
            raison_sociale=_texte(raison, "raison sociale", 255),
            secteur=secteur,
            commune=_texte(lire(cellules, "commune"), "commune", 100),
            code_postal=_texte(lire(cellules, "code_postal"), "code postal", 10),
        )


class LecteurFiness(Lecteur):
    """Lines of the FINESS establishments, in the published form (no header) or with a header."""

    def __init__(self, premiere: str, nom: str) -> None:
        self.a_entete = "nofinesset" in premiere.lower()
        if self.a_entete:
            colonnes = lire_entete(premiere, ";", nom=nom, obligatoires=COLONNES_FINESS)
        elif premiere.startswith(("finess;", "structureet;")):
            colonnes = Colonnes(0, _PLACES_FINESS)
        else:
            raise FichierIllisible(f"{nom} : ce n'est pas un fichier d'établissements FINESS")
        super().__init__(colonnes, ";")

    def _cellules(self, texte: str) -> list[str]:
        if self.a_entete:
            return super()._cellules(texte)
        cellules = texte.split(";")
        if cellules[0] != "structureet":
            raise LigneIgnoree  # positions on the map, and the title line
        if len(cellules) < _LARGEUR_FINESS_MIN:
            raise LigneRefusee("nombre de colonnes inattendu")
        return cellules

    def lire(self, numero: int, texte: str) -> Etablissement:
        """Raises LigneRefusee, or LigneIgnoree for a line that isn't an establishment."""
        cellules = self._cellules(texte)
        finess = self._finess(self._lire(cellules, "finess"), "FINESS")
        if not finess:
            raise LigneRefusee("FINESS absent")
        raison = self._lire(cellules, "rslongue") or self._lire(cellules, "rs")
        acheminement = _ACHEMINEMENT.fullmatch(self._lire(cellules, "acheminement").strip())
        return Etablissement(
            ligne=numero,
            identifiant=identifiant_de_structure(finess=finess),
            finess=finess,
            finess_juridique=self._finess(
                self._lire(cellules, "finess_juridique"), "FINESS juridique"
            ),
            siret=self._siret(self._lire(cellules, "siret")),
            raison_sociale=_texte(raison, "raison sociale", 255),
            secteur="",
            commune=_texte(acheminement[2], "commune", 100) if acheminement else "",
            code_postal=acheminement[1] if acheminement else "",
            dans_finess=True,
        )


_OUI: Final = frozenset({"O", "OUI", "VRAI", "TRUE", "1"})
_NON: Final = frozenset({"", "N", "NON", "FAUX", "FALSE", "0"})


class LecteurBoites(Lecteur):
    """Lines of the MSSanté boxes. Without a « Liste rouge » column, no box is on it."""

    def __init__(self, entete: str, nom: str) -> None:
        colonnes = lire_entete(
            entete,
            "|",
            nom=nom,
            obligatoires=COLONNES_BOITES,
            facultatives=COLONNES_BOITES_FACULTATIVES,
        )
        super().__init__(colonnes, "|")

    def lire(self, numero: int, texte: str) -> Boite:
        """Raises LigneRefusee."""
        cellules = self._cellules(texte)
        lire = self._lire
        type_boite = lire(cellules, "type").strip().upper()
        if type_boite not in TypeBoite.values:
            raise LigneRefusee("type de boîte inconnu")
        adresse = lire(cellules, "adresse").strip().lower()
        if len(adresse) > 255 or _ADRESSE.fullmatch(adresse) is None:
            raise LigneRefusee("adresse mal formée")
        if adresse.partition("@")[2].startswith(_DOMAINE_PATIENT):
            # Such an address holds an INS: it must not enter the public directory.
            raise LigneRefusee("adresse d'un patient")
        rouge = lire(cellules, "liste_rouge").strip().upper()
        if rouge not in _OUI | _NON:
            raise LigneRefusee("liste rouge : oui ou non attendu")
        service = lire(cellules, "service") or lire(cellules, "raison_sociale")
        return Boite(
            ligne=numero,
            adresse=adresse,
            type=type_boite,
            rpps=self._titulaire(cellules),
            structure=self._structure(cellules),
            libelle=_texte(service, "libellé", 255),
            liste_rouge=rouge in _OUI,
        )

    def _titulaire(self, cellules: Sequence[str]) -> str:
        """The RPPS number of the holder; empty for another kind of identifier."""
        idnps = self._lire(cellules, "idnps").strip()
        if len(idnps) == 12 and idnps.startswith(_TYPE_RPPS):
            return _rpps(idnps[1:])
        return ""

    def _structure(self, cellules: Sequence[str]) -> str:
        """The holder's structure: a bare FINESS, or a national identifier with its prefix."""
        valeur = self._lire(cellules, "structure").strip()
        if not valeur:
            return ""
        type_structure = self._lire(cellules, "type_structure").strip().upper()
        if len(valeur) == 9 and type_structure in {"", "1", "FINESS"}:
            return identifiant_de_structure(finess=self._finess(valeur, "FINESS de la structure"))
        try:
            lu = lire_identifiant_structure(valeur)
        except IdentifiantInvalide:
            if _IDENTIFIANT_TECHNIQUE.fullmatch(valeur) is None:
                raise LigneRefusee("identifiant de structure mal formé") from None
            return valeur
        return {
            "1": identifiant_de_structure(finess=lu.numero),
            "3": identifiant_de_structure(siret=lu.numero),
        }.get(lu.type.value, lu.numero)
