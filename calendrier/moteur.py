"""The one question: what is due for this person on this day?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from calendrier.echeances import ActeEcarte, Bilan, Echeance
from calendrier.examens import examens
from calendrier.lecture import tables as tables_du_produit
from calendrier.personnes import Acte, Personne, ranger
from calendrier.regles import Tables
from calendrier.vaccinations import vaccinations


def examiner(
    personne: Personne, actes: Sequence[Acte], jour: date, *, tables: Tables | None = None
) -> Bilan:
    """Everything the rules in force on `jour` say, and the acts that don't count.

    Never raises on an odd history. The order of `actes` doesn't matter. Each rule gives at least
    one answer for each of its diseases, and never two of the same `Echeance.cle` (R-VAC-05,
    R-AGE-08, R-PRO-14).
    """
    regles = tables if tables is not None else tables_du_produit()
    faits, refuses = ranger(personne, actes, jour)
    vaccins, vaccins_ecartes = vaccinations(personne, faits, jour, regles)
    bilans, examens_ecartes = examens(personne, faits, jour, regles)
    ecartes = [ActeEcarte(acte, "", raison) for acte, raison in refuses]
    return Bilan((*vaccins, *bilans), (*ecartes, *vaccins_ecartes, *examens_ecartes))


def ce_qui_est_du(
    personne: Personne, actes: Sequence[Acte], jour: date, *, tables: Tables | None = None
) -> Sequence[Echeance]:
    """What is done, due, late, to come or not for this person: one `Echeance` by rule and dose."""
    return examiner(personne, actes, jour, tables=tables).echeances
