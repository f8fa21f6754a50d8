"""Observations as (what, value) pairs: examinations, habits, events, directives… (R-PRO-14).

Nothing is deduced: « negated », « false » and « absent » are three things that senders mix, and
each is kept as received next to the words of the narrative.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from interop.cda.elements import attribut, premier, tous
from interop.cda.entrees import codes
from interop.cda.entrees.classement import Genre, SectionLue
from interop.cda.entrees.lecteur import Lecteur, est_nie, liens
from interop.cda.entrees.source import Source
from interop.cda.entrees.valeurs import CodeCDA, Periode, Valeur


@dataclass(frozen=True, slots=True, repr=False)
class Constat:
    """One observation. `sujet`: whom it is about, None for the patient.

    `nie`: the sender negates it (negationInd). `absence`: null flavor of the whole observation.
    `details`: the observations hung on it. A general code (« Autre élément social ») says what it
    is about in `code.qualificatifs`.
    """

    section: SectionLue
    code: CodeCDA | None
    valeur: Valeur | None = None
    periode: Periode | None = None
    nie: bool = False
    statut: str | None = None
    texte: str | None = None
    sujet: CodeCDA | None = None
    site: CodeCDA | None = None
    absence: str | None = None
    commentaires: tuple[str, ...] = ()
    details: tuple[Constat, ...] = ()

    @property
    def intitule(self) -> str:
        """What is observed, in words: the qualifier when the code is a general one."""
        if self.code is None:
            return ""
        precise = next((valeur.nom for _, valeur in self.code.qualificatifs if valeur.nom), None)
        return precise or self.code.nom or self.code.code or ""


def lire_constats(source: Source) -> tuple[tuple[Constat, ...], tuple[str, ...]]:
    """The observations of every section, but vital signs and laboratory results."""
    releve = source.ouvrir_releve()
    lus: list[Constat] = []
    for entree in source.choisir(Genre.CONSTAT):
        lecteur = Lecteur(source, entree, releve)
        if entree.element.tag.endswith("}organizer"):
            observations = [o for c in liens(entree.element) for o in tous(c, "observation")]
        else:
            observations = [entree.element]
        lus += [lire_constat(lecteur, observation) for observation in observations]
    return tuple(lus), releve.phrases()


def lire_constat(lecteur: Lecteur, element: etree._Element) -> Constat:
    """One `observation`, with those hung on it."""
    code = lecteur.code(premier(element, "code"))
    intitule = Constat(lecteur.entree.section, code).intitule
    quoi = f"« {intitule} »" if intitule else "une observation sans intitulé"
    if code is None or not (code.nom or code.code):
        lecteur.dire("une observation ne dit pas ce qu'elle observe.")
    valeur = lecteur.valeur(premier(element, "value"), quoi)
    texte = lecteur.texte(premier(element, "text"))
    nie = est_nie(element)
    dit = lecteur.oui_ou_non(premier(element, "text"), texte)
    precise = valeur.libelle if isinstance(valeur, CodeCDA) else None
    lecteur.verifier_dit(
        dit, _affirme(valeur, nie=nie), f"« {intitule}, {precise} »" if precise else quoi
    )
    return Constat(
        section=lecteur.entree.section,
        code=code,
        valeur=valeur,
        periode=lecteur.periode(premier(element, "effectiveTime"), f"date de {quoi}"),
        nie=nie,
        statut=attribut(premier(element, "statusCode"), "code"),
        texte=texte,
        sujet=lecteur.sujet(element),
        site=lecteur.dit(premier(element, "targetSiteCode")),
        absence=attribut(element, "nullFlavor"),
        commentaires=lecteur.commentaires(element, codes.COMMENTAIRE),
        details=tuple(
            lire_constat(lecteur, observation)
            for lien in liens(element)
            if attribut(lien, "typeCode") != "RSON"
            for observation in tous(lien, "observation")
        ),
    )


def _affirme(valeur: Valeur | None, *, nie: bool) -> Valeur | None:
    """What a « oui » or a « non » of the narrative is compared with: for a code, its negation."""
    return not nie if isinstance(valeur, CodeCDA) else valeur
