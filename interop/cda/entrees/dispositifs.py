"""Medical devices prescribed or delivered."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from interop.cda.elements import attribut, premier, tous
from interop.cda.entrees import codes
from interop.cda.entrees.classement import Genre, SectionLue
from interop.cda.entrees.constats import Constat, lire_constat
from interop.cda.entrees.lecteur import Lecteur, est_aucun, liens
from interop.cda.entrees.source import Source
from interop.cda.entrees.valeurs import CodeCDA, Periode, Quantite
from interop.cda.modele import AuteurCDA
from interop.hl7 import HorodatageHL7


@dataclass(frozen=True, slots=True, repr=False)
class Dispositif:
    """One device. `est_delivre`: handed over; else prescribed. `identifiant_unique`: its UDI."""

    section: SectionLue
    est_delivre: bool
    code: CodeCDA | None = None
    periode: Periode | None = None
    date_delivrance: HorodatageHL7 | None = None
    quantite: Quantite | None = None
    renouvellements: int | None = None
    duree: Quantite | None = None
    executants: tuple[AuteurCDA, ...] = ()
    prescripteurs: tuple[AuteurCDA, ...] = ()
    constats: tuple[Constat, ...] = ()
    identifiant_unique: str | None = None
    texte: str | None = None


def lire_dispositifs(source: Source) -> tuple[tuple[Dispositif, ...], tuple[str, ...]]:
    """The devices of every section."""
    releve = source.ouvrir_releve()
    lus = []
    for entree in source.choisir(Genre.DISPOSITIF):
        lu = _dispositif(Lecteur(source, entree, releve), entree.element)
        if lu is not None:
            lus.append(lu)
    return tuple(lus), releve.phrases()


def _dispositif(lecteur: Lecteur, element: etree._Element) -> Dispositif | None:
    role = premier(element, "participant/participantRole")
    code = lecteur.dit(premier(role, "playingDevice/code"))
    if est_aucun(code, codes.AUCUN):
        lecteur.dire("le document dit qu'il n'y a pas de dispositif médical.")
        return None
    texte = lecteur.texte(premier(element, "text"))
    if code is None and texte is None:
        lecteur.dire("elle ne nomme aucun dispositif : elle n'est pas retenue.")
        return None
    repetition = lecteur.quantite(premier(element, "repeatNumber"), "nombre de renouvellements")
    est_delivre = attribut(element, "moodCode") == "EVN"
    lu = Dispositif(
        section=lecteur.entree.section,
        est_delivre=est_delivre,
        code=code,
        periode=lecteur.periode(premier(element, "effectiveTime"), "dates"),
        date_delivrance=lecteur.horodatage(premier(element, "performer/time"), "délivrance"),
        quantite=lecteur.quantite(premier(element, "quantity"), "quantité"),
        renouvellements=repetition.entier if repetition else None,
        duree=lecteur.quantite(premier(element, "expectedUseTime/width"), "durée d'utilisation"),
        executants=lecteur.executants(element),
        prescripteurs=lecteur.auteurs(element),
        constats=tuple(
            lire_constat(lecteur, observation)
            for lien in liens(element)
            for observation in tous(lien, "observation")
        ),
        identifiant_unique=attribut(premier(role, "id"), "extension"),
        texte=texte,
    )
    if code is None:
        lecteur.dire("le dispositif n'a pas de code.")
    if est_delivre and lu.date_delivrance is None and lu.periode is None:
        lecteur.dire("la date de délivrance n'est pas dite.")
    return lu
