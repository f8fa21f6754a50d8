"""Results of a laboratory report (CR-BIO, IHE XD-LAB).

The laboratory's interpretation and reference ranges are carried as received: they are the
laboratory's words about its own technique, never an advice of ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from interop.cda.elements import attribut, premier, texte, tous
from interop.cda.entrees import codes
from interop.cda.entrees.classement import Genre, SectionLue
from interop.cda.entrees.lecteur import Lecteur, est_nie, liens
from interop.cda.entrees.source import Source
from interop.cda.entrees.valeurs import CodeCDA, Periode, Valeur
from interop.cda.modele import AuteurCDA
from interop.hl7 import HorodatageHL7

_STATUTS_SANS_VALEUR = frozenset({"aborted", "cancelled", "nullified"})


@dataclass(frozen=True, slots=True, repr=False)
class Reference:
    """What the laboratory holds to be usual: an interval, a code or words, for whom it says."""

    valeur: Valeur | None = None
    interpretation: CodeCDA | None = None
    texte: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Prelevement:
    """A sample: the act, when, of what, by whom; when the laboratory received it."""

    code: CodeCDA | None = None
    periode: Periode | None = None
    nature: CodeCDA | None = None
    preleveurs: tuple[AuteurCDA, ...] = ()
    recu_le: HorodatageHL7 | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Validation:
    """Who validated the results, and when."""

    nom: str | None = None
    date: HorodatageHL7 | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Anterieur:
    """An earlier value of the same analyte, recalled by the laboratory."""

    code: CodeCDA | None = None
    valeur: Valeur | None = None
    periode: Periode | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ResultatBiologie:
    """One result.

    `batteries`: the groups around it, the outer first (chapter, battery, antibiogram).
    `isolat`: the germ it is about. `interpretations`: HL7 codes as received (N, H, HH, R…).
    `commentaires`: those of its group. `statut`: of the result (completed, active, aborted).
    """

    section: SectionLue
    code: CodeCDA | None = None
    valeur: Valeur | None = None
    interpretations: tuple[CodeCDA, ...] = ()
    references: tuple[Reference, ...] = ()
    methode: CodeCDA | None = None
    periode: Periode | None = None
    statut: str | None = None
    batteries: tuple[CodeCDA, ...] = ()
    isolat: CodeCDA | None = None
    anterieurs: tuple[Anterieur, ...] = ()
    prelevements: tuple[Prelevement, ...] = ()
    validations: tuple[Validation, ...] = ()
    executants: tuple[AuteurCDA, ...] = ()
    commentaires: tuple[str, ...] = ()
    texte: str | None = None
    est_nie: bool = False

    @property
    def intitule(self) -> str:
        """The analyte, in the document's own words first: they are shorter than the code's."""
        if self.code is None:
            return self.texte or ""
        return self.code.texte or self.code.nom or self.code.code or ""


@dataclass(frozen=True, slots=True)
class _Autour:
    """What the groups around a result say of it."""

    batteries: tuple[CodeCDA, ...] = ()
    isolat: CodeCDA | None = None
    commentaires: tuple[str, ...] = ()
    executants: tuple[AuteurCDA, ...] = ()
    periode: Periode | None = None
    prelevements: tuple[Prelevement, ...] = ()
    validations: tuple[Validation, ...] = ()


def lire_biologie(source: Source) -> tuple[tuple[ResultatBiologie, ...], tuple[str, ...]]:
    """The laboratory results, in the order of the document."""
    releve = source.ouvrir_releve()
    lus: list[ResultatBiologie] = []
    for entree in source.choisir(Genre.BIOLOGIE):
        lecteur = Lecteur(source, entree, releve)
        trouves = list(_resultats(lecteur, entree.element, _Autour()))
        if not trouves:
            lecteur.dire("elle ne contient aucun résultat.")
        lus += trouves
    return tuple(lus), releve.phrases()


def _resultats(
    lecteur: Lecteur, groupe: etree._Element, dehors: _Autour
) -> Iterator[ResultatBiologie]:
    """The results below a group: the chapter's act, a battery, an isolate."""
    autour = _autour(lecteur, groupe, dehors)
    for lien in liens(groupe):
        if attribut(lien, "typeCode") == "REFR":
            continue
        for enfant in lien.iterchildren("*"):
            match etree.QName(enfant).localname:
                case "observation":
                    yield _resultat(lecteur, enfant, autour)
                case "organizer":
                    yield from _resultats(lecteur, enfant, autour)


def _autour(lecteur: Lecteur, groupe: etree._Element, dehors: _Autour) -> _Autour:
    code = lecteur.dit(premier(groupe, "code"))
    isolat = lecteur.dit(premier(groupe, "specimen/specimenRole/specimenPlayingEntity/code"))
    return _Autour(
        batteries=(*dehors.batteries, code) if code else dehors.batteries,
        isolat=isolat or dehors.isolat,
        commentaires=dehors.commentaires + lecteur.commentaires(groupe, codes.COMMENTAIRE),
        executants=lecteur.executants(groupe) or dehors.executants,
        periode=lecteur.periode(premier(groupe, "effectiveTime"), "date") or dehors.periode,
        prelevements=_prelevements(lecteur, groupe) or dehors.prelevements,
        validations=_validations(lecteur, groupe) or dehors.validations,
    )


def _resultat(lecteur: Lecteur, element: etree._Element, autour: _Autour) -> ResultatBiologie:
    lu = ResultatBiologie(
        section=lecteur.entree.section,
        code=lecteur.dit(premier(element, "code")),
        texte=lecteur.texte(premier(element, "text")),
    )
    quoi = f"« {lu.intitule} »" if lu.intitule else "un résultat"
    statut = attribut(premier(element, "statusCode"), "code")
    valeur = lecteur.valeur(premier(element, "value"), quoi)
    periode = lecteur.periode(premier(element, "effectiveTime"), f"date de {quoi}")
    if not lu.intitule:
        lecteur.dire("un résultat ne dit pas ce qu'il mesure.")
    if valeur is None and statut not in _STATUTS_SANS_VALEUR:
        lecteur.dire(f"{quoi} : la valeur manque.")
    if periode is None and autour.periode is None:
        lecteur.dire(f"{quoi} : la date n'est pas dite.")
    if lu.code is not None and lu.code.code is None:
        lecteur.dire(f"{quoi} : l'analyse n'a pas de code.")
    return ResultatBiologie(
        section=lu.section,
        code=lu.code,
        valeur=valeur,
        interpretations=tuple(
            code for i in tous(element, "interpretationCode") if (code := lecteur.dit(i))
        ),
        references=tuple(
            _reference(lecteur, norme, quoi)
            for norme in tous(element, "referenceRange/observationRange")
        ),
        methode=lecteur.dit(premier(element, "methodCode")),
        periode=periode or autour.periode,
        statut=statut,
        batteries=autour.batteries,
        isolat=autour.isolat,
        anterieurs=_anterieurs(lecteur, element, quoi),
        prelevements=autour.prelevements,
        validations=autour.validations,
        executants=lecteur.executants(element) or autour.executants,
        commentaires=autour.commentaires + lecteur.commentaires(element, codes.COMMENTAIRE),
        texte=lu.texte,
        est_nie=est_nie(element),
    )


def _reference(lecteur: Lecteur, norme: etree._Element, quoi: str) -> Reference:
    return Reference(
        valeur=lecteur.valeur(premier(norme, "value"), f"référence de {quoi}"),
        interpretation=lecteur.dit(premier(norme, "interpretationCode")),
        texte=lecteur.texte(premier(norme, "text")),
    )


def _anterieurs(lecteur: Lecteur, element: etree._Element, quoi: str) -> tuple[Anterieur, ...]:
    return tuple(
        Anterieur(
            code=lecteur.dit(premier(ancien, "code")),
            valeur=lecteur.valeur(premier(ancien, "value"), f"{quoi}, résultat antérieur"),
            periode=lecteur.periode(
                premier(ancien, "effectiveTime"), f"{quoi}, date d'un résultat antérieur"
            ),
        )
        for lien in liens(element, "REFR")
        for ancien in tous(lien, "observation")
    )


def _prelevements(lecteur: Lecteur, groupe: etree._Element) -> tuple[Prelevement, ...]:
    return tuple(
        Prelevement(
            code=lecteur.dit(premier(acte, "code")),
            periode=lecteur.periode(premier(acte, "effectiveTime"), "date du prélèvement"),
            nature=lecteur.dit(premier(acte, "participant/participantRole/playingEntity/code")),
            preleveurs=lecteur.executants(acte),
            recu_le=lecteur.horodatage(
                premier(acte, "entryRelationship/act/effectiveTime"), "date de réception"
            ),
        )
        for lien in liens(groupe)
        for acte in tous(lien, "procedure")
    )


def _validations(lecteur: Lecteur, groupe: etree._Element) -> tuple[Validation, ...]:
    lues = []
    for participant in tous(groupe, "participant"):
        if attribut(participant, "typeCode") != "AUTHEN":
            continue
        quand = premier(participant, "time/high")
        lue = Validation(
            nom=_nom(premier(participant, "participantRole/playingEntity/name")),
            date=lecteur.horodatage(
                quand if quand is not None else premier(participant, "time"),
                "date de la validation",
            ),
        )
        if lue.nom or lue.date:
            lues.append(lue)
    return tuple(lues)


def _nom(element: etree._Element | None) -> str | None:
    """First names then family name when they are told apart, the whole otherwise."""
    morceaux = [
        lu for balise in ("given", "family") for e in tous(element, balise) if (lu := texte(e))
    ]
    return " ".join(morceaux) or texte(element)
