"""The curve of a history as plain SVG paths, pure Python: the table beside it says the same.

Points are placed in a box of 1000 × 1000 that the page stretches; dots are strokes of no length
with round ends, so that stretching does not flatten them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dossier.mesures.referentiel import TypeMesure, types_mesures
from dossier.mesures.regles import ecrire_valeur
from mes.socle.dates import formater_jour

COTE = 1000
MARGE = 40
POINTS_MAX = 400
"""More would not be seen: they are then drawn at equal steps, first and last kept."""


@dataclass(frozen=True, slots=True)
class Serie:
    nom: str
    """Empty when there is only one."""
    ligne: str
    points: str


@dataclass(frozen=True, slots=True)
class Courbe:
    """What the page draws and, in `description`, what it says instead."""

    series: Sequence[Serie]
    haut: str
    milieu: str
    bas: str
    debut: str
    fin: str
    description: str
    objectif: int | None
    """Height of the objective's line, in the box."""


def _eclaircir(points: Sequence[tuple[datetime, Mapping[str, Decimal]]]) -> list[int]:
    if len(points) <= POINTS_MAX:
        return list(range(len(points)))
    dernier = len(points) - 1
    return sorted({round(rang * dernier / (POINTS_MAX - 1)) for rang in range(POINTS_MAX)})


def _cadre(valeurs: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """Lowest and highest of the box, never equal."""
    bas, haut = min(valeurs), max(valeurs)
    if bas == haut:
        ecart = max(abs(bas) / 10, Decimal(1))
        return bas - ecart, haut + ecart
    return bas, haut


def tracer(
    type_mesure: TypeMesure,
    points: Sequence[tuple[datetime, Mapping[str, Decimal]]],
    *,
    objectif: Decimal | None = None,
) -> Courbe | None:
    """The curve of at least two points, earliest first; fewer make no curve."""
    if len(points) < 2:
        return None
    parties = type_mesure.parties
    toutes = [valeurs[partie] for _, valeurs in points for partie in parties]
    bas, haut = _cadre([*toutes, objectif] if objectif is not None else toutes)
    debut, fin = points[0][0], points[-1][0]
    duree = (fin - debut).total_seconds()
    utile = COTE - 2 * MARGE

    def abscisse(le: datetime, rang: int) -> int:
        part = (le - debut).total_seconds() / duree if duree else rang / (len(points) - 1)
        return round(MARGE + part * utile)

    def ordonnee(valeur: Decimal) -> int:
        return round(COTE - MARGE - float((valeur - bas) / (haut - bas)) * utile)

    gardes = _eclaircir(points)
    series = []
    for partie in parties:
        places = [
            (abscisse(points[rang][0], rang), ordonnee(points[rang][1][partie])) for rang in gardes
        ]
        series.append(
            Serie(
                nom=types_mesures()[partie].libelle if len(parties) > 1 else "",
                ligne="M" + "L".join(f"{x} {y}" for x, y in places),
                points="".join(f"M{x} {y}h0" for x, y in places),
            )
        )

    def dire(valeur: Decimal) -> str:
        pas = Decimal(1).scaleb(-max(type_mesure.decimales, 1))
        return ecrire_valeur(types_mesures()[parties[0]], valeur.quantize(pas), unite=False)

    return Courbe(
        series=series,
        haut=dire(haut),
        milieu=dire((haut + bas) / 2),
        bas=dire(bas),
        debut=formater_jour(debut),
        fin=formater_jour(fin),
        description=_decrire(type_mesure, points, objectif),
        objectif=None if objectif is None else ordonnee(objectif),
    )


def _decrire(
    type_mesure: TypeMesure,
    points: Sequence[tuple[datetime, Mapping[str, Decimal]]],
    objectif: Decimal | None,
) -> str:
    phrases = []
    for partie in type_mesure.parties:
        part = types_mesures()[partie]
        valeurs = [valeurs[partie] for _, valeurs in points]
        debut = f"{part.libelle} : de" if type_mesure.composants else "De"
        phrases.append(
            f"{debut} {ecrire_valeur(part, valeurs[0])} à {ecrire_valeur(part, valeurs[-1])}, "
            f"au plus bas {ecrire_valeur(part, min(valeurs))}, "
            f"au plus haut {ecrire_valeur(part, max(valeurs))}."
        )
    jours = f"{formater_jour(points[0][0])} au {formater_jour(points[-1][0])}"
    quand = f"{len(points)} mesures du {jours}. "
    suite = f" Objectif : {ecrire_valeur(type_mesure, objectif)}." if objectif is not None else ""
    return quand + " ".join(phrases) + suite
