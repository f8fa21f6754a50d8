"""From a request to who asks: the doors establish the actor, never the request's parameters."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from comptes.models import Compte
from habilitations.acces import Acces, AccesRefuse, ActeurAcces, ouvrir
from habilitations.models import Ouverture
from habilitations.politique import Acteur, Action, Decision, Mesure, Motif
from journal.faits import ActeurTrace, GenreActeur
from mes.socle.nomenclatures import professions, specialites
from professionnels.models import Exercice
from usagers.models import Gestion, Qualite

ESPACE_CHOISI = "espace_id"
ESPACE_TROUVE = "espace_trouve"
EXERCICE_CHOISI = "exercice_id"
REGULATION_MEDICALE = "regulateur"

_GENRES = {
    Qualite.TITULAIRE: Acteur.TITULAIRE,
    Qualite.REPRESENTANT: Acteur.REPRESENTANT,
    Qualite.AIDANT: Acteur.AIDANT,
}


@dataclass(frozen=True, slots=True)
class PorteUsager:
    """An account in front of the espace it has chosen to open."""

    acteur: ActeurAcces
    espace_id: UUID


def _pile(request: HttpRequest) -> ExitStack:
    return cast(ExitStack, cast(Any, request).pile)


def porte_usager(request: HttpRequest) -> PorteUsager:
    """The espace chosen among those the account manages, its own by default.

    Raises AccesRefuse when it manages none: ESPACE_FERME, as for an espace that does not exist.
    """
    compte = cast(Compte, request.user)
    gestions = list(
        Gestion.objects.filter(compte_id=compte.pk)
        .filter(Q(fin_le=None) | Q(fin_le__gt=timezone.now()))
        .order_by("debut_le")
    )
    choisi = request.session.get(ESPACE_CHOISI)
    gestion = next((g for g in gestions if str(g.espace_id) == choisi), None) or next(
        (g for g in gestions if g.qualite == Qualite.TITULAIRE), None
    )
    fiche = compte.fiche()
    genre = _GENRES[Qualite(gestion.qualite)] if gestion else Acteur.TITULAIRE
    acteur = ActeurAcces(
        genre=genre,
        id=compte.pk,
        compte_id=compte.pk,
        mesure=Mesure(gestion.mesure) if gestion else Mesure.AUCUNE,
        trace=ActeurTrace(
            genre=GenreActeur(genre),
            id=compte.pk,
            nom=f"{fiche.get('prenom', '')} {fiche.get('nom', '')}".strip(),
            qualite="" if genre is Acteur.TITULAIRE else Qualite(genre).label,
        ),
    )
    if gestion is None:
        raise AccesRefuse(
            Decision(False, Motif.ESPACE_FERME, "R-STA-04"),
            acteur=acteur,
            espace_id=None,
            action=Action.LISTER,
            statut=403,
        )
    return PorteUsager(acteur, gestion.espace_id)


def acces_usager(request: HttpRequest, action: Action, *, objet_id: UUID | None = None) -> Acces:
    """Opens the chosen espace for the account of the session, until the page is rendered."""
    porte = porte_usager(request)
    acces = ouvrir(_pile(request), porte.acteur, porte.espace_id, action, objet_id=objet_id)
    # For the shell, which says on every page whose espace is open.
    cast(Any, request).acces = acces
    return acces


def acteur_de_l_exercice(
    exercice: Exercice, *, compte_id: UUID | None, regulateur: bool
) -> ActeurAcces:
    """The professional, or the personnel without the right to read, of an exercice."""
    profession = professions().get(exercice.profession)
    genre = (
        Acteur.PROFESSIONNEL
        if profession is not None and profession.peut_lire_dmp and exercice.categorie != "E"
        else Acteur.PERSONNEL
    )
    specialite = specialites().get(exercice.specialite)
    qualite = ", ".join(
        filter(
            None,
            (
                profession.libelle if profession else "Personnel",
                specialite.libelle if specialite else "",
                exercice.structure.raison_sociale if exercice.structure else "",
            ),
        )
    )
    professionnel = exercice.professionnel
    return ActeurAcces(
        genre=genre,
        id=professionnel.pk,
        compte_id=compte_id,
        exercice_id=exercice.pk,
        exercice_actif=exercice.fin_le is None,
        profession=exercice.profession,
        specialite=exercice.specialite or None,
        structure_id=exercice.structure_id,
        regulateur=regulateur,
        trace=ActeurTrace(
            genre=GenreActeur(genre),
            id=professionnel.pk,
            nom=str(professionnel),
            qualite=qualite,
            structure_id=exercice.structure_id,
        ),
    )


def acteur_professionnel(request: HttpRequest) -> ActeurAcces:
    """The exercice chosen at login, read once by request: one that ended is refused at once."""
    connu: ActeurAcces | None = getattr(request, "acteur_professionnel", None)
    if connu is not None:
        return connu
    choisi = request.session.get(EXERCICE_CHOISI)
    exercice = (
        Exercice.objects.select_related("professionnel", "structure").filter(pk=choisi).first()
        if choisi
        else None
    )
    if exercice is None:
        inconnu = ActeurTrace(GenreActeur.PROFESSIONNEL, None, "")
        raise AccesRefuse(
            Decision(False, Motif.EXERCICE_INACTIF, "R-PS-09"),
            acteur=ActeurAcces(genre=Acteur.PROFESSIONNEL, id=None, trace=inconnu),
            espace_id=None,
            action=Action.LISTER,
            statut=403,
        )
    acteur = acteur_de_l_exercice(
        exercice,
        compte_id=cast(Compte, request.user).pk,
        regulateur=bool(request.session.get(REGULATION_MEDICALE)),
    )
    cast(Any, request).acteur_professionnel = acteur
    return acteur


def espace_ouvert(acteur: ActeurAcces) -> UUID | None:
    """The record this exercice has open now (one at a time, R-PS-22)."""
    if acteur.exercice_id is None:
        return None
    return (
        Ouverture.objects.en_cours(timezone.now())
        .filter(exercice_id=acteur.exercice_id)
        .values_list("espace_id", flat=True)
        .first()
    )


def espace_trouve(request: HttpRequest) -> UUID | None:
    """The espace found by a qualified INS and its traits: enough to deposit, not to read."""
    trouve = request.session.get(ESPACE_TROUVE)
    return UUID(trouve) if trouve else None


def autre_dossier_ouvert(request: HttpRequest) -> bool:
    """Whether a record is open that is not the one found last: nothing is deposited meanwhile, so
    that a document never lands in the record that is not on the screen (R-PS-22)."""
    ouvert = espace_ouvert(acteur_professionnel(request))
    return ouvert is not None and ouvert != espace_trouve(request)


def acces_professionnel(
    request: HttpRequest, action: Action, *, objet_id: UUID | None = None
) -> Acces:
    """Opens the record that the professional has declared, until the page is rendered."""
    acteur = acteur_professionnel(request)
    espace_id = espace_trouve(request) if action is Action.DEPOSER else espace_ouvert(acteur)
    if espace_id is None:
        raise AccesRefuse(
            Decision(False, Motif.CONSENTEMENT_REQUIS, "R-PS-01"),
            acteur=acteur,
            espace_id=None,
            objet_id=objet_id,
            action=action,
            statut=403 if objet_id is None else 404,
        )
    acces = ouvrir(_pile(request), acteur, espace_id, action, objet_id=objet_id)
    # For the shell, which says on every page whose record is open.
    cast(Any, request).acces = acces
    return acces


def exercices_soignants(structure_id: UUID | None) -> dict[str, Exercice]:
    """Active exercices of a structure's professionals who may author a document, by their id."""
    if structure_id is None:
        return {}
    exercices = (
        Exercice.objects.actifs()
        .select_related("professionnel", "structure")
        .filter(structure_id=structure_id)
        .order_by("professionnel__nom_recherche", "professionnel__prenom_recherche", "pk")
    )
    return {
        str(exercice.pk): exercice
        for exercice in exercices
        if acteur_de_l_exercice(exercice, compte_id=None, regulateur=False).est_soignant
    }
