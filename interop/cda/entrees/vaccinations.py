"""Vaccinations: done, refused, planned, or only delivered (R-VAC-03, R-VAC-07)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from interop.cda.elements import attribut, premier, tous
from interop.cda.entrees import codes
from interop.cda.entrees.classement import Genre, SectionLue
from interop.cda.entrees.constats import Constat, lire_constat
from interop.cda.entrees.lecteur import Lecteur, est_nie, liens
from interop.cda.entrees.produits import Produit, dit_aucun, lire_produit
from interop.cda.entrees.source import Source
from interop.cda.entrees.valeurs import CodeCDA, Intervalle, Periode, Quantite
from interop.cda.modele import AuteurCDA
from interop.hl7 import HorodatageHL7

ANNULEES = frozenset({"aborted", "cancelled", "nullified"})


class EtatVaccination(StrEnum):
    """What the sender says became of it. DELIVREE: bought, and no word of the injection."""

    FAITE = "faite"
    NON_FAITE = "non_faite"
    PREVUE = "prevue"
    DELIVREE = "delivree"


class TypeInjection(StrEnum):
    """R-VAC-03's three types."""

    PRIMO = "primo"
    RAPPEL = "rappel"
    AUTRE = "autre"


@dataclass(frozen=True, slots=True, repr=False)
class DelivranceVaccin:
    """The vaccine left a pharmacy: when, from whom, prescribed by whom."""

    date: HorodatageHL7 | None = None
    dispensateurs: tuple[AuteurCDA, ...] = ()
    prescripteurs: tuple[AuteurCDA, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Vaccination:
    """One injection. `rang`: which dose of the series. `quantite`: how much was injected.

    `texte`: the narrative's words, mostly the name of the vaccine. `identifiant` may be shared by
    several entries of a document.
    """

    section: SectionLue
    etat: EtatVaccination
    type: TypeInjection | None = None
    type_code: CodeCDA | None = None
    periode: Periode | None = None
    vaccin: Produit | None = None
    rang: int | None = None
    quantite: Quantite | Intervalle | None = None
    voie: CodeCDA | None = None
    site: CodeCDA | None = None
    executants: tuple[AuteurCDA, ...] = ()
    auteurs: tuple[AuteurCDA, ...] = ()
    delivrance: DelivranceVaccin | None = None
    commentaires: tuple[str, ...] = ()
    prescription: tuple[str, ...] = ()
    reactions: tuple[Constat, ...] = ()
    motifs: tuple[CodeCDA, ...] = ()
    statut: str | None = None
    identifiant: str | None = None
    texte: str | None = None


def lire_vaccinations(source: Source) -> tuple[tuple[Vaccination, ...], tuple[str, ...]]:
    """The vaccinations of every section, in the order of the document."""
    releve = source.ouvrir_releve()
    lues = []
    vus: set[str] = set()
    for entree in source.choisir(Genre.VACCINATION):
        lecteur = Lecteur(source, entree, releve)
        lue = _vaccination(lecteur, entree.element)
        if lue is None:
            continue
        if lue.identifiant is not None and lue.identifiant in vus:
            lecteur.dire("son identifiant est déjà celui d'une autre vaccination.")
        vus.add(lue.identifiant or "")
        lues.append(lue)
    return tuple(lues), releve.phrases()


def _vaccination(lecteur: Lecteur, element: etree._Element) -> Vaccination | None:
    consommable = premier(element, "consumable")
    if consommable is not None and dit_aucun(lecteur, consommable):
        lecteur.dire("le document dit qu'il n'y a pas de vaccination.")
        return None
    vaccin = lire_produit(lecteur, consommable) if consommable is not None else None
    periode = lecteur.periode(premier(element, "effectiveTime"), "date de la vaccination")
    texte = lecteur.texte(premier(element, "text"))
    if vaccin is None and periode is None and texte is None:
        lecteur.dire("elle ne nomme aucun vaccin et n'a pas de date : elle n'est pas retenue.")
        return None
    delivrance = _delivrance(lecteur, element)
    type_code = lecteur.code(premier(element, "code"))
    etat = _etat(element, periode, delivrance)
    rang, reactions = _observations(lecteur, element)
    lue = Vaccination(
        section=lecteur.entree.section,
        etat=etat,
        type=_type(type_code),
        type_code=type_code,
        periode=periode,
        vaccin=vaccin,
        rang=rang,
        quantite=lecteur.dose(premier(element, "doseQuantity"), "dose"),
        voie=lecteur.dit(premier(element, "routeCode")),
        site=lecteur.dit(premier(element, "approachSiteCode")),
        executants=lecteur.executants(element),
        auteurs=lecteur.auteurs(element),
        delivrance=delivrance,
        commentaires=lecteur.commentaires(element, codes.COMMENTAIRE),
        prescription=_prescription(lecteur, element),
        reactions=reactions,
        motifs=lecteur.motifs(element),
        statut=attribut(premier(element, "statusCode"), "code"),
        identifiant=lecteur.identifiant(element),
        texte=texte,
    )
    if etat in (EtatVaccination.FAITE, EtatVaccination.NON_FAITE):
        lecteur.verifier_dit(texte, etat is EtatVaccination.FAITE, "vaccination")
    _dire_ce_qui_manque(lecteur, lue)
    return lue


def _etat(
    element: etree._Element, periode: Periode | None, delivrance: DelivranceVaccin | None
) -> EtatVaccination:
    statut = attribut(premier(element, "statusCode"), "code")
    if est_nie(element) or statut in ANNULEES:
        return EtatVaccination.NON_FAITE
    if attribut(element, "moodCode") != "EVN":
        return EtatVaccination.PREVUE
    if periode is None and delivrance is not None:
        return EtatVaccination.DELIVREE
    return EtatVaccination.FAITE


def _type(code: CodeCDA | None) -> TypeInjection | None:
    if code is None or code.code is None:
        return None
    connus = {"INITIMMUNIZ": TypeInjection.PRIMO, "BOOSTER": TypeInjection.RAPPEL}
    return connus.get(code.code, TypeInjection.AUTRE)


def _delivrance(lecteur: Lecteur, element: etree._Element) -> DelivranceVaccin | None:
    for lien in liens(element):
        fourniture = premier(lien, "supply")
        if fourniture is None or attribut(fourniture, "moodCode") != "EVN":
            continue
        return DelivranceVaccin(
            date=lecteur.horodatage(premier(fourniture, "performer/time"), "date de délivrance"),
            dispensateurs=lecteur.executants(fourniture),
            prescripteurs=lecteur.auteurs(fourniture),
        )
    return None


def _prescription(lecteur: Lecteur, element: etree._Element) -> tuple[str, ...]:
    """The words that point to the prescription, hung on a planned supply."""
    return tuple(
        mot
        for lien in liens(element)
        for fourniture in tous(lien, "supply")
        if attribut(fourniture, "moodCode") != "EVN"
        for mot in lecteur.commentaires(fourniture, codes.INSTRUCTION_DISPENSATEUR)
    )


def _observations(
    lecteur: Lecteur, element: etree._Element
) -> tuple[int | None, tuple[Constat, ...]]:
    """The dose's rank, and the reactions (those of them that say something)."""
    rang: int | None = None
    reactions = []
    for lien in liens(element):
        for observation in tous(lien, "observation"):
            code = attribut(premier(observation, "code"), "code")
            if code == codes.RANG_DE_VACCINATION:
                lu = lecteur.quantite(premier(observation, "value"), "rang")
                rang = lu.entier if lu else None
                if lu and rang is None:
                    lecteur.dire("le rang de la vaccination n'est pas un petit nombre entier.")
            elif attribut(lien, "typeCode") != "RSON":
                constat = lire_constat(lecteur, observation)
                if constat.texte or isinstance(constat.valeur, CodeCDA):
                    reactions.append(constat)
    return rang, tuple(reactions)


def _dire_ce_qui_manque(lecteur: Lecteur, lue: Vaccination) -> None:
    """One sentence by vaccination: forms with twenty of them leave out the same things."""
    manque = []
    if lue.vaccin is None:
        manque.append("le nom du vaccin")
    elif lue.vaccin.code is None or not list(lue.vaccin.code.tous()):
        manque.append("le code du vaccin")
    if lue.type is None:
        manque.append("le type d'injection")
    if lue.periode is None and lue.etat is not EtatVaccination.DELIVREE:
        manque.append("la date")
    if lue.etat is EtatVaccination.FAITE:
        if lue.vaccin is not None and lue.vaccin.lot is None:
            manque.append("le numéro de lot")
        if not lue.executants:
            manque.append("le vaccinateur")
    if manque:
        lecteur.dire(f"il manque {', '.join(manque)}.")
    if lue.etat is EtatVaccination.DELIVREE:
        lecteur.dire("le vaccin a été délivré ; rien ne dit s'il a été injecté.")
