"""From what the directory (or Pro Santé Connect) says of an exercice to the codes that decide."""

from __future__ import annotations

PROFESSION_A_ROLE = "99"
"""RPPS+: the person is registered by a role, not by a profession."""
CATEGORIE_ETUDIANT = "E"


def profession_de_droit(*, profession: str, categorie: str = "", role: str = "") -> str:
    """The code that the matrix knows: the role of a 99, `F…` of a student, else the profession.

    A student has no right of his own: `F10` is in the matrix and opens nothing, an `F…` which is
    not there opens nothing either (R-HAB-03). A 99 without role keeps 99, which opens nothing.
    """
    if profession == PROFESSION_A_ROLE:
        return role or PROFESSION_A_ROLE
    if categorie == CATEGORIE_ETUDIANT:
        return f"F{profession}"
    return profession


def identifiant_de_structure(*, finess: str = "", technique: str = "", siret: str = "") -> str:
    """What names a structure once, whoever speaks of it: F + FINESS, else the directory's technical
    identifier, else S + SIRET; empty when nothing names it."""
    if finess:
        return f"F{finess}"
    if technique:
        return technique
    return f"S{siret}" if siret else ""


def cle_annuaire(
    *, rpps: str, profession: str, categorie: str, specialite: str, role: str, structure: str
) -> str:
    """What makes an exercice the same one the next day: profession, savoir-faire and place.

    `profession` is the code that decides. Mode and kind of activity are details that may change.
    """
    return "/".join((rpps, profession, categorie, specialite, role, structure))
