"""Types of documents that a rule names."""

from __future__ import annotations

from mes.socle.nomenclatures import types_documents

DIRECTIVES = "EXPPAT_3"
"""Directives anticipées: an adult's own word (R-DA-01)."""
VOLONTES = frozenset({DIRECTIVES, "EXPPAT_1"})
REMBOURSEMENTS = frozenset({"REMB"})


def _de_la_categorie(categorie_ps: str) -> frozenset[str]:
    return frozenset(
        code
        for code, type_document in types_documents().items()
        if type_document.categorie_ps == categorie_ps
    )


VACCINATIONS = _de_la_categorie("Vaccinations")
"""Out of the two years of a first search (R-PS-24)."""
EXAMENS_DE_L_ENFANT = _de_la_categorie("Carnet de santé de l'enfant")
