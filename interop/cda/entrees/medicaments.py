"""Medicines prescribed, taken or delivered (eP-MED, VSM, DLU…).

How to take them is kept twice when the sender says it twice: structured (`posologies`) and in words
(`posologie_texte`). No dose is computed from another.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lxml import etree

from interop.cda.elements import V3, attribut, premier, tous
from interop.cda.entrees import codes
from interop.cda.entrees.classement import Genre, SectionLue
from interop.cda.entrees.constats import Constat, lire_constat
from interop.cda.entrees.lecteur import Lecteur, est_nie, liens, type_annonce
from interop.cda.entrees.produits import Produit, dit_aucun, lire_produit
from interop.cda.entrees.source import Source
from interop.cda.entrees.valeurs import CodeCDA, Intervalle, Periode, Quantite, Rapport
from interop.cda.modele import AuteurCDA
from interop.hl7 import HorodatageHL7

POSOLOGIES_MAX = 50

_COLONNES_POSOLOGIE = frozenset({"posologie", "posologies"})


class NatureTraitement(StrEnum):
    """PRESCRIT: to be taken. PRIS: taken, or being taken. DELIVRE: handed over."""

    PRESCRIT = "prescrit"
    PRIS = "pris"
    DELIVRE = "delivre"


@dataclass(frozen=True, slots=True, repr=False)
class Posologie:
    """One stage. `frequence` is the time between two takes, `moment` an event of the day (code).

    `mots`: the narrative's words for the frequency, the dose and the rate, in that order.
    """

    rang: int | None = None
    periode: Periode | None = None
    frequence: Quantite | None = None
    moment: str | None = None
    dose: Quantite | Intervalle | None = None
    debit: Quantite | Intervalle | None = None
    mots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Delivrance:
    """What left the pharmacy, and who had prescribed it."""

    date: HorodatageHL7 | None = None
    quantite: Quantite | None = None
    produit: Produit | None = None
    dispensateurs: tuple[AuteurCDA, ...] = ()
    prescripteurs: tuple[AuteurCDA, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class LigneMedicament:
    """One medicine. `quantite`: to deliver. `renouvellements`: how many times again.

    `substitution`: what the prescriber allows. `constats`: the mentions of the line (long-term
    illness, not reimbursed…). `est_nie`: the sender says that it is *not* taken.
    """

    section: SectionLue
    nature: NatureTraitement
    produit: Produit | None = None
    periode: Periode | None = None
    posologies: tuple[Posologie, ...] = ()
    posologie_texte: str | None = None
    dose_maximale: Rapport | None = None
    voie: CodeCDA | None = None
    site: CodeCDA | None = None
    quantite: Quantite | None = None
    renouvellements: int | None = None
    substitution: CodeCDA | None = None
    delivrances: tuple[Delivrance, ...] = ()
    prescripteurs: tuple[AuteurCDA, ...] = ()
    executants: tuple[AuteurCDA, ...] = ()
    instructions_patient: tuple[str, ...] = ()
    instructions_dispensateur: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    motifs: tuple[CodeCDA, ...] = ()
    constats: tuple[Constat, ...] = ()
    commentaires: tuple[str, ...] = ()
    est_nie: bool = False
    statut: str | None = None
    identifiant: str | None = None
    texte: str | None = None


def lire_medicaments(source: Source) -> tuple[tuple[LigneMedicament, ...], tuple[str, ...]]:
    """The medicines of every section, vaccines left out."""
    releve = source.ouvrir_releve()
    lues = []
    vus: set[str] = set()
    for entree in source.choisir(Genre.MEDICAMENT):
        lecteur = Lecteur(source, entree, releve)
        if entree.element.tag == f"{V3}supply":
            lue = _fourniture(lecteur, entree.element)
        else:
            lue = _administration(lecteur, entree.element)
        if lue is None:
            continue
        if lue.identifiant is not None and lue.identifiant in vus:
            lecteur.dire("son identifiant est déjà celui d'un autre traitement.")
        vus.add(lue.identifiant or "")
        lues.append(lue)
    return tuple(lues), releve.phrases()


def _administration(lecteur: Lecteur, element: etree._Element) -> LigneMedicament | None:
    consommable = premier(element, "consumable")
    if consommable is not None and dit_aucun(lecteur, consommable):
        lecteur.dire("le document dit qu'il n'y a pas de médicament.")
        return None
    produit = lire_produit(lecteur, consommable) if consommable is not None else None
    periode = _periode(lecteur, element)
    texte = lecteur.texte(premier(element, "text"))
    if produit is None and periode is None and texte is None:
        lecteur.dire("elle ne nomme aucun médicament et n'a pas de date : elle n'est pas retenue.")
        return None
    delivrances, quantite = _fournitures(lecteur, element)
    posologies = _posologies(lecteur, element)
    lue = LigneMedicament(
        section=lecteur.entree.section,
        nature=_nature(element, delivrances),
        produit=produit,
        periode=periode,
        posologies=posologies,
        posologie_texte=_posologie_texte(lecteur, element),
        dose_maximale=lecteur.rapport(premier(element, "maxDoseQuantity"), "dose maximale"),
        voie=lecteur.dit(premier(element, "routeCode")),
        site=lecteur.dit(premier(element, "approachSiteCode")),
        quantite=quantite,
        renouvellements=_renouvellements(lecteur, element),
        substitution=_substitution(lecteur, element),
        delivrances=delivrances,
        prescripteurs=lecteur.auteurs(element),
        executants=lecteur.executants(element),
        instructions_patient=lecteur.commentaires(element, codes.INSTRUCTION_PATIENT),
        instructions_dispensateur=lecteur.commentaires(element, codes.INSTRUCTION_DISPENSATEUR),
        conditions=_conditions(lecteur, element),
        motifs=lecteur.motifs(element),
        constats=_constats(lecteur, element),
        commentaires=lecteur.commentaires(element, codes.COMMENTAIRE),
        est_nie=est_nie(element),
        statut=attribut(premier(element, "statusCode"), "code"),
        identifiant=lecteur.identifiant(element),
        texte=texte,
    )
    _dire_ce_qui_manque(lecteur, lue)
    return lue


def _fourniture(lecteur: Lecteur, element: etree._Element) -> LigneMedicament | None:
    """A `supply` that is an entry by itself: a delivery, or an order to deliver."""
    support = premier(element, "product")
    if support is not None and dit_aucun(lecteur, support):
        lecteur.dire("le document dit qu'il n'y a pas de médicament.")
        return None
    delivrance = _delivrance(lecteur, element)
    produit = delivrance.produit
    texte = lecteur.texte(premier(element, "text"))
    if produit is None and texte is None:
        lecteur.dire("elle ne nomme aucun médicament : elle n'est pas retenue.")
        return None
    est_faite = attribut(element, "moodCode") == "EVN"
    lue = LigneMedicament(
        section=lecteur.entree.section,
        nature=NatureTraitement.DELIVRE if est_faite else NatureTraitement.PRESCRIT,
        produit=produit,
        periode=lecteur.periode(premier(element, "effectiveTime"), "dates"),
        quantite=delivrance.quantite,
        renouvellements=_renouvellements(lecteur, element),
        substitution=_substitution(lecteur, element),
        delivrances=(delivrance,) if est_faite else (),
        prescripteurs=delivrance.prescripteurs,
        executants=delivrance.dispensateurs,
        instructions_patient=lecteur.commentaires(element, codes.INSTRUCTION_PATIENT),
        instructions_dispensateur=lecteur.commentaires(element, codes.INSTRUCTION_DISPENSATEUR),
        motifs=lecteur.motifs(element),
        constats=_constats(lecteur, element),
        commentaires=lecteur.commentaires(element, codes.COMMENTAIRE),
        est_nie=est_nie(element),
        statut=attribut(premier(element, "statusCode"), "code"),
        identifiant=lecteur.identifiant(element),
        texte=texte,
    )
    if produit is None:
        lecteur.dire("le médicament n'est pas nommé par un code.")
    if est_faite and delivrance.date is None:
        lecteur.dire("la date de délivrance n'est pas dite.")
    return lue


def _nature(element: etree._Element, delivrances: tuple[Delivrance, ...]) -> NatureTraitement:
    if attribut(element, "moodCode") != "EVN":
        return NatureTraitement.PRESCRIT
    return NatureTraitement.DELIVRE if delivrances else NatureTraitement.PRIS


def _periode(lecteur: Lecteur, element: etree._Element) -> Periode | None:
    """The whole duration: the first `effectiveTime` that is not a rhythm."""
    for quand in tous(element, "effectiveTime"):
        if type_annonce(quand) not in ("PIVL_TS", "EIVL_TS", "SXPR_TS"):
            lue = lecteur.periode(quand, "dates du traitement")
            if lue is not None:
                return lue
    return None


def _posologies(lecteur: Lecteur, element: etree._Element) -> tuple[Posologie, ...]:
    """The line's own dosage, then those of its numbered stages."""
    lues = [_posologie(lecteur, element, None, avec_periode=False)]
    for lien in liens(element):
        etape = premier(lien, "substanceAdministration")
        if etape is None:
            continue
        rang = lecteur.quantite(premier(lien, "sequenceNumber"), "rang d'une posologie")
        lues.append(_posologie(lecteur, etape, rang.entier if rang else None, avec_periode=True))
        if len(lues) > POSOLOGIES_MAX:
            lecteur.dire("elle porte trop de posologies : les dernières sont perdues.")
            break
    return tuple(lue for lue in lues if lue is not None)


def _posologie(
    lecteur: Lecteur, element: etree._Element, rang: int | None, *, avec_periode: bool
) -> Posologie | None:
    periode: Periode | None = None
    frequence: Quantite | None = None
    moment: str | None = None
    mots: list[str] = []
    for quand in tous(element, "effectiveTime"):
        for temps in (quand, *tous(quand, "comp")):
            match type_annonce(temps):
                case "PIVL_TS":
                    pas = premier(temps, "period")
                    frequence = frequence or lecteur.quantite(pas, "fréquence")
                    mots += _mots(lecteur, pas)
                case "EIVL_TS":
                    moment = moment or attribut(premier(temps, "event"), "code")
                case "SXPR_TS":
                    continue
                case _ if avec_periode:
                    periode = periode or lecteur.periode(temps, "dates d'une posologie")
    dose, debit = premier(element, "doseQuantity"), premier(element, "rateQuantity")
    mots += _mots_des_bornes(lecteur, dose, "dose")
    mots += _mots_des_bornes(lecteur, debit, "débit")
    lue = Posologie(
        rang=rang,
        periode=periode,
        frequence=frequence,
        moment=moment,
        dose=lecteur.dose(dose, "dose"),
        debit=lecteur.dose(debit, "débit"),
        mots=tuple(dict.fromkeys(mots)),
    )
    return lue if lue != Posologie(rang=rang) else None


def _mots_des_bornes(lecteur: Lecteur, element: etree._Element | None, quoi: str) -> list[str]:
    """The words for a dose and for its bounds, each compared with the number it stands for."""
    mots: list[str] = []
    for borne in (element, *tous(element, "low"), *tous(element, "high")):
        dits = _mots(lecteur, borne)
        quantite = lecteur.quantite(borne, quoi)
        for dit in dits:
            if quantite is not None:
                lecteur.verifier_nombre(dit, quantite, quoi)
        mots += dits
    return mots


def _mots(lecteur: Lecteur, element: etree._Element | None) -> list[str]:
    """The narrative's words for a quantity."""
    return [
        lu
        for original in tous(element, "translation/originalText")
        if (lu := lecteur.texte(original))
    ]


def _posologie_texte(lecteur: Lecteur, element: etree._Element) -> str | None:
    """The « Posologie » column of the table that the entry points to, when there is one."""
    for entete, cellule in lecteur.ligne(premier(element, "text")):
        if entete.casefold() in _COLONNES_POSOLOGIE and cellule:
            return cellule
    return None


def _renouvellements(lecteur: Lecteur, element: etree._Element) -> int | None:
    lu = lecteur.quantite(premier(element, "repeatNumber"), "nombre de renouvellements")
    if lu and lu.entier is None:
        lecteur.dire("le nombre de renouvellements n'est pas un petit nombre entier.")
    return lu.entier if lu else None


def _substitution(lecteur: Lecteur, element: etree._Element) -> CodeCDA | None:
    """The act of IHE Pharmacy that tells the substitution allowed: a definition (`DEF`)."""
    for lien in liens(element, "COMP"):
        acte = premier(lien, "act")
        if acte is not None and attribut(acte, "moodCode") == "DEF":
            return lecteur.dit(premier(acte, "code"))
    return None


def _fournitures(
    lecteur: Lecteur, element: etree._Element
) -> tuple[tuple[Delivrance, ...], Quantite | None]:
    """What was delivered, and how much is to be."""
    delivrances = []
    quantite: Quantite | None = None
    for lien in liens(element):
        for fourniture in tous(lien, "supply"):
            if attribut(fourniture, "moodCode") == "EVN":
                delivrances.append(_delivrance(lecteur, fourniture))
            elif quantite is None:
                quantite = lecteur.quantite(premier(fourniture, "quantity"), "quantité")
    return tuple(delivrances), quantite


def _delivrance(lecteur: Lecteur, element: etree._Element) -> Delivrance:
    date = lecteur.horodatage(premier(element, "performer/time"), "date de délivrance")
    if date is None:
        date = lecteur.horodatage(premier(element, "effectiveTime"), "date de délivrance")
    support = premier(element, "product")
    return Delivrance(
        date=date,
        quantite=lecteur.quantite(premier(element, "quantity"), "quantité délivrée"),
        produit=lire_produit(lecteur, support) if support is not None else None,
        dispensateurs=lecteur.executants(element),
        prescripteurs=lecteur.auteurs(element),
    )


def _conditions(lecteur: Lecteur, element: etree._Element) -> tuple[str, ...]:
    return tuple(
        lu
        for critere in tous(element, "precondition/criterion")
        if (lu := lecteur.texte(premier(critere, "text")))
    )


def _constats(lecteur: Lecteur, element: etree._Element) -> tuple[Constat, ...]:
    return tuple(
        lire_constat(lecteur, observation)
        for lien in liens(element)
        if attribut(lien, "typeCode") != "RSON"
        for observation in tous(lien, "observation")
    )


def _dire_ce_qui_manque(lecteur: Lecteur, lue: LigneMedicament) -> None:
    if lue.produit is None:
        lecteur.dire("le médicament n'est pas nommé.")
    elif lue.produit.code is None or not list(lue.produit.code.tous()):
        lecteur.dire("le médicament n'a pas de code.")
    if lue.nature is NatureTraitement.DELIVRE:
        if any(delivrance.date is None for delivrance in lue.delivrances):
            lecteur.dire("la date de délivrance n'est pas dite.")
        return
    if lue.periode is None:
        lecteur.dire("les dates du traitement ne sont pas dites.")
    if not lue.posologies and lue.posologie_texte:
        lecteur.dire("la posologie n'est dite que par le texte.")
    elif not lue.posologies:
        lecteur.dire("la posologie n'est pas dite dans la donnée structurée.")
