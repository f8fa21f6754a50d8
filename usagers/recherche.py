"""Finding an espace from what identifies a person; finding who manages one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from comptes.models import Compte
from mes.socle import coffres
from mes.socle.models import CleIdentite
from usagers.identite import index_ins, index_traits, ins_transmissible, nom_affiche
from usagers.models import EspaceSante, Gestion, Identite, Preferences, Statut


def espace_par_ins(matricule: str) -> EspaceSante | None:
    """The espace of a matricule, whatever its status; None when nobody here has it."""
    return (
        EspaceSante.objects.select_related("identite")
        .filter(identite__ins_index=index_ins(matricule))
        .first()
    )


def espace_par_ins_et_traits(
    matricule: str, nom_naissance: str, date_naissance: date
) -> EspaceSante | None:
    """The espace of this INS if the birth name and date are hers too, else None (R-PS-23).

    `nom_naissance` already normalised. One answer for an unknown number and for wrong traits.
    """
    espace = espace_par_ins(matricule)
    if espace is None:
        return None
    traits = espace.identite.traits(coffres.coffre(CleIdentite, espace.pk))
    memes = (
        traits["nom_naissance"] == nom_naissance
        and traits["date_naissance"] == date_naissance.isoformat()
    )
    return espace if memes else None


def identite_affichee(espace: EspaceSante) -> dict[str, Any]:
    """Traits and status of the identity, as a professional's screens show them."""
    traits = espace.identite.traits(coffres.coffre(CleIdentite, espace.pk))
    return presenter_traits(traits, espace.identite)


def presenter_traits(traits: Mapping[str, Any], identite: Identite) -> dict[str, Any]:
    """What the strip of an open record shows; the INS only when qualified (R-INS-04, 05)."""
    return {
        "nom": nom_affiche(traits),
        "nom_naissance": traits["nom_naissance"],
        "prenoms": traits["prenoms"],
        "date_naissance": date.fromisoformat(traits["date_naissance"]),
        "sexe": traits["sexe"],
        "matricule": ins_transmissible(identite, traits),
        "statut_identite": identite.statut,
    }


def espaces_par_traits(nom: str, prenom: str, date_naissance: date) -> Sequence[Identite]:
    """Exact matches on birth name, first name and birth date: homonyms are several."""
    return list(
        Identite.objects.select_related("espace").filter(
            traits_index=index_traits(nom, prenom, date_naissance)
        )
    )


@dataclass(frozen=True, slots=True)
class Gestionnaire:
    """Somebody who manages an espace, with the addresses that notifications need."""

    compte_id: UUID
    qualite: str
    prenom: str
    courriel: str
    courriel_document: bool


def gestionnaires(espace_id: UUID) -> list[Gestionnaire]:
    """Who is told of what happens in an espace (R-NOT-10); nobody unless it is active (R-NOT-02)."""
    gestions = list(
        Gestion.objects.select_related("preferences")
        .filter(espace_id=espace_id, espace__statut=Statut.ACTIVE)
        .filter(Q(fin_le=None) | Q(fin_le__gt=timezone.now()))
        .order_by("debut_le")
    )
    comptes = Compte.objects.in_bulk([gestion.compte_id for gestion in gestions])
    trouves = []
    for gestion in gestions:
        compte = comptes.get(gestion.compte_id)
        if compte is None or not compte.is_active:
            continue
        fiche = compte.fiche()
        preferences = getattr(gestion, "preferences", None)
        trouves.append(
            Gestionnaire(
                compte_id=compte.pk,
                qualite=gestion.qualite,
                prenom=fiche.get("prenom", ""),
                courriel=fiche.get("courriel", ""),
                courriel_document=preferences.courriel_document if preferences else True,
            )
        )
    return trouves


def preferences_de(espace_id: UUID, compte_id: UUID) -> Preferences:
    """What this account wants for this espace; the defaults when nothing was chosen."""
    trouvees = Preferences.objects.filter(
        gestion__espace_id=espace_id, gestion__compte_id=compte_id, gestion__fin_le=None
    ).first()
    return trouvees or Preferences(espace_id=espace_id)
