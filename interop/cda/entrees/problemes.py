"""Problems, past history, allergies, family history: what a synthesis lists (R-DOC-28)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from interop.cda.elements import V3, attribut, premier, tous
from interop.cda.entrees import codes
from interop.cda.entrees.classement import Genre, SectionLue
from interop.cda.entrees.constats import Constat, lire_constat
from interop.cda.entrees.lecteur import Lecteur, est_nie, liens
from interop.cda.entrees.source import Entree, Source
from interop.cda.entrees.valeurs import CodeCDA, Periode

# Observations that describe the one they hang on, rather than being details of it.
_DESCRIPTIONS = frozenset({codes.SEVERITE, codes.STATUT, codes.STATUT_CLINIQUE})


@dataclass(frozen=True, slots=True, repr=False)
class Probleme:
    """A problem or a past one. `nature`: diagnosis, symptom… `etat`: active or completed concern.

    `nie`: the sender says that the patient does *not* have it. `sujet`: a relative, None for the
    patient. `texte`: the narrative's words, a mere « Oui » or « Non » in some forms.
    """

    section: SectionLue
    code: CodeCDA | None = None
    nature: CodeCDA | None = None
    periode: Periode | None = None
    etat: str | None = None
    severite: CodeCDA | None = None
    statut: CodeCDA | None = None
    statut_clinique: CodeCDA | None = None
    nie: bool = False
    sujet: CodeCDA | None = None
    texte: str | None = None
    commentaires: tuple[str, ...] = ()
    constats: tuple[Constat, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Allergie:
    """An allergy or an intolerance.

    `type`: its kind; `description`: the clinical picture, or the agent itself with some senders;
    `agents`: what causes it; `reactions`: what it caused, `nie` inside when negated.
    """

    section: SectionLue
    type: CodeCDA | None = None
    description: CodeCDA | None = None
    agents: tuple[CodeCDA, ...] = ()
    reactions: tuple[Constat, ...] = ()
    periode: Periode | None = None
    etat: str | None = None
    severite: CodeCDA | None = None
    statut: CodeCDA | None = None
    nie: bool = False
    texte: str | None = None
    commentaires: tuple[str, ...] = ()


def lire_problemes(source: Source) -> tuple[tuple[Probleme, ...], tuple[str, ...]]:
    """Problems and past history of every section, the family's apart."""
    releve = source.ouvrir_releve()
    lus: list[Probleme] = []
    for entree in source.choisir(Genre.PROBLEME):
        lecteur = Lecteur(source, entree, releve)
        lus += [_probleme(lecteur, o) for o in _observations(entree.element)]
    return tuple(lus), releve.phrases()


def lire_famille(source: Source) -> tuple[tuple[Probleme, ...], tuple[str, ...]]:
    """The illnesses of relatives, each with its `sujet`."""
    releve = source.ouvrir_releve()
    lus: list[Probleme] = []
    for entree in source.choisir(Genre.FAMILLE):
        lus += _parent(Lecteur(source, entree, releve), entree)
    return tuple(lus), releve.phrases()


def lire_allergies(source: Source) -> tuple[tuple[Allergie, ...], tuple[str, ...]]:
    """The allergies of every section."""
    releve = source.ouvrir_releve()
    lues: list[Allergie] = []
    for entree in source.choisir(Genre.ALLERGIE):
        lecteur = Lecteur(source, entree, releve)
        lues += [_allergie(lecteur, o) for o in _observations(entree.element)]
    return tuple(lues), releve.phrases()


def _observations(preoccupation: etree._Element) -> Iterator[etree._Element]:
    """The problems that a concern holds, those it only refers to left; itself when it is one."""
    if preoccupation.tag == f"{V3}observation":
        yield preoccupation
        return
    for lien in liens(preoccupation):
        if attribut(lien, "typeCode") != "REFR":
            yield from tous(lien, "observation")


def _etat(lecteur: Lecteur) -> str | None:
    return attribut(premier(lecteur.entree.element, "statusCode"), "code")


def _probleme(
    lecteur: Lecteur, element: etree._Element, *, sujet: CodeCDA | None = None
) -> Probleme:
    nature = lecteur.dit(premier(element, "code"))
    code = lecteur.dit(premier(element, "value"))
    texte = lecteur.texte(premier(element, "text"))
    nie = est_nie(element)
    if code is None:
        lecteur.dire("un problème n'est pas nommé par un code.")
    elif code.code is None:
        lecteur.dire(f"« {code.nom} » n'a pas de code.")
    dit = lecteur.oui_ou_non(premier(element, "text"), texte)
    lecteur.verifier_dit(dit, not nie, f"« {code.nom if code else 'problème'} »")
    propre = lecteur.periode(premier(element, "effectiveTime"), "date d'un problème")
    autour = premier(lecteur.entree.element, "effectiveTime")
    periode = propre or lecteur.periode(autour, "date d'un problème")
    if periode is None:
        lecteur.dire(f"« {code.nom if code else 'problème'} » : la date n'est pas dite.")
    return Probleme(
        section=lecteur.entree.section,
        code=code,
        nature=nature,
        periode=periode,
        etat=_etat(lecteur),
        severite=_description(lecteur, element, codes.SEVERITE),
        statut=_description(lecteur, element, codes.STATUT),
        statut_clinique=_description(lecteur, element, codes.STATUT_CLINIQUE),
        nie=nie,
        sujet=sujet or lecteur.sujet(element),
        texte=texte,
        commentaires=lecteur.commentaires(element, codes.COMMENTAIRE),
        constats=_constats(lecteur, element),
    )


def _allergie(lecteur: Lecteur, element: etree._Element) -> Allergie:
    agents = tuple(
        lu
        for participant in tous(element, "participant")
        if attribut(participant, "typeCode") in ("CSM", None)
        if (lu := lecteur.dit(premier(participant, "participantRole/playingEntity/code")))
    )
    lue = Allergie(
        section=lecteur.entree.section,
        type=lecteur.dit(premier(element, "code")),
        description=lecteur.dit(premier(element, "value")),
        agents=agents,
        reactions=tuple(
            lire_constat(lecteur, observation)
            for lien in liens(element, "MFST")
            for observation in tous(lien, "observation")
        ),
        periode=lecteur.periode(premier(element, "effectiveTime"), "date d'une allergie"),
        etat=_etat(lecteur),
        severite=_description(lecteur, element, codes.SEVERITE),
        statut=_description(lecteur, element, codes.STATUT),
        nie=est_nie(element),
        texte=lecteur.texte(premier(element, "text")),
        commentaires=lecteur.commentaires(element, codes.COMMENTAIRE),
    )
    quoi = f"« {lue.type.nom if lue.type else 'allergie'} »"
    if not agents:
        lecteur.dire(f"{quoi} : l'agent responsable n'est pas dit à part.")
    if lue.periode is None:
        lecteur.dire(f"{quoi} : la date n'est pas dite.")
    return lue


def _parent(lecteur: Lecteur, entree: Entree) -> list[Probleme]:
    sujet = lecteur.sujet(entree.element)
    if sujet is None:
        lecteur.dire("le lien de parenté n'est pas dit.")
        sujet = CodeCDA(libelle="Une autre personne")
    return [_probleme(lecteur, o, sujet=sujet) for o in _observations(entree.element)]


def _description(lecteur: Lecteur, element: etree._Element, code: str) -> CodeCDA | None:
    for lien in liens(element):
        for observation in tous(lien, "observation"):
            if attribut(premier(observation, "code"), "code") == code:
                return lecteur.dit(premier(observation, "value"))
    return None


def _constats(lecteur: Lecteur, element: etree._Element) -> tuple[Constat, ...]:
    return tuple(
        lire_constat(lecteur, observation)
        for lien in liens(element)
        if attribut(lien, "typeCode") != "RSON"
        for observation in tous(lien, "observation")
        if attribut(premier(observation, "code"), "code") not in _DESCRIPTIONS
    )
