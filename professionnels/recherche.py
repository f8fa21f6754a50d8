"""Finding a professional: by RPPS number, or by name, profession and commune."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from mes.socle.identifiants import IdentifiantInvalide, valider_rpps
from professionnels.cles_recherche import cle_recherche
from professionnels.models import Exercice, Professionnel, ProfessionnelQuerySet

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
