"""Ages and intervals as the tables write them: « 11 mois », « 65 ans », « 56 jours », « 32 SA »."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

_FORME = re.compile(r"([0-9]{1,4}) (jours?|mois|ans?|SA)")
# Weeks of amenorrhea begin two weeks before the pregnancy does.
_JOURS_AVANT_GROSSESSE = 14


class DureeInvalide(ValueError):
    """A duration that the tables may not hold. `str()` is a French sentence."""


@dataclass(frozen=True, slots=True)
class Duree:
    """Calendar months and days, added to a day in that order."""

    mois: int = 0
    jours: int = 0

    @classmethod
    def lire(cls, texte: str) -> Duree:
        """Reads « 8 jours », « 1 mois », « 12 ans », « 32 SA » (from the start of a pregnancy).

        Raises DureeInvalide.
        """
        forme = _FORME.fullmatch(texte)
        if forme is None:
            raise DureeInvalide(
                f"« {texte} » n'est pas une durée : écrivez par exemple 8 jours, 2 mois, 65 ans ou 32 SA."
            )
        nombre, unite = int(forme[1]), forme[2]
        if unite == "mois":
            return cls(mois=nombre)
        if unite == "SA":
            return cls(jours=7 * nombre - _JOURS_AVANT_GROSSESSE)
        return cls(mois=12 * nombre) if unite.startswith("an") else cls(jours=nombre)

    def apres(self, jour: date) -> date:
        """The day that long after `jour`; the last day of a shorter month, of the calendar at most."""
        rang = jour.year * 12 + jour.month - 1 + self.mois
        annee, mois = divmod(rang, 12)
        if annee > date.max.year:
            return date.max
        dernier = calendar.monthrange(annee, mois + 1)[1]
        try:
            return date(annee, mois + 1, min(jour.day, dernier)) + timedelta(days=self.jours)
        except OverflowError:
            return date.max

    def __str__(self) -> str:
        """« 65 ans », « 18 mois », « 11 ans et 6 mois », « 56 jours »."""
        if self.jours or not self.mois:
            return f"{self.jours} jour{'s' if abs(self.jours) > 1 else ''}"
        if self.mois < 36:
            return f"{self.mois} mois"
        ans, mois = divmod(self.mois, 12)
        return f"{ans} ans et {mois} mois" if mois else f"{ans} ans"


def veille(jour: date | None) -> date | None:
    """The day before an excluded bound; None stays None."""
    return jour - timedelta(days=1) if jour is not None and jour > date.min else jour


def premier(*jours: date | None) -> date | None:
    """The earliest of those that exist."""
    return min((jour for jour in jours if jour is not None), default=None)
