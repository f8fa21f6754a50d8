"""What a CDA document says, as plain values. Nothing here knows XML.

What tells of a person has no `repr`: a value printed by accident, in a log or an error report, says
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from interop.hl7 import HorodatageHL7

OID_INS = frozenset(f"1.2.250.1.213.1.4.{branche}" for branche in (8, 9, 10, 11))
"""NIR, NIA, test, demonstration (R-INS-03). Which of them may enter is not the codec's business."""

OID_PROFESSIONNEL = "1.2.250.1.71.4.2.1"
OID_STRUCTURE = "1.2.250.1.71.4.2.2"


class CDAInvalide(Exception):
    """The bytes are not a readable CDA document. `str()` is a sentence in French for the sender."""


@dataclass(frozen=True, slots=True)
class IdentifiantCDA:
    """An HL7 « II »: a root (OID or UUID) and, within it, an extension."""

    racine: str
    extension: str | None = None

    def __str__(self) -> str:
        """`racine^extension`, or the root alone: the form of XDS's uniqueId."""
        return self.racine if self.extension is None else f"{self.racine}^{self.extension}"


@dataclass(frozen=True, slots=True, repr=False)
class PatientCDA:
    """The patient as the sender wrote them (R-INS-01, R-INS-05): nothing is checked or corrected.

    `matricule_ins` and `oid_ins` come together. `prenoms` are those of birth, one per item;
    `nom_usage` and `prenom_utilise` are additional. `lieu_naissance` is the INSEE code.
    """

    matricule_ins: str | None = None
    oid_ins: str | None = None
    autres_identifiants: tuple[IdentifiantCDA, ...] = ()
    nom_naissance: str | None = None
    nom_usage: str | None = None
    prenoms: tuple[str, ...] = ()
    prenom_utilise: str | None = None
    sexe: str | None = None
    date_naissance: HorodatageHL7 | None = None
    lieu_naissance: str | None = None


@dataclass(frozen=True, slots=True)
class StructureCDA:
    """An organisation. `identifiant`: the national one (1+FINESS, 3+SIRET…) if there is one."""

    nom: str | None = None
    identifiant: IdentifiantCDA | None = None


@dataclass(frozen=True, slots=True)
class AuteurCDA:
    """An author or a legal authenticator. For a device, `nom` is that of the software."""

    identifiant: IdentifiantCDA | None = None
    nom: str | None = None
    prenom: str | None = None
    specialite_code: str | None = None
    specialite_libelle: str | None = None
    structure: StructureCDA | None = None
    est_dispositif: bool = False
    horodatage: HorodatageHL7 | None = None


@dataclass(frozen=True, slots=True)
class ActeCDA:
    """An act the document is about (documentationOf/serviceEvent)."""

    code: str | None = None
    code_systeme: str | None = None
    libelle: str | None = None
    debut: HorodatageHL7 | None = None
    fin: HorodatageHL7 | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Noeud:
    """A piece of narrative: an element name of CDA, or "" for any other, whose text is still kept.

    `attributs` holds only names of the narrative's own list. `a_bloc` tells whether a paragraph, a
    list or a table lies somewhere inside, and so whether HTML may put the piece in a paragraph.
    """

    nom: str
    attributs: tuple[tuple[str, str], ...] = ()
    enfants: tuple[Noeud | str, ...] = ()
    a_bloc: bool = False

    def attribut(self, nom: str) -> str:
        """The attribute's value, "" when absent."""
        return next((valeur for cle, valeur in self.attributs if cle == nom), "")


@dataclass(frozen=True, slots=True, repr=False)
class SectionCDA:
    """A section and its sections. `textes` has one item, save for careless senders."""

    titre: str | None = None
    code: str | None = None
    code_systeme: str | None = None
    identifiant: str | None = None
    textes: tuple[Noeud, ...] = ()
    sections: tuple[SectionCDA, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class MediaCDA:
    """A file carried in base64 by a structured document.

    `mime` is announced; `type_reel` is told by the bytes, None when they are none of PDF, PNG,
    JPEG, GIF, TIFF.
    """

    mime: str
    octets: bytes
    type_reel: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class CorpsNonStructure:
    """Level 1: one file, typed as in `MediaCDA`. `charset`: what the sender says of a text."""

    mime: str
    octets: bytes
    type_reel: str | None = None
    charset: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class CorpsStructure:
    """Levels 2 and 3: sections, and the files they carry in the order of the document."""

    sections: tuple[SectionCDA, ...] = ()
    medias: tuple[MediaCDA, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class DocumentCDA:
    """A document as received. What was left out or wrong is None or empty; `avertissements` tell.

    `id_unique`, `set_id` and `remplace` are in the form `racine^extension` (R-DOC-12, R-DOC-18).
    """

    id_unique: str | None = None
    set_id: str | None = None
    version: int | None = None
    type_code: str | None = None
    type_code_systeme: str | None = None
    type_libelle: str | None = None
    titre: str | None = None
    date_effet: HorodatageHL7 | None = None
    confidentialite: str | None = None
    langue: str | None = None
    patient: PatientCDA = PatientCDA()
    auteurs: tuple[AuteurCDA, ...] = ()
    responsable: AuteurCDA | None = None
    depositaire: StructureCDA | None = None
    actes: tuple[ActeCDA, ...] = ()
    remplace: tuple[str, ...] = ()
    corps: CorpsNonStructure | CorpsStructure | None = None
    auto_presentable: bool = False
    avertissements: tuple[str, ...] = ()
