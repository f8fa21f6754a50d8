"""What an opened espace shows of its documents: lists, counts, one document. The only queries.

`visibles_par` is the SQL of the table of decisions, by way of `politique.filtre_lecture`; a test
proves that both always agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from dossier.models import COTE_PATIENT, Document, EtatAnalyse, EtatDocument, GenreAuteur
from dossier.types_suivis import VACCINATIONS
from habilitations.acces import Acces
from habilitations.politique import Acteur, Action, Decision, Masque
from mes.socle.identifiants import sans_accent
from mes.socle.nomenclatures import categories, types_documents

GENRES_AUTEUR = {
    Acteur.PROFESSIONNEL: GenreAuteur.PROFESSIONNEL,
    Acteur.PERSONNEL: GenreAuteur.PERSONNEL,
    Acteur.TITULAIRE: GenreAuteur.TITULAIRE,
    Acteur.REPRESENTANT: GenreAuteur.REPRESENTANT,
    Acteur.AIDANT: GenreAuteur.AIDANT,
    Acteur.SERVICE: GenreAuteur.SERVICE,
}


def caches_au_patient(acces: Acces) -> list[UUID]:
    """Documents not yet announced to the patient (R-MAS-09): nothing of hers may name them."""
    return list(
        Document.objects.filter(
            espace_id=acces.espace_id, masques__contains=[Masque.INVISIBLE_PATIENT]
        ).values_list("pk", flat=True)
    )


def _est_auteur(acces: Acces) -> Q:
    acteur = acces.acteur
    if acteur.id is None or acteur.genre not in GENRES_AUTEUR:
        return Q(pk__in=[])
    return Q(auteur_genre=GENRES_AUTEUR[acteur.genre], auteur_id=acteur.id)


def presents(acces: Acces) -> QuerySet[Document]:
    """The espace's documents that exist for somebody: neither deleted, put aside nor infected."""
    return Document.objects.filter(espace_id=acces.espace_id).exclude(
        Q(etat__in=(EtatDocument.SUPPRIME, EtatDocument.ECARTE)) | Q(analyse=EtatAnalyse.INFECTE)
    )


def visibles_par(acces: Acces) -> QuerySet[Document]:
    """The documents that this actor may list, unevaluated; every version, every state."""
    filtre = acces.filtre
    visibles: list[Q] = []
    if filtre.auteur_toujours:
        visibles.append(_est_auteur(acces))
    if filtre.refus is None:
        ouverts = Q()
        if filtre.masques_exclus:
            ouverts &= ~Q(masques__overlap=sorted(filtre.masques_exclus))
        if filtre.types_exclus:
            ouverts &= ~Q(type_code__in=sorted(filtre.types_exclus))
        if filtre.matrice_appliquee:
            ouverts &= Q(type_code__in=sorted(acces.codes_lisibles()))
        visibles.append(ouverts)
    if not visibles:
        return presents(acces).none()
    return presents(acces).filter(reduce(or_, visibles))


def decision_pour(acces: Acces, document: Document, action: Action, **faits: Any) -> Decision:
    """The decision for one document, from its clear columns."""
    acteur = acces.acteur
    return acces.decider(
        action,
        type_document=document.type_code,
        masques=frozenset(map(Masque, document.masques)),
        auteur=acteur.id is not None
        and document.auteur_id == acteur.id
        and document.auteur_genre == GENRES_AUTEUR.get(acteur.genre),
        cote_patient=document.auteur_genre in COTE_PATIENT,
        masque_pose_par_professionnel=document.masque_par_ps,
        **faits,
    )


def document_pour(
    acces: Acces, document_id: UUID, action: Action = Action.LIRE, **faits: Any
) -> Document:
    """The document, or AccesRefuse, whether it is absent or hidden: existence is not revealed.

    `faits`: what the act adds (`a_la_demande_du_patient`). Asked in an espace opened for reading.
    """
    document = presents(acces).filter(pk=document_id).first()
    if document is None:
        raise acces.refuser(None, action=action, objet_id=document_id)
    lisible = decision_pour(acces, document, Action.LIRE)
    if action in (Action.LIRE, Action.LISTER):
        if not lisible:
            raise acces.refuser(lisible, action=action, objet_id=document_id)
        return document
    decision = decision_pour(acces, document, action, **faits)
    if not decision:
        raise acces.refuser(decision, action=action, objet_id=document_id, lisible=bool(lisible))
    return document


@dataclass(frozen=True, slots=True)
class Apercu:
    """A document as a list shows it: the sealed sheet opened."""

    document: Document
    titre: str
    auteur: str
    structure: str
    type: str
    libelle_categorie: str
    url: str
    est_nouveau: bool = False
    """Arrived since the reader's last visit, by somebody else (R-PS-25)."""

    @property
    def categorie(self) -> str:
        return self.document.categorie

    @property
    def date_document(self) -> date:
        return self.document.date_document

    @property
    def depose_le(self) -> datetime:
        return self.document.depose_le

    @property
    def est_masque(self) -> bool:
        return Masque.MASQUE_PS in self.document.masques

    @property
    def est_en_analyse(self) -> bool:
        return self.document.analyse == EtatAnalyse.EN_ATTENTE

    @property
    def est_epingle(self) -> bool:
        """Pinning belongs to the patient's side."""
        return self.document.epingle_le is not None


_ID_MODELE = UUID(int=0)


@cache
def _adresse_modele(porte: str) -> str:
    """Address of the page of a document named by `_ID_MODELE`: a list has twenty, all alike."""
    return reverse(f"{porte}:document", args=[_ID_MODELE])


def nouveaux(acces: Acces, depuis: datetime) -> QuerySet[Document]:
    """Current visible documents that somebody else deposited since `depuis`, latest first."""
    return (
        courants(acces)
        .filter(depose_le__gt=depuis)
        .exclude(_est_auteur(acces))
        .order_by("-depose_le", "-pk")
    )


def apercu(acces: Acces, document: Document, *, depuis: datetime | None = None) -> Apercu:
    """`depuis`: the reader's last visit, when new documents are to be told."""
    fiche = document.fiche(acces.coffre)
    porte = "webps" if acces.acteur.genre in COTE_SOIN else "accueil"
    return Apercu(
        document=document,
        titre=fiche["titre"],
        auteur=fiche["auteur"]["nom"],
        structure=fiche["auteur"]["qualite"],
        type=types_documents()[document.type_code].libelle,
        libelle_categorie=categories().get(document.categorie, ""),
        url=_adresse_modele(porte).replace(str(_ID_MODELE), str(document.pk)),
        est_nouveau=depuis is not None
        and document.depose_le > depuis
        and document.auteur_id != acces.acteur.id,
    )


COTE_SOIN = frozenset({Acteur.PROFESSIONNEL, Acteur.PERSONNEL})

TRIS = {
    "date": "Plus récents",
    "ancien": "Plus anciens",
    "titre": "Titre, de A à Z",
    "titre_inverse": "Titre, de Z à A",
    "auteur": "Ajouté par, de A à Z",
    "auteur_inverse": "Ajouté par, de Z à A",
}
"""R-DOC-16: six orders."""


@dataclass(frozen=True, slots=True)
class Criteres:
    """What a list was asked for; unknown values are dropped by the form before."""

    categorie: str = ""
    type_code: str = ""
    recherche: str = ""
    tri: str = "date"
    depuis: date | None = None
    deposant: str = ""
    """« ps », « patient » or empty (R-DOC-23)."""
    epingles: bool = False
    archives: bool = False
    """Archived documents instead of current ones (R-DOC-13)."""
    types: frozenset[str] = frozenset()
    """Only these types; all when empty."""
    visite: datetime | None = None
    """The reader's last visit, since which documents are new."""


def courants(acces: Acces, criteres: Criteres | None = None) -> QuerySet[Document]:
    """Current (or archived) visible documents answering the criteria that are in clear."""
    archives = criteres is not None and criteres.archives
    liste = visibles_par(acces).filter(
        etat=EtatDocument.ARCHIVE if archives else EtatDocument.COURANT
    )
    if criteres is None:
        return liste
    if criteres.types:
        liste = liste.filter(type_code__in=sorted(criteres.types))
    if criteres.categorie:
        liste = liste.filter(categorie=criteres.categorie)
    if criteres.type_code:
        liste = liste.filter(type_code=criteres.type_code)
    if criteres.depuis:
        # The history of vaccinations is not cut (R-PS-24).
        liste = liste.filter(
            Q(date_document__gte=criteres.depuis) | Q(type_code__in=sorted(VACCINATIONS))
        )
    if criteres.deposant == "patient":
        liste = liste.filter(auteur_genre__in=COTE_PATIENT)
    elif criteres.deposant == "ps":
        liste = liste.exclude(auteur_genre__in=COTE_PATIENT)
    if criteres.epingles:
        liste = liste.filter(epingle_le__isnull=False)
    return liste


@dataclass(frozen=True, slots=True)
class Compte:
    """How many documents of a type this actor may see (R-DOC-17: accessible ones only)."""

    categorie: str
    type_code: str
    nombre: int


def comptes(acces: Acces, criteres: Criteres | None = None) -> Sequence[Compte]:
    """Counts by category and type, in one query."""
    lignes = (
        courants(acces, criteres)
        .order_by()
        .values("categorie", "type_code")
        .annotate(nombre=Count("pk"))
    )
    return [Compte(ligne["categorie"], ligne["type_code"], ligne["nombre"]) for ligne in lignes]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    apercus: Sequence[Apercu]
    numero: int
    nombre_pages: int
    total: int

    @property
    def precedente(self) -> int | None:
        return self.numero - 1 if self.numero > 1 else None

    @property
    def suivante(self) -> int | None:
        return self.numero + 1 if self.numero < self.nombre_pages else None


TAILLE_PAGE = 20
_EN_CLAIR = {"date": ("-date_document", "-pk"), "ancien": ("date_document", "pk")}


def page(acces: Acces, criteres: Criteres, numero: int, *, total: int | None = None) -> Page:
    """One page. By date it is cut in SQL; by title, author or words, in memory in the open espace.

    `total`: the count already known (of `comptes`), which spares a query.
    """
    liste = courants(acces, criteres)
    if criteres.tri in _EN_CLAIR and not criteres.recherche:
        total = liste.count() if total is None else total
        numero, pages = _borner(numero, total)
        debut = (numero - 1) * TAILLE_PAGE
        tranche = liste.order_by(*_EN_CLAIR[criteres.tri])[debut : debut + TAILLE_PAGE]
        return Page(
            [apercu(acces, d, depuis=criteres.visite) for d in tranche], numero, pages, total
        )
    apercus = [apercu(acces, d, depuis=criteres.visite) for d in liste.order_by(*_EN_CLAIR["date"])]
    if criteres.recherche:
        apercus = [a for a in apercus if _repond(a, criteres.recherche)]
    apercus = _trier(apercus, criteres.tri)
    numero, pages = _borner(numero, len(apercus))
    debut = (numero - 1) * TAILLE_PAGE
    return Page(apercus[debut : debut + TAILLE_PAGE], numero, pages, len(apercus))


def _borner(numero: int, total: int) -> tuple[int, int]:
    pages = max(1, -(-total // TAILLE_PAGE))
    return min(max(1, numero), pages), pages


def _repond(candidat: Apercu, recherche: str) -> bool:
    """Every word asked is found in the title, the type, the category or the author."""
    texte = cle_francaise(
        " ".join(
            (
                candidat.titre,
                candidat.type,
                candidat.libelle_categorie,
                candidat.auteur,
                candidat.structure,
            )
        )
    )
    return all(mot in texte for mot in cle_francaise(recherche).split())


def _trier(apercus: Iterable[Apercu], tri: str) -> list[Apercu]:
    if tri == "ancien":
        return list(reversed(list(apercus)))
    cles = {
        "titre": lambda a: cle_francaise(a.titre),
        "auteur": lambda a: cle_francaise(a.auteur),
    }
    nom, _, sens = tri.partition("_")
    if nom not in cles:
        return list(apercus)
    return sorted(apercus, key=cles[nom], reverse=bool(sens))


def cle_francaise(texte: str) -> str:
    """French order and search: accents and case do not count (conception §6)."""
    return sans_accent(texte).casefold()
