"""Reads `donnees/*.csv` and refuses what isn't exactly a rule: file, line and column are named."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from calendrier.durees import Duree, DureeInvalide
from calendrier.personnes import Rang, Sexe
from calendrier.regles import (
    Confiance,
    Maladie,
    Mode,
    Portee,
    Rattrapage,
    RegleExamen,
    RegleVaccinale,
    Repere,
    Saison,
    Tables,
    Vaccin,
    Validite,
)

_DONNEES = Path(__file__).parent / "donnees"
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SAISON = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|1[0-2])")
_NATURES = ("simple", "combiné", "immunisation passive")
_INJECTIONS = {"INITIMMUNIZ": Rang.INITIALE, "BOOSTER": Rang.RAPPEL}

COLONNES: Mapping[str, tuple[str, ...]] = {
    "maladies.csv": ("code", "libelle", "phrase", "source", "confiance"),
    "situations.csv": ("code", "libelle", "source", "confiance"),
    "vaccins.csv": (
        "code", "libelle", "maladies", "nature", "exemples", "voie", "vivant", "public", "source",
        "confiance",
    ),
    "vaccinations.csv": (
        "id", "ligne", "vaccin", "vaccins_admis", "maladies", "besoin", "schema", "mode", "rang",
        "doses", "apres", "libelle", "type", "age_recommande", "age_min", "age_max", "delai",
        "intervalle_min", "recurrence", "portee", "est_rattrapage", "rattrapage", "situations",
        "sexe", "ne_du", "ne_jusquau", "valide_du", "valide_jusquau", "saison", "repere", "note",
        "source", "confiance", "lecture", "remarque",
    ),
    "examens.csv": (
        "id", "acte", "code_nos", "libelle", "sexe", "repere", "debut", "fin", "nombre",
        "tolerance", "chaque", "apres", "apres_delai", "portee", "rattrapage", "valide_du",
        "valide_jusquau", "certificat", "famille", "source", "confiance", "lecture", "remarque",
    ),
}  # fmt: skip

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


class TableIncorrecte(ValueError):
    """A table that can't be read: « fichier, ligne n, colonne c : what to correct », in French."""

    def __init__(self, fichier: str, ligne: int, colonne: str, message: str) -> None:
        self.fichier, self.ligne, self.colonne = fichier, ligne, colonne
        super().__init__(f"{fichier}, ligne {ligne}, colonne {colonne} : {message}")


class _Ligne:
    """One line, read cell by cell; every error names the cell."""

    def __init__(self, fichier: str, numero: int, cellules: Mapping[str, str]) -> None:
        self.fichier, self.numero, self._cellules = fichier, numero, cellules

    def erreur(self, colonne: str, message: str) -> TableIncorrecte:
        return TableIncorrecte(self.fichier, self.numero, colonne, message)

    def texte(self, colonne: str) -> str:
        return self._cellules[colonne]

    def obligatoire(self, colonne: str) -> str:
        if not self._cellules[colonne]:
            raise self.erreur(colonne, "remplissez cette case.")
        return self._cellules[colonne]

    def choix(self, colonne: str, choix: type[E]) -> E:
        valeur = self.parmi(colonne, [c.value for c in choix])
        return choix(valeur)

    def parmi(self, colonne: str, permises: Collection[str]) -> str:
        if (valeur := self.texte(colonne)) not in permises:
            raise self.erreur(
                colonne, f"« {valeur} » n'est pas permis ; choisissez : {', '.join(permises)}."
            )
        return valeur

    def est_oui(self, colonne: str) -> bool:
        return self.parmi(colonne, ("oui", "non")) == "oui"

    def liste(self, colonne: str, permises: Collection[str]) -> tuple[str, ...]:
        valeurs = tuple(self.texte(colonne).split("|")) if self.texte(colonne) else ()
        for valeur in valeurs:
            if valeur not in permises:
                raise self.erreur(colonne, f"« {valeur} » est inconnu.")
        if len(set(valeurs)) != len(valeurs):
            raise self.erreur(colonne, "une valeur est répétée.")
        return valeurs

    def nombre(self, colonne: str) -> int:
        if not re.fullmatch(r"[1-9][0-9]?", self.texte(colonne)):
            raise self.erreur(colonne, "écrivez un nombre entier de 1 à 99.")
        return int(self.texte(colonne))

    def duree(self, colonne: str) -> Duree | None:
        return self._duree(colonne, self.texte(colonne)) if self.texte(colonne) else None

    def _duree(self, colonne: str, texte: str) -> Duree:
        try:
            return Duree.lire(texte)
        except DureeInvalide as invalide:
            raise self.erreur(colonne, str(invalide)) from invalide

    def duree_obligatoire(self, colonne: str) -> Duree:
        return self._duree(colonne, self.obligatoire(colonne))

    def jour(self, colonne: str) -> date | None:
        texte = self.texte(colonne)
        if not texte:
            return None
        try:
            # The basic form (20250101) is refused: one way of writing a day.
            if _ISO.fullmatch(texte):
                return date.fromisoformat(texte)
        except ValueError:
            pass
        raise self.erreur(colonne, f"« {texte} » n'est pas un jour : écrivez AAAA-MM-JJ.")

    def validite(self, du: str, au: str) -> Validite:
        validite = Validite(self.jour(du), self.jour(au))
        if validite.du and validite.au and validite.du > validite.au:
            raise self.erreur(au, "ce jour précède celui du début.")
        return validite

    def sexe(self) -> Sexe | None:
        valeur = self.parmi("sexe", ("tous", "F", "M"))
        return None if valeur == "tous" else Sexe(valeur)

    def ages_croissants(self, colonnes: tuple[str, ...]) -> None:
        """Refuses a later column that holds an earlier age."""
        connus = [(colonne, self.duree(colonne)) for colonne in colonnes if self.texte(colonne)]
        for (_, avant), (colonne, apres) in pairwise(connus):
            assert avant is not None
            assert apres is not None
            if apres.apres(date(2000, 1, 1)) < avant.apres(date(2000, 1, 1)):
                raise self.erreur(colonne, "cet âge précède celui de la colonne d'avant.")

    def saison(self) -> Saison | None:
        texte = self.texte("saison")
        if not texte:
            return None
        if not (forme := _SAISON.fullmatch(texte)):
            raise self.erreur("saison", "écrivez deux mois, par exemple 10-01.")
        return Saison(int(forme[1]), int(forme[2]))

    def situations(self, connues: Collection[str]) -> tuple[frozenset[str], ...]:
        texte = self.texte("situations")
        ensembles = tuple(frozenset(e.split("&")) for e in texte.split("|")) if texte else ()
        for ensemble in ensembles:
            if inconnues := ensemble - set(connues):
                raise self.erreur("situations", f"« {min(inconnues)} » est inconnu.")
        return ensembles

    def rattrapage(self, maladies: tuple[str, ...]) -> Mapping[str, Rattrapage]:
        """`toujours`, `aucun`, an age, or one of them by disease (`HIB=5 ans|HEPB=16 ans`)."""
        texte, age_max = self.texte("rattrapage"), self.duree("age_max")
        lus: dict[str, Rattrapage] = {}
        for morceau in texte.split("|") if texte else ():
            code, egal, valeur = morceau.rpartition("=")
            if egal and code not in maladies:
                raise self.erreur("rattrapage", f"« {code} » n'est pas une maladie de la règle.")
            if valeur == "aucun" and age_max is None:
                raise self.erreur("rattrapage", "« aucun » demande un âge maximal.")
            if valeur == "toujours":
                limite = None
            else:
                limite = age_max if valeur == "aucun" else self._duree("rattrapage", valeur)
            for maladie in (code,) if egal else maladies:
                if maladie in lus:
                    raise self.erreur("rattrapage", f"« {maladie} » est répété.")
                lus[maladie] = Rattrapage(limite)
        return MappingProxyType(lus)


def _lignes(dossier: Path, fichier: str) -> Iterator[_Ligne]:
    attendues = COLONNES[fichier]
    chemin = dossier / fichier
    if not chemin.is_file():
        raise TableIncorrecte(fichier, 1, "-", "ce fichier manque.")
    try:
        texte = chemin.read_text(encoding="utf-8")
    except UnicodeDecodeError as invalide:
        raise TableIncorrecte(fichier, 1, "-", "enregistrez ce fichier en UTF-8.") from invalide
    lecteur = csv.reader(texte.splitlines(), strict=True)
    try:
        entete = next(lecteur, [])
        for colonne in (*attendues, *entete):
            if colonne not in entete or colonne not in attendues or entete.count(colonne) > 1:
                raise TableIncorrecte(fichier, 1, colonne, "colonne absente, en trop ou répétée.")
        for cellules in lecteur:
            numero = lecteur.line_num
            if len(cellules) != len(entete):
                raise TableIncorrecte(
                    fichier, numero, entete[min(len(cellules), len(entete) - 1)],
                    f"la ligne a {len(cellules)} cases au lieu de {len(entete)}.",
                )  # fmt: skip
            ligne = _Ligne(fichier, numero, dict(zip(entete, cellules, strict=True)))
            for colonne, valeur in zip(entete, cellules, strict=True):
                if valeur != valeur.strip():
                    raise ligne.erreur(colonne, "retirez les espaces du début ou de la fin.")
            ligne.obligatoire("source")
            ligne.choix("confiance", Confiance)
            yield ligne
    except csv.Error as invalide:
        raise TableIncorrecte(fichier, lecteur.line_num, "-", "CSV illisible.") from invalide


def _par_code(
    dossier: Path, fichier: str, cle: str, faire: Callable[[_Ligne], T]
) -> Mapping[str, T]:
    lus: dict[str, T] = {}
    for ligne in _lignes(dossier, fichier):
        code = ligne.obligatoire(cle)
        if code in lus:
            raise ligne.erreur(cle, f"« {code} » est déjà pris.")
        lus[code] = faire(ligne)
    if not lus:
        raise TableIncorrecte(fichier, 2, cle, "la table est vide.")
    return MappingProxyType(lus)


def _regle_vaccinale(
    ligne: _Ligne,
    maladies: Collection[str],
    vaccins: Collection[str],
    situations: Collection[str],
) -> RegleVaccinale:
    propres = ligne.liste("maladies", maladies)
    if not propres:
        raise ligne.erreur("maladies", "remplissez cette case.")
    ligne.ages_croissants(("age_min", "age_recommande", "age_max"))
    regle = RegleVaccinale(
        id=ligne.obligatoire("id"),
        ligne=ligne.obligatoire("ligne"),
        vaccin=ligne.parmi("vaccin", vaccins),
        vaccins_admis=frozenset(ligne.liste("vaccins_admis", vaccins)),
        maladies=propres,
        besoin=ligne.obligatoire("besoin"),
        schema=ligne.obligatoire("schema"),
        mode=ligne.choix("mode", Mode),
        rang=ligne.nombre("rang"),
        doses=ligne.nombre("doses"),
        apres=ligne.texte("apres"),
        libelle=ligne.obligatoire("libelle"),
        injection=_INJECTIONS[ligne.parmi("type", tuple(_INJECTIONS))],
        age_recommande=ligne.duree("age_recommande"),
        age_min=ligne.duree("age_min"),
        age_max=ligne.duree("age_max"),
        delai=ligne.duree("delai"),
        intervalle_min=ligne.duree("intervalle_min"),
        recurrence=ligne.duree("recurrence"),
        portee=ligne.choix("portee", Portee),
        est_rattrapage=ligne.est_oui("est_rattrapage"),
        rattrapage=ligne.rattrapage(propres),
        situations=ligne.situations(situations),
        sexe=ligne.sexe(),
        naissances=ligne.validite("ne_du", "ne_jusquau"),
        validite=ligne.validite("valide_du", "valide_jusquau"),
        saison=ligne.saison(),
        repere=ligne.choix("repere", Repere),
        note=ligne.texte("note"),
        source=ligne.obligatoire("source"),
        confiance=ligne.choix("confiance", Confiance),
        lecture=ligne.choix("lecture", Confiance),
    )
    if regle.mode is Mode.SAISON and regle.saison is None:
        raise ligne.erreur("saison", "le mode SAISON demande une saison.")
    if (regle.mode is Mode.GROSSESSE) != (regle.repere is Repere.GROSSESSE):
        raise ligne.erreur("repere", "le mode GROSSESSE et le repère grossesse vont ensemble.")
    if regle.mode is Mode.AGE and regle.age_min is None:
        raise ligne.erreur("age_min", "le mode AGE demande un âge minimal.")
    if regle.recurrence and regle.mode not in {Mode.AGE, Mode.SAISON}:
        raise ligne.erreur("recurrence", "seuls les modes AGE et SAISON se répètent.")
    if regle.delai and regle.portee is Portee.POSSIBLE:
        raise ligne.erreur("delai", "ce qui est seulement possible n'est jamais en retard.")
    if regle.doses > 1 and (regle.mode is not Mode.SERIE or regle.intervalle_min is None):
        raise ligne.erreur("doses", "plusieurs doses demandent le mode SERIE et un intervalle.")
    if regle.lecture is not Confiance.SURE and not ligne.texte("remarque"):
        raise ligne.erreur("remarque", "dites pourquoi la lecture n'est pas sûre.")
    return regle


def _examen(ligne: _Ligne) -> RegleExamen:
    ligne.ages_croissants(("debut", "fin"))
    chaque, fin, nombre = ligne.duree("chaque"), ligne.duree("fin"), ligne.nombre("nombre")
    if chaque is not None and not chaque.mois:
        raise ligne.erreur("chaque", "écrivez une durée en mois ou en ans.")
    if chaque is None and fin is None:
        raise ligne.erreur("fin", "un examen qui ne se répète pas demande une fin.")
    if chaque is not None and nombre > 1:
        raise ligne.erreur("nombre", "un examen qui se répète compte pour un.")
    if bool(ligne.texte("apres")) != bool(ligne.texte("apres_delai")):
        raise ligne.erreur("apres_delai", "l'acte précédent et son délai vont ensemble.")
    if ligne.choix("lecture", Confiance) is not Confiance.SURE and not ligne.texte("remarque"):
        raise ligne.erreur("remarque", "dites pourquoi la lecture n'est pas sûre.")
    return RegleExamen(
        id=ligne.obligatoire("id"),
        acte=ligne.obligatoire("acte"),
        code_nos=ligne.texte("code_nos"),
        libelle=ligne.obligatoire("libelle"),
        sexe=ligne.sexe(),
        repere=ligne.choix("repere", Repere),
        debut=ligne.duree_obligatoire("debut"),
        fin=fin,
        nombre=nombre,
        tolerance=ligne.duree("tolerance"),
        chaque=chaque,
        apres=ligne.texte("apres"),
        apres_delai=ligne.duree("apres_delai"),
        portee=ligne.choix("portee", Portee),
        reste_du=ligne.parmi("rattrapage", ("", "suivant")) == "suivant",
        validite=ligne.validite("valide_du", "valide_jusquau"),
        certificat=ligne.parmi("certificat", ("", "CS8", "CS9", "CS24")),
        famille=ligne.obligatoire("famille"),
        source=ligne.obligatoire("source"),
        confiance=ligne.choix("confiance", Confiance),
        lecture=ligne.choix("lecture", Confiance),
    )


def _vaccin(ligne: _Ligne, maladies: Collection[str]) -> Vaccin:
    contre = ligne.liste("maladies", maladies)
    if not contre:
        raise ligne.erreur("maladies", "remplissez cette case.")
    ligne.parmi("nature", _NATURES)
    ligne.est_oui("vivant")
    return Vaccin(ligne.obligatoire("code"), ligne.obligatoire("libelle"), frozenset(contre))


def _verifier_les_schemas(regles: Mapping[str, RegleVaccinale]) -> None:
    """Ranks follow each other in a schema, and `apres` names an earlier rule of the same one."""
    rangs: dict[tuple[str, str], int] = {}
    for numero, regle in enumerate(regles.values(), start=2):
        attendu = rangs.get((regle.besoin, regle.schema), 0) + 1
        if regle.rang != attendu:
            raise TableIncorrecte(
                "vaccinations.csv", numero, "rang", f"le rang attendu ici est {attendu}."
            )
        rangs[regle.besoin, regle.schema] = attendu
        if regle.apres:
            avant = regles.get(regle.apres)
            if (
                avant is None
                or (avant.schema, avant.besoin) != (regle.schema, regle.besoin)
                or (avant.rang >= regle.rang)
            ):
                raise TableIncorrecte(
                    "vaccinations.csv", numero, "apres", "nommez une règle précédente du schéma."
                )  # fmt: skip


def tables_depuis(dossier: Path) -> Tables:
    """The tables of a folder. Raises TableIncorrecte at the first cell that is wrong."""
    maladies = _par_code(
        dossier,
        "maladies.csv",
        "code",
        lambda x: Maladie(x.texte("code"), x.obligatoire("libelle"), x.obligatoire("phrase")),
    )
    situations = _par_code(dossier, "situations.csv", "code", lambda x: x.obligatoire("libelle"))
    vaccins = _par_code(dossier, "vaccins.csv", "code", lambda x: _vaccin(x, maladies))
    regles = _par_code(
        dossier,
        "vaccinations.csv",
        "id",
        lambda x: _regle_vaccinale(x, maladies, vaccins, situations),
    )
    _verifier_les_schemas(regles)
    examens = _par_code(dossier, "examens.csv", "id", _examen)
    return Tables(maladies, situations, vaccins, tuple(regles.values()), tuple(examens.values()))


@cache
def tables() -> Tables:
    """The tables shipped with the product."""
    return tables_depuis(_DONNEES)
