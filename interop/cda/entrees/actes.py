"""Procedures, transfers, encounters: what was done or asked for."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from interop.cda.elements import attribut, premier, texte
from interop.cda.entrees import codes
from interop.cda.entrees.classement import Genre, SectionLue
from interop.cda.entrees.lecteur import Lecteur, est_aucun, est_nie
from interop.cda.entrees.source import Source
from interop.cda.entrees.valeurs import CodeCDA, Periode
from interop.cda.modele import AuteurCDA


@dataclass(frozen=True, slots=True, repr=False)
class Acte:
    """One act. `est_prevu`: asked for or planned, not done. `lieu`: where to (a transfer)."""

    section: SectionLue
    est_prevu: bool
    code: CodeCDA | None = None
    periode: Periode | None = None
    executants: tuple[AuteurCDA, ...] = ()
    auteurs: tuple[AuteurCDA, ...] = ()
    motifs: tuple[CodeCDA, ...] = ()
    lieu: str | None = None
    nie: bool = False
    statut: str | None = None
    texte: str | None = None


def lire_actes_structures(source: Source) -> tuple[tuple[Acte, ...], tuple[str, ...]]:
    """The acts and encounters of every section."""
    releve = source.ouvrir_releve()
    lus = []
    for entree in source.choisir(Genre.ACTE, Genre.RENCONTRE):
        lu = lire_acte(Lecteur(source, entree, releve), entree.element)
        if lu is not None:
            lus.append(lu)
    return tuple(lus), releve.phrases()


def lire_acte(lecteur: Lecteur, element: etree._Element) -> Acte | None:
    """One `procedure`, `act` or `encounter`; None, and a warning, when it says nothing."""
    code = lecteur.dit(premier(element, "code"))
    if est_aucun(code, codes.AUCUN):
        lecteur.dire("le document dit qu'il n'y a rien à rapporter.")
        return None
    mots = lecteur.texte(premier(element, "text"))
    if code is None and mots is None:
        lecteur.dire("un acte n'est pas nommé : il n'est pas retenu.")
        return None
    if code is None or not list(code.tous()):
        lecteur.dire("un acte n'a pas de code.")
    return Acte(
        section=lecteur.entree.section,
        est_prevu=attribut(element, "moodCode") not in ("EVN", "DEF"),
        code=code,
        periode=lecteur.periode(premier(element, "effectiveTime"), "date de l'acte"),
        executants=lecteur.executants(element),
        auteurs=lecteur.auteurs(element),
        motifs=lecteur.motifs(element),
        lieu=texte(premier(element, "participant/participantRole/playingEntity/name")),
        nie=est_nie(element),
        statut=attribut(premier(element, "statusCode"), "code"),
        texte=mots,
    )
