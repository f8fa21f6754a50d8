"""The first emergency screen: what a physician must see at once, and nothing of what is hidden.

Every document comes through `dossier.selection`: matrix, masks, switches. What may not be seen
leaves no trace here, not even a count: the page is the same whether it is hidden or absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from dossier import selection
from dossier.models import Document, EtatAnalyse
from dossier.presentation import PageDocument
from dossier.regard import laissez_passer
from habilitations.acces import Acces

PROFIL_MEDICAL = ("DOCPAT08",)
SYNTHESES = ("60591-5", "SYNTH")
VOLONTES = ("EXPPAT_1",)
DIRECTIVES = ("EXPPAT_3",)
_DERNIERS = 5
_PAR_SECTION = 3


@dataclass(frozen=True, slots=True)
class Synthese:
    """A document shown in the page itself, with the addresses of its file."""

    page: PageDocument
    url: str
    url_contenu: str
    url_telecharger: str
    regard: str
    """Pass of the frame: the page and its frame are one look (`dossier.regard`)."""

    @property
    def document(self) -> Document:
        return self.page.document


@dataclass(frozen=True, slots=True)
class PremierEcran:
    """`syntheses`: the medical profile, then the medical synthesis, the latest of each.

    `derniers`: the latest of what is not already above.
    """

    syntheses: Sequence[Synthese]
    volontes: Sequence[selection.Apercu]
    directives: Sequence[selection.Apercu]
    derniers: Sequence[selection.Apercu]


def composer(acces: Acces) -> PremierEcran:
    """Reads the opened record: five queries whatever it holds."""
    syntheses = [
        document
        for types in (PROFIL_MEDICAL, SYNTHESES)
        for document in _prets(_courants(acces, types))[:1]
    ]
    volontes = list(_courants(acces, VOLONTES)[:_PAR_SECTION])
    directives = list(_courants(acces, DIRECTIVES)[:_PAR_SECTION])
    deja = [document.pk for document in (*syntheses, *volontes, *directives)]
    derniers = _courants(acces).exclude(pk__in=deja)[:_DERNIERS]
    return PremierEcran(
        syntheses=[_synthese(acces, document) for document in syntheses],
        volontes=_apercus(acces, volontes),
        directives=_apercus(acces, directives),
        derniers=_apercus(acces, derniers),
    )


def _courants(acces: Acces, types: Sequence[str] = ()) -> QuerySet[Document]:
    """The current documents of these types (all of them when none is given), latest first."""
    documents = selection.courants(acces)
    if types:
        documents = documents.filter(type_code__in=types)
    return documents.order_by("-date_document", "-pk")


def _prets(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Only what was found sound can be shown in the page."""
    return documents.filter(analyse=EtatAnalyse.SAIN)


def _apercus(acces: Acces, documents: Iterable[Document]) -> Sequence[selection.Apercu]:
    return [selection.apercu(acces, document) for document in documents]


def _synthese(acces: Acces, document: Document) -> Synthese:
    apercu = selection.apercu(acces, document)
    return Synthese(
        page=PageDocument(acces, apercu, document.fiche(acces.coffre)),
        url=apercu.url,
        url_contenu=reverse("webps:document_contenu", args=[document.pk]),
        url_telecharger=reverse("webps:document_telecharger", args=[document.pk]),
        regard=laissez_passer(document.pk, acces.acteur.compte_id, timezone.now()),
    )
