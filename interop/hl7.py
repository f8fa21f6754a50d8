"""HL7 dates (TS of version 3, DTM of version 2): `AAAA[MM[JJ[HH[MM[SS[.S…]]]]]][±ZZzz]`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from enum import IntEnum

LONGUEUR_MAX = 40
ANNEE_MIN, ANNEE_MAX = 1800, 2199
_DECALAGE_MAX = 14 * 60

_TS = re.compile(
    r"(?P<annee>[0-9]{4})"
    r"(?:(?P<mois>[0-9]{2})"
    r"(?:(?P<jour>[0-9]{2})"
    r"(?:(?P<heure>[0-9]{2})"
    r"(?:(?P<minute>[0-9]{2})"
    r"(?:(?P<seconde>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?)?)?)?)?)?"
    r"(?P<zone>Z|(?P<signe>[+-])(?P<zone_h>[0-9]{1,2}):?(?P<zone_m>[0-9]{2}))?"
)


class HorodatageInvalide(ValueError):
    """The text is not an HL7 date. `str()` is a sentence in French."""


class Precision(IntEnum):
    """How far the date is known; the greater the finer."""

    ANNEE = 1
    MOIS = 2
    JOUR = 3
    HEURE = 4
    MINUTE = 5
    SECONDE = 6


@dataclass(frozen=True, slots=True)
class HorodatageHL7:
    """A date as received: what is unknown is None.

    `decalage` is in minutes east of UTC, None when not said.
    """

    annee: int
    mois: int | None = None
    jour: int | None = None
    heure: int | None = None
    minute: int | None = None
    seconde: int | None = None
    microseconde: int | None = None
    decalage: int | None = None

    @property
    def precision(self) -> Precision:
        connus = (self.annee, self.mois, self.jour, self.heure, self.minute, self.seconde)
        return Precision(sum(partie is not None for partie in connus))

    @property
    def premier_jour(self) -> date:
        """The first day the date may mean: for sorting, not for showing."""
        return date(self.annee, self.mois or 1, self.jour or 1)

    @property
    def jour_civil(self) -> date | None:
        """The civil day, as written by the sender; None when the day is unknown."""
        return self.premier_jour if self.jour is not None else None

    def instant(self, fuseau_par_defaut: tzinfo | None = None) -> datetime | None:
        """The instant, aware, unknown minutes and seconds at 0; None below the hour.

        Without a `decalage` the instant is read in `fuseau_par_defaut`; without either, None.
        """
        if self.heure is None:
            return None
        zone = fuseau_par_defaut
        if self.decalage is not None:
            zone = timezone(timedelta(minutes=self.decalage)) if self.decalage else UTC
        if zone is None:
            return None
        return datetime(
            self.annee,
            self.mois or 1,
            self.jour or 1,
            self.heure,
            self.minute or 0,
            self.seconde or 0,
            self.microseconde or 0,
            tzinfo=zone,
        )


def lire_ts(texte: str) -> HorodatageHL7:
    """Reads an HL7 date. Raises HorodatageInvalide.

    Tolerated because senders write them: blanks around, the zones `Z`, `+01:00` and `+100`, and a
    month or a day `00` for « unknown » (what follows it is then dropped). A 60th second is brought
    back to 59. Years outside 1800–2199 are typing errors, and refused.
    """
    brut = texte.strip()
    trouve = _TS.fullmatch(brut) if len(brut) <= LONGUEUR_MAX else None
    if trouve is None:
        raise _invalide(brut)
    lu = trouve.groupdict()
    connus: dict[str, int] = {"annee": int(lu["annee"])}
    for nom in ("mois", "jour", "heure", "minute", "seconde"):
        if lu[nom] is None or (nom in ("mois", "jour") and lu[nom] == "00"):
            break
        connus[nom] = 59 if (nom, lu[nom]) == ("seconde", "60") else int(lu[nom])
    if "seconde" in connus and lu["fraction"]:
        connus["microseconde"] = int(lu["fraction"][:6].ljust(6, "0"))
    if "heure" in connus and lu["zone"]:
        connus["decalage"] = _decalage(lu, brut)
    horodatage = HorodatageHL7(**connus)
    if not ANNEE_MIN <= horodatage.annee <= ANNEE_MAX:
        raise _invalide(brut)
    try:
        _ = horodatage.premier_jour, horodatage.instant(UTC)
    except ValueError as erreur:
        raise _invalide(brut) from erreur
    return horodatage


def _decalage(lu: dict[str, str], brut: str) -> int:
    if lu["zone"] == "Z":
        return 0
    heures, minutes = int(lu["zone_h"]), int(lu["zone_m"])
    total = heures * 60 + minutes
    if minutes > 59 or total > _DECALAGE_MAX:
        raise _invalide(brut)
    return -total if lu["signe"] == "-" else total


def _invalide(brut: str) -> HorodatageInvalide:
    return HorodatageInvalide(f"La date « {brut[:LONGUEUR_MAX]} » n'est pas une date HL7 valide.")
