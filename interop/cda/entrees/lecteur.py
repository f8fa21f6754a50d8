"""Reads the HL7 values of one entry, warning with the place where it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from interop.cda.elements import V3, attribut, identifiant, premier, texte, tous
from interop.cda.en_tete import lire_intervenant
from interop.cda.entrees.source import TEXTE_MAX, VIDES, Entree, Releve, Source
from interop.cda.entrees.valeurs import (
    Absence,
    CodeCDA,
    Intervalle,
    Periode,
    Quantite,
    Rapport,
    Texte,
    Valeur,
    lire_nombre,
)
from interop.cda.modele import AuteurCDA
from interop.hl7 import HorodatageHL7, HorodatageInvalide, lire_ts

TRADUCTIONS_MAX = 30
CITATION_MAX = 60

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_QUANTITES = frozenset({"PQ", "REAL", "INT", "MO", "PQR"})
_CODES = frozenset({"CD", "CE", "CV", "CS", "CO"})
_TEXTES = frozenset({"ST", "ED", "SC", "ON", "PN", "EN"})
_OUI_NON = {"oui": True, "non": False}
_NOMBRE_FRANCAIS = re.compile(r"[0-9]{1,20}(?:[.,][0-9]{1,20})?")
_COMPARAISON = re.compile(r"(<=|>=|≤|≥|<|>)\s*([0-9]{1,20}(?:\.[0-9]{1,20})?)(?:\s+(\S{1,40}))?")


class Lecteur:
    """Reads inside one entry; `quoi`, in French, opens each warning after the section's name."""

    def __init__(self, source: Source, entree: Entree, releve: Releve) -> None:
        self.source = source
        self.entree = entree
        self.releve = releve

    def dire(self, message: str) -> None:
        """A warning: « section », which entry of it, then `message`."""
        rang = f"{self.entree.rang}{'re' if self.entree.rang == 1 else 'e'} donnée"
        self.releve.dire(f"« {citation(self.entree.section.nom)} », {rang} : {message}")

    # Words

    def texte(self, element: etree._Element | None, *, prevenir: bool = True) -> str | None:
        """The words of a `text` or `originalText`: its own, and the passage it refers to."""
        if element is None:
            return None
        propre = texte(element)
        reference = attribut(premier(element, "reference"), "value")
        if propre or reference in (None, "#"):
            return _borner(propre)
        ancre = self.source.ancre(reference or "")
        if ancre is None:
            if prevenir:
                self.dire(f"le passage « {citation(reference)} » auquel elle renvoie n'existe pas.")
            return None
        if self.source.est_double(ancre):
            self.dire(f"plusieurs passages portent le repère « {citation(ancre)} ».")
        return self.source.passage(ancre)

    def ligne(self, element: etree._Element | None) -> tuple[tuple[str, str], ...]:
        """(heading, cell) of the row of the table around the passage referred to."""
        reference = attribut(premier(element, "reference"), "value")
        ancre = self.source.ancre(reference) if reference else None
        return self.source.ligne(ancre) if ancre else ()

    # Codes

    def code(self, element: etree._Element | None) -> CodeCDA | None:
        """The coded notion; None when there is no element, or nothing at all in it."""
        if element is None:
            return None
        lu = CodeCDA(
            code=attribut(element, "code"),
            systeme=attribut(element, "codeSystem"),
            libelle=attribut(element, "displayName"),
            texte=self.texte(premier(element, "originalText")),
            traductions=self._traductions(element),
            qualificatifs=tuple(
                (attribut(premier(q, "name"), "displayName"), valeur)
                for q in tous(element, "qualifier")
                if (valeur := self.code(premier(q, "value")))
            ),
            absence=attribut(element, "nullFlavor"),
        )
        vide = not (lu.code or lu.libelle or lu.texte or lu.traductions or lu.qualificatifs)
        return None if vide and lu.absence is None else lu

    def _traductions(self, element: etree._Element) -> tuple[CodeCDA, ...]:
        traductions = [lu for t in tous(element, "translation") if (lu := self.code(t))]
        if len(traductions) > TRADUCTIONS_MAX:
            self.dire("elle porte trop de traductions de code : les dernières sont perdues.")
        return tuple(traductions[:TRADUCTIONS_MAX])

    def dit(self, element: etree._Element | None) -> CodeCDA | None:
        """Like `code`, but None too for a mere null flavor."""
        lu = self.code(element)
        return lu if lu is not None and (lu.nom or lu.code) else None

    # Numbers

    def quantite(self, element: etree._Element | None, quoi: str) -> Quantite | None:
        """The number in `@value` with its unit; None when absent (null flavor, bound not said)."""
        nombre = attribut(element, "value")
        if element is None or nombre is None:
            return None
        valeur = lire_nombre(nombre)
        if valeur is None:
            self.dire(f"{quoi} : « {citation(nombre)} » n'est pas un nombre lisible.")
        traductions = tuple(
            Quantite(autre, lire_nombre(autre), attribut(t, "unit") or attribut(t, "code"))
            for t in tous(element, "translation")
            if (autre := _court(attribut(t, "value")))
        )
        return Quantite(
            _court(nombre) or "",
            valeur,
            _court(attribut(element, "unit")),
            traductions[:TRADUCTIONS_MAX],
        )

    def intervalle(self, element: etree._Element, quoi: str) -> Intervalle | Quantite | None:
        """Low and high; the quantity alone when the element is no interval in fact."""
        bas, haut = premier(element, "low"), premier(element, "high")
        lu_bas, lu_haut = self.quantite(bas, quoi), self.quantite(haut, quoi)
        if lu_bas is None and lu_haut is None:
            return self.quantite(element, quoi)
        if lu_bas and lu_haut and lu_bas.unite == lu_haut.unite:
            inverse = (lu_bas.valeur or 0) > (lu_haut.valeur or 0) and lu_haut.valeur is not None
            if inverse:
                self.dire(f"{quoi} : la borne basse dépasse la borne haute.")
        return Intervalle(lu_bas, lu_haut, _inclus(bas), _inclus(haut))

    def dose(self, element: etree._Element | None, quoi: str) -> Intervalle | Quantite | None:
        """A dose or a rate: one quantity, or from…to; low and high alike are one quantity."""
        lu = self.intervalle(element, quoi) if element is not None else None
        if isinstance(lu, Intervalle) and lu.bas and lu.haut and lu.bas == lu.haut:
            return lu.bas
        return lu

    def rapport(self, element: etree._Element | None, quoi: str) -> Rapport | None:
        """Numerator and denominator; None when neither is said."""
        lu = Rapport(
            self.quantite(premier(element, "numerator"), quoi),
            self.quantite(premier(element, "denominator"), quoi),
        )
        return lu if lu.numerateur or lu.denominateur else None

    # Dates

    def horodatage(self, element: etree._Element | None, quoi: str) -> HorodatageHL7 | None:
        """The date in `@value`; None, with a warning when it is there and cannot be read."""
        valeur = attribut(element, "value")
        if valeur is None:
            return None
        try:
            return lire_ts(valeur)
        except HorodatageInvalide as erreur:
            self.dire(f"{quoi} : {erreur}")
            return None

    def periode(self, element: etree._Element | None, quoi: str) -> Periode | None:
        """An `effectiveTime`: an instant, or from…to; None when it says nothing."""
        if element is None:
            return None
        instant = self.horodatage(element, quoi)
        if instant is not None:
            return Periode(debut=instant, ponctuelle=True)
        debut = self.horodatage(premier(element, "low"), quoi)
        fin = self.horodatage(premier(element, "high"), quoi)
        duree = self.quantite(premier(element, "width"), quoi)
        if debut and fin and fin.premier_jour < debut.premier_jour and _comparables(debut, fin):
            self.dire(f"{quoi} : la fin précède le début.")
        return Periode(debut, fin, duree) if debut or fin or duree else None

    # Values

    def valeur(self, element: etree._Element | None, quoi: str) -> Valeur | None:
        """An observation's `value`, whatever its type; None when there is none."""
        if element is None:
            return None
        lu = self._valeur(element, type_annonce(element), quoi)
        absence = attribut(element, "nullFlavor")
        if lu is None and absence:
            return Absence(absence)
        return lu

    def _valeur(self, element: etree._Element, sorte: str | None, quoi: str) -> Valeur | None:
        if sorte in _QUANTITES:
            return self.quantite(element, quoi)
        if sorte in _CODES:
            return self.dit(element)
        if sorte in ("BL", "BN"):
            return {"true": True, "false": False}.get(attribut(element, "value") or "")
        if sorte == "TS":
            return self.horodatage(element, quoi)
        if sorte in _TEXTES:
            return self._texte_libre(element)
        if sorte in ("IVL_TS", "PIVL_TS", "EIVL_TS"):
            return self.periode(element, quoi)
        if sorte and sorte.startswith("IVL"):
            return self.intervalle(element, quoi)
        if sorte and sorte.startswith("RTO"):
            return self.rapport(element, quoi)
        return self._valeur_sans_type(element, sorte, quoi)

    def _valeur_sans_type(
        self, element: etree._Element, sorte: str | None, quoi: str
    ) -> Valeur | None:
        if attribut(element, "nullFlavor") and not len(element):
            return None
        annonce = f"de type « {citation(sorte)} »" if sorte else "sans type"
        self.dire(f"{quoi} : la valeur, {annonce}, est lue comme un texte ou un code.")
        contenu = attribut(element, "value")
        if contenu:
            return Texte(_court(contenu) or "")
        return self.dit(element) or self._texte_libre(element)

    def _texte_libre(self, element: etree._Element) -> Texte | Intervalle | None:
        contenu = self.texte(element)
        if contenu is None:
            return None
        compare = _COMPARAISON.fullmatch(contenu)
        if compare is None:
            return Texte(contenu)
        signe, nombre, unite = compare.groups()
        borne = Quantite(nombre, lire_nombre(nombre), unite)
        inclus = signe in ("<=", ">=", "≤", "≥")
        if signe[0] in "<≤":
            return Intervalle(haut=borne, haut_inclus=inclus, texte=contenu)
        return Intervalle(bas=borne, bas_inclus=inclus, texte=contenu)

    def oui_ou_non(self, element: etree._Element | None, passage: str | None) -> str | None:
        """The passage; when it is a mere label, the one « oui » or « non » of its row if any."""
        if passage is not None and passage.casefold() in _OUI_NON:
            return passage
        dits = {cellule for _, cellule in self.ligne(element) if cellule.casefold() in _OUI_NON}
        return dits.pop() if len(dits) == 1 else passage

    def verifier_dit(self, passage: str | None, valeur: Valeur | None, quoi: str) -> None:
        """Warns when the narrative says yes, no or a number, and the entry another.

        Which of them is right is not told: both are kept.
        """
        if passage is None:
            return
        if isinstance(valeur, bool):
            dit = _OUI_NON.get(passage.casefold())
            if dit is not None and dit is not valeur:
                self._ecart(quoi, passage, "oui" if valeur else "non")
        elif isinstance(valeur, Quantite) and valeur.unite is None:
            self.verifier_nombre(passage, valeur, quoi)

    def verifier_nombre(self, passage: str, quantite: Quantite, quoi: str) -> None:
        """Warns when the passage says one number, and the entry another (same unit in both)."""
        nombres = _NOMBRE_FRANCAIS.findall(passage[: 2 * CITATION_MAX])
        if len(nombres) != 1 or quantite.valeur is None:
            return
        if lire_nombre(nombres[0].replace(",", ".")) != quantite.valeur:
            self._ecart(quoi, passage, quantite.texte)

    def _ecart(self, quoi: str, passage: str, valeur: str) -> None:
        self.dire(
            f"{quoi} : le texte dit « {citation(passage)} », la donnée structurée « {valeur} »."
        )

    # People

    def intervenants(
        self, element: etree._Element, role: str, entite: str
    ) -> tuple[AuteurCDA, ...]:
        """The participants of this role that are named in some way, each once."""
        lus: list[AuteurCDA] = []
        for participation in tous(element, role):
            remarques: list[str] = []
            lu = lire_intervenant(
                participation, premier(participation, entite), "la date", remarques
            )
            for remarque in remarques:
                self.dire(remarque)
            structure = lu.structure is not None and (lu.structure.nom or lu.structure.identifiant)
            nomme = lu.identifiant or lu.nom or lu.prenom or structure
            if (nomme or lu.horodatage) and lu not in lus:
                lus.append(lu)
        return tuple(lus)

    def executants(self, element: etree._Element) -> tuple[AuteurCDA, ...]:
        """Those who did it (`performer`)."""
        return self.intervenants(element, "performer", "assignedEntity")

    def auteurs(self, element: etree._Element) -> tuple[AuteurCDA, ...]:
        """Those who wrote or ordered it (`author`)."""
        return self.intervenants(element, "author", "assignedAuthor")

    def sujet(self, element: etree._Element) -> CodeCDA | None:
        """Who it is about when not the patient: a parent, mostly. None: the patient."""
        propre = premier(element, "subject/relatedSubject")
        autre = propre if propre is not None else self.entree.sujet
        if autre is None:
            return None
        return self.code(premier(autre, "code")) or CodeCDA(libelle="Une autre personne")

    # Bits shared by several readers

    def identifiant(self, element: etree._Element) -> str | None:
        """`racine^extension` of the first id. Senders repeat it: it names nothing by itself."""
        lus = (identifiant(enfant) for enfant in tous(element, "id"))
        return next((str(lu) for lu in lus if lu), None)

    def commentaires(self, element: etree._Element, code: str) -> tuple[str, ...]:
        """The words of the acts of that code hung on the entry (comment, instruction)."""
        return tuple(
            lu
            for lien in liens(element)
            for acte in tous(lien, "act")
            if attribut(premier(acte, "code"), "code") == code
            if (lu := self.texte(premier(acte, "text")))
        )

    def motifs(self, element: etree._Element) -> tuple[CodeCDA, ...]:
        """Why (`RSON`): the codes of the acts and observations given as reasons."""
        return tuple(
            lu
            for lien in liens(element, "RSON")
            for raison in (*tous(lien, "act"), *tous(lien, "observation"))
            if (lu := self.dit(premier(raison, "value")) or self.dit(premier(raison, "code")))
        )


def liens(element: etree._Element, *types: str) -> Iterator[etree._Element]:
    """The `entryRelationship` and `component` children, of these typeCodes when said."""
    for lien in element.iterchildren(f"{V3}entryRelationship", f"{V3}component"):
        if not types or attribut(lien, "typeCode") in types:
            yield lien


def est_nie(element: etree._Element) -> bool:
    """`negationInd`: the sender says that it was not, or is not."""
    return attribut(element, "negationInd") == "true"


def est_aucun(code: CodeCDA | None, aucun: tuple[str, str]) -> bool:
    """Whether this is the code that senders write for « there is nothing »."""
    return code is not None and (code.systeme, code.code) == aucun


def type_annonce(element: etree._Element) -> str | None:
    """The data type announced (`xsi:type`), whatever its prefix."""
    annonce = element.get(_XSI_TYPE) or ""
    return annonce.strip().rpartition(":")[2] or None


def citation(texte_recu: str | None) -> str:
    """A few words of what was received, to be quoted in a sentence."""
    plie = " ".join((texte_recu or "")[: 4 * CITATION_MAX].split())
    return plie if len(plie) <= CITATION_MAX else plie[:CITATION_MAX] + "…"


def _borner(contenu: str | None) -> str | None:
    if contenu is None or contenu in VIDES:
        return None
    return contenu if len(contenu) <= TEXTE_MAX else contenu[:TEXTE_MAX] + "…"


def _court(contenu: str | None) -> str | None:
    return contenu[:CITATION_MAX] if contenu else None


def _inclus(borne: etree._Element | None) -> bool:
    return attribut(borne, "inclusive") != "false"


def _comparables(debut: HorodatageHL7, fin: HorodatageHL7) -> bool:
    """Whether the first days can be compared: an end « 2020 » is not before May 2020."""
    precision = min(debut.precision, fin.precision)
    parties = [(h.annee, h.mois or 0, h.jour or 0)[:precision] for h in (debut, fin)]
    return parties[1] < parties[0]
