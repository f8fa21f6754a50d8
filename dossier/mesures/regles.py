"""The rules of the measures, pure: units, bounds, decimals, BMI, trend, periods, order of the tiles.

Values are Decimal in the stored unit of their type (cm for a height, though people read metres).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from dossier.mesures.referentiel import TypeMesure, Unite, types_mesures
from mes.socle.dates import jour_a_paris

POIDS, TAILLE, IMC = "WEIGHT", "HEIGHT", "BODY_MASS_INDEX"
TENSION = "BLOOD_PRESSURE"
SYSTOLIQUE, DIASTOLIQUE = "SYSTOLIC_BLOOD_PRESSURE", "DIASTOLIC_BLOOD_PRESSURE"
DECIMALES_MAX = 3
LONGUEUR_COMMENTAIRE = 150
ANNEE_MINIMALE = 1900
INSECABLE = "\u00a0"

_NOMBRE = re.compile(
    r"(?P<entier>[0-9]{1,3}(?: [0-9]{3})+|[0-9]{1,9})(?:[.,](?P<reste>[0-9]{1,9}))? ?(?P<unite>\D.*)?",
    re.ASCII,
)
_METRES = re.compile(r"([0-9]) ?m ?([0-9]{2})", re.ASCII | re.IGNORECASE)


class ValeurRefusee(ValueError):
    """`str()` is a French sentence that says what to do."""


class MesureRefusee(Exception):
    """What is wrong, by the name of what was typed (`valeur_<code>`, mesuree_le, commentaire…)."""

    def __init__(self, erreurs: Mapping[str, str]) -> None:
        super().__init__("; ".join(erreurs.values()))
        self.erreurs = dict(erreurs)


@dataclass(frozen=True, slots=True)
class SaisieMesure:
    """What somebody says of one measure."""

    code: str
    valeurs: Mapping[str, Decimal]
    """By code of its parts."""
    mesuree_le: datetime
    contexte: str = ""
    commentaire: str = ""


def _decimales(nombre: Decimal) -> int:
    exposant = nombre.normalize().as_tuple().exponent
    assert isinstance(exposant, int)
    return max(0, -exposant)


def ecrire_nombre(nombre: Decimal) -> str:
    """« 72,5 », « 10 000 » (unbreakable space), never a useless zero."""
    entier, _, reste = format(nombre, "f").partition(".")
    reste = reste.rstrip("0")
    groupe = f"{int(entier):,}".replace(",", INSECABLE)
    if nombre < 0 and not groupe.startswith("-"):
        groupe = f"-{groupe}"
    return f"{groupe},{reste}" if reste else groupe


def _affichee(type_mesure: TypeMesure, valeur: Decimal) -> Decimal:
    return valeur / type_mesure.unites[0].facteur


def _avec_unite(nombre: str, unite: str) -> str:
    return f"{nombre}{unite}" if unite.startswith("/") else f"{nombre}{INSECABLE}{unite}"


def ecrire_valeur(type_mesure: TypeMesure, valeur: Decimal, *, unite: bool = True) -> str:
    """« 1,75 m » for 175 (cm), « 5/10 », « 72,5 kg »; without its unit on demand."""
    nombre = ecrire_nombre(_affichee(type_mesure, valeur))
    return _avec_unite(nombre, type_mesure.unite) if unite else nombre


def ecrire_mesure(
    type_mesure: TypeMesure, valeurs: Mapping[str, Decimal], *, unite: bool = True
) -> str:
    """The same for a whole measure: « 120/80 mmHg »."""
    nombres = (
        ecrire_valeur(types_mesures()[p], valeurs[p], unite=False) for p in type_mesure.parties
    )
    texte = "/".join(nombres)
    return _avec_unite(texte, type_mesure.unite) if unite else texte


def phrase_bornes(type_mesure: TypeMesure) -> str:
    """« entre 0,1 et 2,5 m »."""
    assert type_mesure.minimum is not None
    assert type_mesure.maximum is not None
    basse = ecrire_valeur(type_mesure, type_mesure.minimum, unite=False)
    return f"entre {basse} et {ecrire_valeur(type_mesure, type_mesure.maximum)}"


def est_dans_les_bornes(type_mesure: TypeMesure, valeur: Decimal) -> bool:
    """R-MES-04; the bounds themselves are accepted."""
    assert type_mesure.minimum is not None
    assert type_mesure.maximum is not None
    return type_mesure.minimum <= valeur <= type_mesure.maximum


def verifier_valeur(type_mesure: TypeMesure, valeur: Decimal) -> None:
    """Raises ValeurRefusee (R-MES-04)."""
    if not valeur.is_finite() or not est_dans_les_bornes(type_mesure, valeur):
        raise ValeurRefusee(f"Saisissez une valeur {phrase_bornes(type_mesure)}.")
    if _decimales(valeur) > DECIMALES_MAX:
        raise ValeurRefusee(f"Gardez au plus {DECIMALES_MAX} chiffres après la virgule.")


def _unite_ecrite(type_mesure: TypeMesure, texte: str) -> Unite:
    cle = texte.strip().casefold().replace(" ", "")
    for unite in type_mesure.unites:
        if unite.nom.casefold().replace(" ", "") == cle:
            return unite
    noms = " ou ".join(u.nom for u in type_mesure.unites)
    raise ValeurRefusee(f"Unité incomprise : saisissez seulement le nombre, en {noms}.")


def lire_valeur(type_mesure: TypeMesure, texte: str) -> Decimal:
    """Reads « 72,5 », « 72.5 kg », « 1m75 », « 175 » (a height in cm), « 10 000 »: the value in the
    stored unit. Raises ValeurRefusee (R-MES-04)."""
    plat = " ".join(texte.replace("\u202f", " ").replace(INSECABLE, " ").split())
    if (metres := _METRES.fullmatch(plat)) and type_mesure.unite == "m":
        plat = f"{metres[1]},{metres[2]} m"
    forme = _NOMBRE.fullmatch(plat)
    if forme is None:
        raise ValeurRefusee("Saisissez un nombre, par exemple 72,5.")
    if len((forme["reste"] or "").rstrip("0")) > DECIMALES_MAX:
        raise ValeurRefusee(f"Gardez au plus {DECIMALES_MAX} chiffres après la virgule.")
    nombre = Decimal(f"{forme['entier'].replace(' ', '')}.{forme['reste'] or '0'}")
    unite = type_mesure.unites[0]
    if forme["unite"]:
        unite = _unite_ecrite(type_mesure, forme["unite"])
    elif not est_dans_les_bornes(type_mesure, nombre * unite.facteur):
        devinees = (u for u in type_mesure.unites if u.est_devinee)
        unite = next(
            (u for u in devinees if est_dans_les_bornes(type_mesure, nombre * u.facteur)), unite
        )
    valeur = nombre * unite.facteur
    verifier_valeur(type_mesure, valeur)
    return valeur


def verifier(saisie: SaisieMesure, *, maintenant: datetime) -> None:
    """Whether the measure may enter the record. Raises MesureRefusee (R-MES-02…05)."""
    type_mesure = types_mesures().get(saisie.code)
    if type_mesure is None or not type_mesure.est_saisissable:
        raise MesureRefusee({"code": "Cette mesure ne se saisit pas."})
    erreurs: dict[str, str] = {}
    if set(saisie.valeurs) != set(type_mesure.parties):
        raise MesureRefusee({"code": "Les valeurs ne sont pas celles de cette mesure."})
    for partie, valeur in saisie.valeurs.items():
        try:
            verifier_valeur(types_mesures()[partie], valeur)
        except ValeurRefusee as refus:
            erreurs[f"valeur_{partie}"] = str(refus)
    if (
        saisie.code == TENSION
        and not erreurs
        and saisie.valeurs[SYSTOLIQUE] <= saisie.valeurs[DIASTOLIQUE]
    ):
        erreurs[f"valeur_{SYSTOLIQUE}"] = (
            "La tension systolique (le premier nombre) doit être plus grande que la diastolique."
        )
    if saisie.mesuree_le > maintenant:
        erreurs["mesuree_le"] = "Saisissez une date et une heure passées."
    elif jour_a_paris(saisie.mesuree_le).year < ANNEE_MINIMALE:
        erreurs["mesuree_le"] = f"Saisissez une année à partir de {ANNEE_MINIMALE}."
    if saisie.contexte and saisie.contexte not in {c.code for c in type_mesure.contextes}:
        erreurs["contexte"] = "Choisissez un moment de la liste."
    if len(saisie.commentaire) > LONGUEUR_COMMENTAIRE:
        erreurs["commentaire"] = f"Gardez au plus {LONGUEUR_COMMENTAIRE} caractères."
    if erreurs:
        raise MesureRefusee(erreurs)


# --- The body mass index (R-MES-02) ---------------------------------------------------------------


def imc(poids: Decimal, taille: Decimal) -> Decimal:
    """kg and cm → kg/m², to the tenth. Computed, never stored."""
    metres = taille / 100
    pas = Decimal(1).scaleb(-types_mesures()[IMC].decimales)
    return (poids / (metres * metres)).quantize(pas, ROUND_HALF_UP)


def plus_proche(instants: Sequence[datetime], le: datetime) -> int:
    """Position of the instant closest to `le`; of two as close, the earlier. Of at least one."""
    return min(range(len(instants)), key=lambda rang: (abs(instants[rang] - le), instants[rang]))


# --- The trend ------------------------------------------------------------------------------------


class Sens(StrEnum):
    HAUSSE = "hausse"
    BAISSE = "baisse"
    STABLE = "stable"


@dataclass(frozen=True, slots=True)
class Tendance:
    """From the value before to the last one, in words."""

    sens: Sens
    phrase: str


def tendance(
    type_mesure: TypeMesure, derniere: Mapping[str, Decimal], precedente: Mapping[str, Decimal]
) -> Tendance:
    """« + 0,5 kg », « stable »; of a blood pressure, that of its systolic."""
    partie = type_mesure.parties[0]
    ecart = derniere[partie] - precedente[partie]
    if type_mesure.code == TENSION and not ecart:
        partie = DIASTOLIQUE
        ecart = derniere[partie] - precedente[partie]
    if not ecart:
        return Tendance(Sens.STABLE, "Stable")
    sens, mot = (Sens.HAUSSE, "En hausse") if ecart > 0 else (Sens.BAISSE, "En baisse")
    lequel = {SYSTOLIQUE: " (systolique)", DIASTOLIQUE: " (diastolique)"}.get(partie, "")
    combien = ecrire_valeur(types_mesures()[partie], abs(ecart), unite=False)
    unite = type_mesure.unite
    if unite == "%" or unite.startswith("/"):
        # « 2 % lower » would be said of a share of the value before.
        unite = "points" if abs(ecart) >= 2 else "point"
    return Tendance(sens, f"{mot} de {combien}{INSECABLE}{unite}{lequel}")


# --- Periods --------------------------------------------------------------------------------------


class Periode(StrEnum):
    JOUR = "jour"
    MOIS = "mois"
    ANNEE = "annee"
    TOUT = "tout"


LIBELLES_PERIODES = {
    Periode.JOUR: "Jour",
    Periode.MOIS: "Mois",
    Periode.ANNEE: "Année",
    Periode.TOUT: "Tout",
}


def bornes(periode: Periode, jour: date) -> tuple[date, date] | None:
    """First and last day of the period that holds `jour`; None for everything."""
    if periode is Periode.JOUR:
        return jour, jour
    if periode is Periode.MOIS:
        fin = calendar.monthrange(jour.year, jour.month)[1]
        return jour.replace(day=1), jour.replace(day=fin)
    if periode is Periode.ANNEE:
        return date(jour.year, 1, 1), date(jour.year, 12, 31)
    return None


def voisins(jours: Iterable[date], periode: Periode, jour: date) -> tuple[date | None, date | None]:
    """A day of the nearest periods before and after that hold a measure: no empty page between."""
    limites = bornes(periode, jour)
    if limites is None:
        return None, None
    debut, fin = limites
    tous = list(jours)
    avant = max((j for j in tous if j < debut), default=None)
    apres = min((j for j in tous if j > fin), default=None)
    return avant, apres


# --- The tiles (R-MES-06) -------------------------------------------------------------------------


def ordonner(codes: Iterable[str], ordre: Sequence[str]) -> list[str]:
    """Codes in the chosen order, then those never moved, in the order of the table."""
    rangs = {code: rang for rang, code in enumerate(ordre)}
    table = {code: rang for rang, code in enumerate(types_mesures())}
    return sorted(codes, key=lambda code: (rangs.get(code, len(rangs)), table[code]))


def deplacer(codes: Sequence[str], code: str, *, vers_le_haut: bool) -> list[str]:
    """The same codes, this one exchanged with its neighbour; at an end, nothing moves."""
    liste = list(codes)
    ici = liste.index(code)
    la = ici - 1 if vers_le_haut else ici + 1
    if 0 <= la < len(liste):
        liste[ici], liste[la] = liste[la], liste[ici]
    return liste
