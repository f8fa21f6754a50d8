"""The product of an administration, a prescription or a delivery."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from interop.cda.elements import premier, texte
from interop.cda.entrees import codes
from interop.cda.entrees.lecteur import Lecteur, est_aucun
from interop.cda.entrees.valeurs import CodeCDA, Rapport

PHARM = "{urn:ihe:pharm:medication}"


@dataclass(frozen=True, slots=True, repr=False)
class Substance:
    """An active substance and its amount."""

    code: CodeCDA | None
    nom: str | None = None
    dosage: Rapport | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Produit:
    """A medicine or a vaccine. `code` carries its translations: CIS, CIP, ATC, substances…"""

    code: CodeCDA | None = None
    nom: str | None = None
    lot: str | None = None
    forme: CodeCDA | None = None
    classe: CodeCDA | None = None
    substances: tuple[Substance, ...] = ()

    @property
    def libelle(self) -> str | None:
        """What to show: its name, else the label of its code, else the narrative."""
        return self.nom or (self.code.nom if self.code else None)


def lire_produit(lecteur: Lecteur, porteur: etree._Element) -> Produit | None:
    """The `manufacturedProduct` below `porteur` (consumable or product); None when it names none.

    « Aucun » (a code that says there is nothing) is no product.
    """
    matiere = premier(porteur, "manufacturedProduct/manufacturedMaterial")
    if matiere is None:
        matiere = premier(porteur, "manufacturedProduct/manufacturedLabeledDrug")
    if matiere is None:
        return None
    code = lecteur.dit(premier(matiere, "code"))
    if est_aucun(code, codes.AUCUN):
        return None
    produit = Produit(
        code=code,
        nom=texte(premier(matiere, "name")),
        lot=texte(premier(matiere, "lotNumberText")),
        forme=lecteur.dit(_pharm(matiere, "formCode")),
        classe=lecteur.dit(_pharm(matiere, "asSpecializedKind/generalizedMedicineClass/code")),
        substances=_substances(lecteur, matiere),
    )
    return produit if produit.libelle or produit.code else None


def dit_aucun(lecteur: Lecteur, porteur: etree._Element) -> bool:
    """Whether the product is the code for « nothing »."""
    chemin = "manufacturedProduct/manufacturedMaterial/code"
    return est_aucun(lecteur.dit(premier(porteur, chemin)), codes.AUCUN)


def _pharm(element: etree._Element, chemin: str) -> etree._Element | None:
    """The IHE Pharmacy extension at `chemin`, or the same name in CDA's own namespace."""
    trouve = element.find("/".join(PHARM + nom for nom in chemin.split("/")))
    return trouve if trouve is not None else premier(element, chemin)


def _substances(lecteur: Lecteur, matiere: etree._Element) -> tuple[Substance, ...]:
    lues = []
    for ingredient in matiere.iterfind(f"{PHARM}ingredient"):
        quantite = ingredient.find(f"{PHARM}quantity")
        corps = ingredient.find(f"{PHARM}ingredient")
        dosage = None
        if quantite is not None:
            dosage = _rapport(lecteur, quantite)
        code = lecteur.dit(corps.find(f"{PHARM}code")) if corps is not None else None
        nom = texte(corps.find(f"{PHARM}name")) if corps is not None else None
        if code or nom:
            lues.append(Substance(code, nom, dosage))
    return tuple(lues)


def _rapport(lecteur: Lecteur, quantite: etree._Element) -> Rapport | None:
    quoi = "le dosage d'une substance"
    lu = Rapport(
        lecteur.quantite(quantite.find(f"{PHARM}numerator"), quoi),
        lecteur.quantite(quantite.find(f"{PHARM}denominator"), quoi),
    )
    return lu if lu.numerateur or lu.denominateur else None
