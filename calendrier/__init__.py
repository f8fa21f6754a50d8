"""What is due: vaccinations, exams, screenings (R-VAC-05, R-AGE-07, R-AGE-08, R-PRO-14).

Pure Python. The rules are dated data (`donnees/*.csv`, explained in `docs/calendrier.md`); nothing
here knows Django, the database or the clock.

    from calendrier import Acte, Nature, Personne, ce_qui_est_du
"""

from calendrier.durees import Duree, DureeInvalide
from calendrier.echeances import ActeEcarte, Bilan, Echeance, Ensemble, Etat, regrouper
from calendrier.lecture import TableIncorrecte, tables, tables_depuis
from calendrier.moteur import ce_qui_est_du, examiner
from calendrier.personnes import Acte, Grossesse, Nature, Personne, Rang, Sexe
from calendrier.regles import Portee, Tables

__all__ = [
    "Acte",
    "ActeEcarte",
    "Bilan",
    "Duree",
    "DureeInvalide",
    "Echeance",
    "Ensemble",
    "Etat",
    "Grossesse",
    "Nature",
    "Personne",
    "Portee",
    "Rang",
    "Sexe",
    "TableIncorrecte",
    "Tables",
    "ce_qui_est_du",
    "examiner",
    "regrouper",
    "tables",
    "tables_depuis",
]
