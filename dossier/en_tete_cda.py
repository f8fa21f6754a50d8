"""What the header of a CDA document says, in the words of its page. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from interop.cda import ActeCDA, AuteurCDA, DocumentCDA
from interop.hl7 import HorodatageHL7
from mes.socle.dates import MOIS, PARIS, formater_instant, formater_jour


@dataclass(frozen=True, slots=True)
class Renseignement:
    """A line of the header: what it is, and one or several values."""

    terme: str
    valeurs: Sequence[str]


def en_tete(document: DocumentCDA) -> list[Renseignement]:
    """The lines that the document fills: date, authors, signature, acts, custodian, version."""
    depositaire = document.depositaire.nom if document.depositaire else None
    lignes = [
        Renseignement("Établi le", _connus([quand(document.date_effet)])),
        Renseignement("Rédigé par", _connus(_intervenant(auteur) for auteur in document.auteurs)),
        Renseignement("Validé par", _connus([_validation(document)])),
        Renseignement("Acte", _connus(_acte(acte) for acte in document.actes)),
        Renseignement("Conservé par", _connus([depositaire or ""])),
        Renseignement("Version", _connus([str(document.version) if document.version else ""])),
    ]
    return [ligne for ligne in lignes if ligne.valeurs]


def quand(horodatage: HorodatageHL7 | None) -> str:
    """« 3 mars 2021 à 14 h 05 », « 3 mars 2021 », « mars 2021 » or « 2021 », as far as it is known."""
    if horodatage is None:
        return ""
    instant, jour = horodatage.instant(PARIS), horodatage.jour_civil
    if instant is not None:
        return formater_instant(instant)
    if jour is not None:
        return formater_jour(jour)
    if horodatage.mois is not None:
        return f"{MOIS[horodatage.mois - 1]} {horodatage.annee}"
    return str(horodatage.annee)


def _connus(valeurs: Iterable[str]) -> tuple[str, ...]:
    """The values that say something, once each, in order."""
    return tuple(dict.fromkeys(filter(None, valeurs)))


def _intervenant(auteur: AuteurCDA) -> str:
    nom = " ".join(filter(None, (auteur.prenom, auteur.nom)))
    structure = auteur.structure.nom if auteur.structure else None
    if auteur.est_dispositif and nom:
        nom = f"logiciel {nom}"
    return ", ".join(filter(None, (nom, auteur.specialite_libelle, structure)))


def _validation(document: DocumentCDA) -> str:
    """Who answers for the document, unless that is its only author, already named."""
    if document.responsable is None:
        return ""
    nom = _intervenant(document.responsable)
    return "" if [nom] == [_intervenant(auteur) for auteur in document.auteurs] else nom


def _acte(acte: ActeCDA) -> str:
    """« Consultation, le 3 mars 2021 », « Hospitalisation, du … au … »."""
    debut, fin = quand(acte.debut), quand(acte.fin)
    if debut and fin and debut != fin:
        periode = f"du {debut} au {fin}"
    elif acte.debut and acte.debut.jour is not None:
        periode = f"le {debut}"
    else:
        periode = debut or fin
    return ", ".join(filter(None, (acte.libelle, periode)))
