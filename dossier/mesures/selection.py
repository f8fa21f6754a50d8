"""Reading the measures of an opened espace: the sealed sheets, sorted and grouped in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from dossier.mesures.referentiel import TypeMesure, types_affichables, types_mesures
from dossier.mesures.regles import (
    IMC,
    POIDS,
    TAILLE,
    Tendance,
    ecrire_mesure,
    ecrire_valeur,
    imc,
    ordonner,
    plus_proche,
    tendance,
)
from dossier.models import COTE_PATIENT, Mesure, ReglageMesures
from dossier.selection import GENRES_AUTEUR
from habilitations.acces import Acces
from habilitations.politique import NON_PREVU, Acteur, Action, Decision
from mes.socle.dates import formater_jour

COTE_USAGER = frozenset({Acteur.TITULAIRE, Acteur.REPRESENTANT, Acteur.AIDANT})


def exiger_cote_patient(acces: Acces, action: Action, *, objet_id: UUID | None = None) -> None:
    """Measures are the patient's side's own (R-MES-10): nobody else reads or writes them, whatever
    else this espace is opened for. Raises AccesRefuse."""
    if acces.acteur.genre not in COTE_USAGER:
        raise acces.refuser(NON_PREVU, action=action, objet_id=objet_id)
    # An espace opened for one object may itself be refused.
    decision = acces.decider_sur_l_espace(Action.LISTER)
    if not decision:
        raise acces.refuser(decision, action=action, objet_id=objet_id)


@dataclass(frozen=True, slots=True)
class Releve:
    """A measure as a page shows it."""

    id: UUID | None
    """None: computed, there is no row of it."""
    type_mesure: TypeMesure
    le: datetime
    valeurs: Mapping[str, Decimal]
    contexte: str = ""
    commentaire: str = ""
    auteur: str = ""
    est_modifiable: bool = False
    precision: str = ""
    """What a computed value was computed from."""

    @property
    def texte(self) -> str:
        return ecrire_mesure(self.type_mesure, self.valeurs)

    @property
    def texte_sans_unite(self) -> str:
        return ecrire_mesure(self.type_mesure, self.valeurs, unite=False)


@dataclass(frozen=True, slots=True)
class Rangement:
    """How the espace shows its measures."""

    ordre: tuple[str, ...] = ()
    masquees: frozenset[str] = frozenset()
    objectifs: Mapping[str, Decimal] = field(default_factory=dict)

    @classmethod
    def depuis_fiche(cls, fiche: Mapping[str, Any]) -> Rangement:
        return cls(
            ordre=tuple(fiche.get("ordre", ())),
            masquees=frozenset(fiche.get("masquees", ())),
            objectifs={c: Decimal(v) for c, v in fiche.get("objectifs", {}).items()},
        )

    def en_fiche(self) -> dict[str, Any]:
        return {
            "ordre": list(self.ordre),
            "masquees": sorted(self.masquees),
            "objectifs": {code: str(valeur) for code, valeur in self.objectifs.items()},
        }


def rangement(acces: Acces) -> Rangement:
    reglage = ReglageMesures.objects.filter(espace_id=acces.espace_id).first()
    return Rangement() if reglage is None else Rangement.depuis_fiche(reglage.fiche(acces.coffre))


def presentes(acces: Acces) -> QuerySet[Mesure]:
    return Mesure.objects.filter(espace_id=acces.espace_id, supprimee_le=None)


def _dernieres_d_abord(mesures: QuerySet[Mesure]) -> QuerySet[Mesure]:
    return mesures.order_by("-mesuree_le", "-pk")


def decision_pour(acces: Acces, mesure: Mesure, action: Action) -> Decision:
    """As a document of the same author without mask: the same line of the table decides."""
    return acces.decider(
        action,
        type_document="",
        masques=frozenset(),
        auteur=_est_de_l_acteur(acces, mesure),
        cote_patient=mesure.auteur_genre in COTE_PATIENT,
    )


def _est_de_l_acteur(acces: Acces, mesure: Mesure) -> bool:
    return (
        mesure.auteur_id == acces.acteur.id
        and GENRES_AUTEUR.get(acces.acteur.genre) == mesure.auteur_genre
    )


def mesure_pour(
    acces: Acces, mesure_id: UUID, action: Action = Action.LIRE, *, supprimee: bool = False
) -> Mesure:
    """The measure, locked until the end of the transaction, or AccesRefuse: absent and not allowed
    to be seen look the same; what may be seen and not changed says so (R-MES-09).

    `supprimee`: one that was just deleted, to bring it back.
    """
    exiger_cote_patient(acces, action, objet_id=mesure_id)
    mesure = (
        Mesure.objects.select_for_update()
        .filter(espace_id=acces.espace_id, pk=mesure_id, supprimee_le__isnull=not supprimee)
        .first()
    )
    if mesure is None:
        raise acces.refuser(None, action=action, objet_id=mesure_id)
    decision = decision_pour(acces, mesure, action)
    if not decision:
        lisible = bool(decision_pour(acces, mesure, Action.LIRE))
        raise acces.refuser(decision, action=action, objet_id=mesure_id, lisible=lisible)
    return mesure


def _libelle_contexte(type_mesure: TypeMesure, code: str) -> str:
    return next((c.libelle for c in type_mesure.contextes if c.code == code), "")


def en_releves(acces: Acces, mesures: Sequence[Mesure]) -> list[Releve]:
    """The sheets opened. What may be changed is decided once by kind of author, not by row."""
    decisions: dict[tuple[bool, str], bool] = {}
    releves = []
    for mesure in mesures:
        fiche = mesure.fiche(acces.coffre)
        cle = (_est_de_l_acteur(acces, mesure), mesure.auteur_genre)
        if cle not in decisions:
            decisions[cle] = bool(decision_pour(acces, mesure, Action.SUPPRIMER))
        type_mesure = types_mesures()[fiche["code"]]
        releves.append(
            Releve(
                id=mesure.pk,
                type_mesure=type_mesure,
                le=mesure.mesuree_le,
                valeurs={partie: Decimal(v) for partie, v in fiche["valeurs"].items()},
                contexte=_libelle_contexte(type_mesure, fiche["contexte"]),
                commentaire=fiche["commentaire"],
                auteur="vous" if cle[0] else fiche["auteur"],
                est_modifiable=decisions[cle],
            )
        )
    return releves


def _du_type(acces: Acces, *codes: str) -> list[Releve]:
    cles = [Mesure.index_du_type(acces.espace_id, code) for code in codes]
    mesures = _dernieres_d_abord(presentes(acces).filter(type_index__in=cles))
    return en_releves(acces, list(mesures))


def _imcs(poids: Sequence[Releve], tailles: Sequence[Releve]) -> list[Releve]:
    """One index by weight, with the height closest in time (R-MES-02)."""
    if not tailles:
        return []
    instants = [taille.le for taille in tailles]
    indices = []
    for pesee in poids:
        taille = tailles[plus_proche(instants, pesee.le)]
        indices.append(
            Releve(
                id=None,
                type_mesure=types_mesures()[IMC],
                le=pesee.le,
                valeurs={IMC: imc(pesee.valeurs[POIDS], taille.valeurs[TAILLE])},
                auteur="calcul",
                precision=f"{pesee.texte} et {taille.texte} le {formater_jour(taille.le)}",
            )
        )
    return indices


def historique(acces: Acces, type_mesure: TypeMesure) -> list[Releve]:
    """Every measure of a type, latest first. Raises AccesRefuse."""
    exiger_cote_patient(acces, Action.LISTER)
    if type_mesure.code != IMC:
        return _du_type(acces, type_mesure.code)
    tous = _du_type(acces, POIDS, TAILLE)
    return _imcs(
        [r for r in tous if r.type_mesure.code == POIDS],
        [r for r in tous if r.type_mesure.code == TAILLE],
    )


def toutes(acces: Acces) -> list[Releve]:
    """Every measure, latest first: what leaves with an export. Raises AccesRefuse."""
    exiger_cote_patient(acces, Action.LISTER)
    return en_releves(acces, list(_dernieres_d_abord(presentes(acces))))


@dataclass(frozen=True, slots=True)
class Tuile:
    """A type on the page: its last value, where it goes, what is aimed at."""

    type_mesure: TypeMesure
    dernier: Releve
    tendance: Tendance | None
    objectif: str
    est_masquee: bool = False


@dataclass(frozen=True, slots=True)
class Mesures:
    """The page: tiles in their order, hidden ones apart, and types without a value."""

    tuiles: Sequence[Tuile]
    masquees: Sequence[Tuile]
    a_decouvrir: Sequence[TypeMesure]


def mesures(acces: Acces) -> Mesures:
    """Costs the same for ten thousand measures as for two, but for the heights."""
    exiger_cote_patient(acces, Action.LISTER)
    rang = Window(
        RowNumber(),
        partition_by=[F("type_index")],
        order_by=[F("mesuree_le").desc(), F("id").desc()],
    )
    recentes = _dernieres_d_abord(presentes(acces).annotate(rang=rang).filter(rang__lte=2))
    par_type: dict[str, list[Releve]] = {}
    for releve in en_releves(acces, list(recentes)):
        par_type.setdefault(releve.type_mesure.code, []).append(releve)
    if POIDS in par_type and TAILLE in par_type:
        par_type[IMC] = _imcs(par_type[POIDS], _du_type(acces, TAILLE))
    reglage = rangement(acces)
    affichables = types_affichables()
    tuiles = []
    for code in ordonner((c for c in par_type if c in affichables), reglage.ordre):
        dernier, *avant = par_type[code]
        objectif = reglage.objectifs.get(code)
        tuiles.append(
            Tuile(
                type_mesure=affichables[code],
                dernier=dernier,
                tendance=tendance(affichables[code], dernier.valeurs, avant[0].valeurs)
                if avant
                else None,
                objectif="" if objectif is None else ecrire_valeur(affichables[code], objectif),
                est_masquee=code in reglage.masquees,
            )
        )
    return Mesures(
        tuiles=[t for t in tuiles if not t.est_masquee],
        masquees=[t for t in tuiles if t.est_masquee],
        a_decouvrir=[t for c, t in affichables.items() if t.est_saisissable and c not in par_type],
    )


def derniere_supprimee(acces: Acces, mesure_id: UUID, *, depuis: datetime) -> Releve | None:
    """A measure deleted since then, that this actor may bring back."""
    mesure = Mesure.objects.filter(
        espace_id=acces.espace_id, pk=mesure_id, supprimee_le__gte=depuis
    ).first()
    if mesure is None or not decision_pour(acces, mesure, Action.SUPPRIMER):
        return None
    return en_releves(acces, [mesure])[0]
