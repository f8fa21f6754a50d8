"""Finding a professional (RPPS number, or name, profession, commune) or a place of care."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from mes.socle.identifiants import IdentifiantInvalide, valider_finess, valider_rpps
from professionnels.cles_recherche import cle_recherche, en_sql
from professionnels.models import (
    Exercice,
    Professionnel,
    ProfessionnelQuerySet,
    Structure,
)

PAR_PAGE: Final = 20
PAGES_MAX: Final = 50
"""Beyond, people refine their search: nobody reads a thousand names, but a robot would."""
_LETTRES_MIN: Final = 2


class RechercheInvalide(ValueError):
    """What was typed can't be searched; the text is French, for the person."""


@dataclass(frozen=True, slots=True)
class Criteres:
    """What was typed. `nom` may hold the first name after the name; blanks don't filter."""

    rpps: str = ""
    nom: str = ""
    prenom: str = ""
    profession: str = ""
    """Code of a profession (or of a role)."""
    commune: str = ""
    """Beginning of a commune's name, or a postal code."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some professionals in the French order of names, each with `est_actif` and its exercices."""

    professionnels: tuple[Professionnel, ...]
    numero: int
    a_suite: bool


def professionnel_par_rpps(rpps: str) -> Professionnel | None:
    """The person of this number, or None: unknown, or a number that isn't one."""
    try:
        numero = valider_rpps(rpps)
    except IdentifiantInvalide:
        return None
    return Professionnel.objects.avec_activite().filter(rpps=numero).first()


def exercices_actifs(professionnel: Professionnel) -> QuerySet[Exercice]:
    """The exercices among which the person chooses, each with its place (R-PS-09)."""
    return (
        Exercice.objects.actifs()
        .filter(professionnel=professionnel)
        .select_related("structure")
        .order_by("profession", "specialite", "structure__raison_sociale", "id")
    )


def chercher(criteres: Criteres, *, page: int = 1) -> Page:
    """One page of results. Those who no longer practise are there, `est_actif` False (R-PS-27).

    Raises RechercheInvalide: nothing to search by, too few letters, a wrong number or page.
    """
    if not 1 <= page <= PAGES_MAX:
        raise RechercheInvalide("Précisez votre recherche pour obtenir moins de résultats.")
    debut = (page - 1) * PAR_PAGE
    resultats = list(
        _filtrer(criteres)
        .order_by("nom_recherche", "prenom_recherche", "id")
        .prefetch_related(
            Prefetch(
                "exercices",
                Exercice.objects.actifs().select_related("structure").order_by("id"),
                to_attr="exercices_affiches",
            )
        )[debut : debut + PAR_PAGE + 1]
    )
    return Page(tuple(resultats[:PAR_PAGE]), page, len(resultats) > PAR_PAGE)


def _filtrer(criteres: Criteres) -> ProfessionnelQuerySet:
    trouves = Professionnel.objects.avec_activite()
    if criteres.rpps.strip():
        try:
            return trouves.filter(rpps=valider_rpps(criteres.rpps))
        except IdentifiantInvalide as erreur:
            raise RechercheInvalide(str(erreur)) from erreur
    nom, prenom = cle_recherche(criteres.nom), cle_recherche(criteres.prenom)
    commune = cle_recherche(criteres.commune)
    if not nom and not (criteres.profession and commune):
        raise RechercheInvalide(
            "Saisissez un nom ou un numéro RPPS, ou une profession et une commune."
        )
    if nom:
        if len(nom) < _LETTRES_MIN:
            raise RechercheInvalide(f"Saisissez au moins {_LETTRES_MIN} lettres du nom.")
        trouves = trouves.filter(nom_recherche__startswith=nom)
    if prenom:
        trouves = trouves.filter(prenom_recherche__startswith=prenom)
    exercices = Exercice.objects.filter(professionnel=OuterRef("pk"))
    if criteres.profession:
        exercices = exercices.filter(profession=criteres.profession)
    if commune.isdigit():
        exercices = exercices.filter(structure__code_postal__startswith=commune)
    elif commune:
        exercices = exercices.filter(structure__commune_recherche__startswith=commune)
    if criteres.profession or commune:
        trouves = trouves.filter(Exists(exercices))
    return trouves


@dataclass(frozen=True, slots=True)
class CriteresStructure:
    """What was typed about a place of care; blanks don't filter."""

    finess: str = ""
    nom: str = ""
    """Words of its name, in any order."""
    commune: str = ""
    """Beginning of a commune's name, or a postal code."""


@dataclass(frozen=True, slots=True)
class PageStructures:
    """Some places of care, by name."""

    structures: tuple[Structure, ...]
    numero: int
    a_suite: bool


def chercher_structures(criteres: CriteresStructure, *, page: int = 1) -> PageStructures:
    """One page of places of care: by FINESS number, or by commune and words of the name.

    Names alone aren't searched: only communes and postal codes have an index. Raises
    RechercheInvalide.
    """
    if not 1 <= page <= PAGES_MAX:
        raise RechercheInvalide("Précisez votre recherche pour obtenir moins de résultats.")
    debut = (page - 1) * PAR_PAGE
    resultats = list(
        _filtrer_structures(criteres).order_by("raison_sociale", "pk")[debut : debut + PAR_PAGE + 1]
    )
    return PageStructures(tuple(resultats[:PAR_PAGE]), page, len(resultats) > PAR_PAGE)


def _filtrer_structures(criteres: CriteresStructure) -> QuerySet[Structure]:
    if criteres.finess.strip():
        try:
            return Structure.objects.filter(finess=valider_finess(criteres.finess).numero)
        except IdentifiantInvalide as erreur:
            raise RechercheInvalide(str(erreur)) from erreur
    nom, commune = cle_recherche(criteres.nom), cle_recherche(criteres.commune)
    if len(commune) < _LETTRES_MIN:
        raise RechercheInvalide(
            "Saisissez une commune ou un code postal, ou le numéro FINESS de l'établissement."
        )
    structures = Structure.objects.annotate(nom_recherche=en_sql("raison_sociale"))
    if commune.isdigit():
        structures = structures.filter(code_postal__startswith=commune)
    else:
        structures = structures.filter(commune_recherche__startswith=commune)
    for mot in nom.split():
        structures = structures.filter(nom_recherche__contains=mot)
    return structures
