"""Imprecise dates (R-PML-05) and dates as French people write them, without locale.

Days are those of Europe/Paris. Instants carry a time zone; a naive one is refused, because nobody
can tell which day it belongs to. No function here reads the clock unless its name says so.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import total_ordering
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
ANNEE_MINIMALE = 1900
MOIS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip


class DateInvalide(ValueError):
    """A date that can't be accepted. `str()` is a French sentence that says what to do."""


def _plat(texte: str) -> str:
    """Small letters without accents, single spaces."""
    decompose = unicodedata.normalize("NFD", texte.lower())
    lettres = "".join(signe for signe in decompose if not unicodedata.combining(signe))
    return " ".join(lettres.split())


_NUMERO_DU_MOIS = {_plat(nom): rang for rang, nom in enumerate(MOIS, start=1)}
_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_EN_CHIFFRES = re.compile(r"(?:([0-9]{1,2})[/.-])?([0-9]{1,2})[/.-]([0-9]{4})")
_EN_LETTRES = re.compile(r"(?:([0-9]{1,2})(?:er)? )?([a-z]+)\.? ([0-9]{4})")


@total_ordering
@dataclass(frozen=True, slots=True)
class DateImprecise:
    """A day, a month or a year. Raises DateInvalide when built from what no calendar holds.

    The year is mandatory and at least 1900; a day without its month is refused (R-PML-05).
    Sorted by first possible day, the less precise first (2021 < January 2021 < 1 January 2021).
    """

    annee: int
    mois: int | None = None
    jour: int | None = None

    def __post_init__(self) -> None:
        if not ANNEE_MINIMALE <= self.annee <= date.max.year:
            raise DateInvalide(f"Saisissez une année à partir de {ANNEE_MINIMALE}.")
        if self.mois is None:
            if self.jour is not None:
                raise DateInvalide("Indiquez aussi le mois, ou retirez le jour.")
            return
        if not 1 <= self.mois <= 12:
            raise DateInvalide("Ce mois n'existe pas : saisissez un mois de 1 à 12.")
        if self.jour is not None and not 1 <= self.jour <= self._jours_du_mois():
            raise DateInvalide("Cette date n'existe pas dans le calendrier : vérifiez le jour.")

    def _jours_du_mois(self) -> int:
        return calendar.monthrange(self.annee, self.mois or 12)[1]

    @classmethod
    def lire(cls, texte: str) -> DateImprecise:
        """Reads « 2021 », « mars 2021 », « 1er mars 2021 », « 3/3/2021 », « 03/2021 », `2021-03`.

        Case, accents and spaces don't matter. Raises DateInvalide.
        """
        plat = _plat(texte)
        if forme := _ISO.fullmatch(plat):
            annee, mois, jour = forme.groups()
        elif forme := _EN_CHIFFRES.fullmatch(plat):
            jour, mois, annee = forme.groups()
        elif (forme := _EN_LETTRES.fullmatch(plat)) and forme[2] in _NUMERO_DU_MOIS:
            jour, mois, annee = forme[1], str(_NUMERO_DU_MOIS[forme[2]]), forme[3]
        else:
            raise DateInvalide(
                "Saisissez une date comme 2021, mars 2021, 3 mars 2021 ou 03/03/2021."
            )
        return cls(int(annee), int(mois) if mois else None, int(jour) if jour else None)

    @classmethod
    def depuis_iso(cls, iso: str) -> DateImprecise:
        """Reads what `iso` writes (`2021`, `2021-03`, `2021-03-03`) and nothing else."""
        forme = _ISO.fullmatch(iso)
        if forme is None:
            raise DateInvalide("La date doit être de la forme AAAA, AAAA-MM ou AAAA-MM-JJ.")
        return cls(*(int(partie) if partie else None for partie in forme.groups()))  # type: ignore[arg-type]

    @classmethod
    def depuis_jour(cls, jour: date) -> DateImprecise:
        """The precise date of a day."""
        return cls(jour.year, jour.month, jour.day)

    @property
    def iso(self) -> str:
        """Partial ISO 8601, the form to store and to put in JSON (FHIR's `date` too)."""
        mois = f"-{self.mois:02d}" if self.mois is not None else ""
        jour = f"-{self.jour:02d}" if self.jour is not None else ""
        return f"{self.annee:04d}{mois}{jour}"

    @property
    def est_precise(self) -> bool:
        """Whether the day is known."""
        return self.jour is not None

    @property
    def premier_jour(self) -> date:
        """The first day that it may be."""
        return date(self.annee, self.mois or 1, self.jour or 1)

    @property
    def dernier_jour(self) -> date:
        """The last day that it may be."""
        return date(self.annee, self.mois or 12, self.jour or self._jours_du_mois())

    @property
    def cle_tri(self) -> tuple[int, int, int]:
        """What sorts: the unknown month or day first."""
        return (self.annee, self.mois or 0, self.jour or 0)

    def __lt__(self, autre: object) -> bool:
        if not isinstance(autre, DateImprecise):
            return NotImplemented
        return self.cle_tri < autre.cle_tri

    def __str__(self) -> str:
        """« 2021 », « mars 2021 », « 3 mars 2021 », « 1er mars 2021 »."""
        if self.mois is None:
            return str(self.annee)
        mois_annee = f"{MOIS[self.mois - 1]} {self.annee}"
        if self.jour is None:
            return mois_annee
        return f"{'1er' if self.jour == 1 else self.jour} {mois_annee}"

    def est_future(self, *, aujourdhui: date) -> bool:
        """Whether every day that it may be is after `aujourdhui`: this year or month isn't."""
        return self.premier_jour > aujourdhui

    def exiger_non_future(self, *, aujourdhui: date) -> DateImprecise:
        """Itself, or DateInvalide when it is still to come (R-PML-05)."""
        if self.est_future(aujourdhui=aujourdhui):
            raise DateInvalide("Saisissez une date passée ou celle d'aujourd'hui.")
        return self


def _exiger_fuseau(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("An instant without time zone belongs to no day.")
    return instant


def a_paris(instant: datetime) -> datetime:
    """The same instant on the clocks of Paris; ValueError when it has no time zone."""
    return _exiger_fuseau(instant).astimezone(PARIS)


def jour_a_paris(instant: datetime) -> date:
    """The day it is in Paris at this instant."""
    return a_paris(instant).date()


def aujourdhui_a_paris() -> date:
    """The day it is now in Paris (reads the clock)."""
    return jour_a_paris(datetime.now(UTC))


def formater_jour(jour: date) -> str:
    """« 3 mars 2021 », « 1er mars 2021 »; of a datetime, the day it is in Paris. Any year."""
    if isinstance(jour, datetime):
        jour = jour_a_paris(jour)
    return f"{'1er' if jour.day == 1 else jour.day} {MOIS[jour.month - 1]} {jour.year}"


def formater_heure(instant: datetime) -> str:
    """« 14 h 05 », « 8 h », on the clocks of Paris."""
    local = a_paris(instant)
    return f"{local.hour} h {local.minute:02d}" if local.minute else f"{local.hour} h"


def formater_instant(instant: datetime, *, maintenant: datetime | None = None) -> str:
    """« 3 mars 2021 à 14 h 05 », on the clocks of Paris.

    With `maintenant` (time zone mandatory), near days are named: « aujourd'hui à 14 h 05 »,
    « hier à … », « demain à … ».
    """
    jour, nom = jour_a_paris(instant), None
    if maintenant is not None:
        ecart = jour - jour_a_paris(maintenant)
        nom = {
            timedelta(days=-1): "hier",
            timedelta(0): "aujourd'hui",
            timedelta(days=1): "demain",
        }.get(ecart)
    return f"{nom or formater_jour(jour)} à {formater_heure(instant)}"
