"""Cells of one version of the matrix, read once per process: an approved version never changes.

The version in force is asked of the database at each opening; only what it contains is remembered,
so that an approval or a rollback takes effect at the next request.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from uuid import UUID

from habilitations.models import CaseMatrice
from habilitations.politique import Case


@lru_cache(maxsize=1024)
def cases_de(version_id: UUID, profession: str, specialite: str) -> Mapping[str, Case]:
    """Type code → cell for this profession; a row of the exact speciality prevails (R-HAB-01)."""
    lignes = CaseMatrice.objects.filter(
        version_id=version_id,
        objet="type",
        profession=profession,
        specialite__in={"", specialite},
    ).order_by("specialite")
    return {ligne.code: Case(ligne.lecture, ligne.ecriture, ligne.effectif) for ligne in lignes}


def case_pour(
    version_id: UUID | None, profession: str | None, specialite: str | None, code: str
) -> Case | None:
    """The cell, or None: no matrix in force, no profession, no such cell all mean « no » (R-HAB-03)."""
    if version_id is None or not profession:
        return None
    return cases_de(version_id, profession, specialite or "").get(code)


def codes_lisibles(
    version_id: UUID | None, profession: str | None, specialite: str | None
) -> frozenset[str]:
    """Type codes that the matrix lets this profession read: `lecture` and `effectif`."""
    if version_id is None or not profession:
        return frozenset()
    return frozenset(
        code
        for code, case in cases_de(version_id, profession, specialite or "").items()
        if case.lecture and case.effectif
    )
