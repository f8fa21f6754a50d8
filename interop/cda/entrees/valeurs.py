"""What a structured entry says, as plain frozen values: codes, quantities, intervals, periods.

Everything is kept as received. A number that cannot be read safely keeps its text and has no
`valeur`; nothing is converted, completed or judged here. No `repr`: see `interop.cda.modele`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from interop.hl7 import HorodatageHL7

_NOMBRE = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?")

ABSENCES = {
    "NI": "pas d'information",
    "UNK": "inconnu",
    "ASKU": "demandé, inconnu",
    "NASK": "non demandé",
    "NAV": "pas encore disponible",
    "NA": "sans objet",
    "MSK": "masqué par l'expéditeur",
    "OTH": "autre",
    "TRC": "traces",
    "QS": "quantité suffisante",
}
"""French words for HL7's null flavors; another one is shown as it is."""


@dataclass(frozen=True, slots=True, repr=False)
class CodeCDA:
    """A coded notion (HL7 « CD »). `systeme`: the OID. `texte`: what the narrative says of it.

    `absence`: the null flavor, when the sender says why there is no code. `qualificatifs` pairs
    what is told (its name, when said) with its value.
    """

    code: str | None = None
    systeme: str | None = None
    libelle: str | None = None
    texte: str | None = None
    traductions: tuple[CodeCDA, ...] = ()
    qualificatifs: tuple[tuple[str | None, CodeCDA], ...] = ()
    absence: str | None = None

    @property
    def nom(self) -> str | None:
        """What to show first: the label, else a translation's, else the narrative's words.

        The words come last: some forms point to a mere « Oui » there.
        """
        if self.libelle:
            return self.libelle
        return next((traduit.libelle for traduit in self.tous() if traduit.libelle), self.texte)

    def tous(self) -> Iterator[CodeCDA]:
        """This code and its translations, however nested, those that have a code."""
        if self.code is not None:
            yield self
        for traduction in self.traductions:
            yield from traduction.tous()

    def dans(self, *systemes: str) -> CodeCDA | None:
        """The first of `tous` that belongs to one of these systems."""
        return next((code for code in self.tous() if code.systeme in systemes), None)


@dataclass(frozen=True, slots=True, repr=False)
class Quantite:
    """A number and its UCUM unit. `texte`: the number as received, right or wrong."""

    texte: str
    valeur: Decimal | None = None
    unite: str | None = None
    traductions: tuple[Quantite, ...] = ()

    @property
    def entier(self) -> int | None:
        """The value as a small whole number (0 to 9 999), None otherwise."""
        if self.valeur is None or not 0 <= self.valeur <= 9999 or self.valeur % 1:
            return None
        return int(self.valeur)


@dataclass(frozen=True, slots=True, repr=False)
class Intervalle:
    """From `bas` to `haut`; None is « no bound said ». `texte`: as written, when it was a text."""

    bas: Quantite | None = None
    haut: Quantite | None = None
    bas_inclus: bool = True
    haut_inclus: bool = True
    texte: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Rapport:
    """A ratio: a titre, a quantity by day…"""

    numerateur: Quantite | None = None
    denominateur: Quantite | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Texte:
    """Words, where others write a number or a code."""

    contenu: str


@dataclass(frozen=True, slots=True, repr=False)
class Absence:
    """Nothing, and why: the null flavor as received."""

    motif: str


@dataclass(frozen=True, slots=True, repr=False)
class Periode:
    """When. A lone instant is a `debut` with `ponctuelle`; an end not said is None."""

    debut: HorodatageHL7 | None = None
    fin: HorodatageHL7 | None = None
    duree: Quantite | None = None
    ponctuelle: bool = False


Valeur = (
    Quantite | Intervalle | Rapport | CodeCDA | Texte | Absence | Periode | HorodatageHL7 | bool
)


def lire_nombre(texte: str) -> Decimal | None:
    """The decimal written by HL7 rules, None for anything else: a comma, a hundred digits…"""
    return Decimal(texte) if _NOMBRE.fullmatch(texte) else None


def en_clair(valeur: Valeur | None) -> str:
    """The value in French words, units as received; "" for None. Shows, never judges."""
    match valeur:
        case None:
            return ""
        case bool():
            return "oui" if valeur else "non"
        case Quantite():
            return _quantite(valeur)
        case Intervalle():
            return _intervalle(valeur)
        case Rapport(numerateur=haut, denominateur=bas):
            return " / ".join(_quantite(partie) for partie in (haut, bas) if partie)
        case CodeCDA():
            return valeur.nom or valeur.code or ABSENCES.get(valeur.absence or "", "")
        case Texte(contenu=contenu):
            return contenu
        case Absence(motif=motif):
            return ABSENCES.get(motif, motif)
        case Periode():
            return _periode(valeur)
        case HorodatageHL7():
            return _horodatage(valeur)


def _quantite(quantite: Quantite) -> str:
    nombre = quantite.texte.replace(".", ",") if quantite.valeur is not None else quantite.texte
    unite = quantite.unite if quantite.unite not in (None, "1") else None
    return f"{nombre} {unite}" if unite else nombre


def _intervalle(intervalle: Intervalle) -> str:
    if intervalle.texte:
        return intervalle.texte
    bas, haut = intervalle.bas, intervalle.haut
    if bas and haut:
        return f"de {_quantite(bas)} à {_quantite(haut)}"
    if bas:
        return f"{'≥' if intervalle.bas_inclus else '>'} {_quantite(bas)}"
    return f"{'≤' if intervalle.haut_inclus else '<'} {_quantite(haut)}" if haut else ""


def _horodatage(quand: HorodatageHL7) -> str:
    jour = f"{quand.annee:04d}"
    if quand.mois is not None:
        jour = f"{quand.mois:02d}/{jour}"
    if quand.jour is not None:
        jour = f"{quand.jour:02d}/{jour}"
    if quand.heure is None:
        return jour
    return f"{jour} {quand.heure:02d}:{quand.minute or 0:02d}"


def _periode(periode: Periode) -> str:
    if periode.ponctuelle and periode.debut:
        return _horodatage(periode.debut)
    debut, fin = periode.debut, periode.fin
    morceaux = []
    if debut and fin:
        morceaux.append(f"{_mot(debut, 'du', 'de')} {_horodatage(debut)}")
        morceaux.append(f"{_mot(fin, 'au', 'à')} {_horodatage(fin)}")
    elif debut:
        morceaux.append(f"{_mot(debut, 'depuis le', 'depuis')} {_horodatage(debut)}")
    elif fin:
        jusque = _mot(fin, "jusqu'au", "jusqu'à")
        morceaux.append(f"{jusque} {_horodatage(fin)}")
    if periode.duree:
        morceaux.append(f"pendant {_quantite(periode.duree)}")
    return " ".join(morceaux)


def _mot(quand: HorodatageHL7, devant_un_jour: str, sinon: str) -> str:
    return sinon if quand.jour is None else devant_un_jour
