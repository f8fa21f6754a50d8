"""Reading what a structure noted and set about feeding records (R-ALI-01, 02, 09)."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import Q

from habilitations.models import InformationPatient, RegleVersement, VersementObligatoire
from habilitations.politique import Masque


def information_donnee(espace_id: UUID, structure_id: UUID | None) -> InformationPatient | None:
    """When, how and by whom the patient was told by this structure (R-ALI-02), or None."""
    if structure_id is None:
        return None
    return (
        InformationPatient.objects.select_related("informe_par__professionnel")
        .filter(espace_id=espace_id, structure_id=structure_id)
        .first()
    )


def a_des_regles(structure_id: UUID | None) -> bool:
    """Whether this structure set the visibility of some types."""
    return (
        structure_id is not None
        and RegleVersement.objects.filter(structure_id=structure_id).exists()
    )


def masques_de_la_structure(structure_id: UUID | None, type_code: str) -> frozenset[Masque]:
    """The visibility that a structure decided for a type; nothing hidden when it said nothing."""
    if structure_id is None:
        return frozenset()
    regle = RegleVersement.objects.filter(structure_id=structure_id, type_code=type_code).first()
    return frozenset() if regle is None else frozenset(map(Masque, regle.masques))


def versements_obligatoires(jour: date) -> frozenset[str]:
    """Codes of the types that must be sent on that day (R-ALI-01)."""
    return frozenset(
        VersementObligatoire.objects.filter(du__lte=jour)
        .filter(Q(au=None) | Q(au__gte=jour))
        .values_list("type_code", flat=True)
    )
