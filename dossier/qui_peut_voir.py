"""« Qui peut voir ce document ? », answered by the engine that decides (table of decisions)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dossier.models import COTE_PATIENT, Document, GenreAuteur
from habilitations import cases
from habilitations.acces import Acces
from habilitations.models import Administrateur, Blocage
from habilitations.politique import (
    Acteur,
    Action,
    Base,
    Masque,
    Mode,
    Motif,
    Situation,
    decider,
)
from mes.socle.nomenclatures import professions

_POURQUOI = {
    Motif.AUTEUR: "A ajouté ce document et le voit toujours.",
    Motif.MATRICE: "Ce type de document leur est ouvert, avec votre accord.",
    Motif.HORS_MATRICE: "Ce type de document ne leur est pas ouvert.",
    Motif.DOCUMENT_MASQUE: "Ce document est masqué aux professionnels.",
    Motif.ADMINISTRATEUR: "Vous l'avez désigné administrateur de votre dossier.",
    Motif.PROFESSIONNEL_BLOQUE: "Vous l'avez bloqué.",
    Motif.ESPACE_FERME: "Votre espace n'est pas ouvert.",
    Motif.ESPACE_NON_ACTIVE: "Votre espace n'est pas encore activé.",
}
"""The reasons as the patient reads them; `politique.phrase` speaks to who asked."""


@dataclass(frozen=True, slots=True)
class Ligne:
    """A kind of professional, or a person by name, and the answer in a word and a reason."""

    qui: str
    accordee: bool
    motif: Motif

    @property
    def pourquoi(self) -> str:
        return _POURQUOI.get(self.motif, "Son accès n'est pas prévu dans cette situation.")


@dataclass(frozen=True, slots=True)
class Reponse:
    professions: Sequence[Ligne]
    """Somebody of this profession to whom the patient gave access."""
    personnes: Sequence[Ligne]
    """Those who differ: author, administrators, blocked."""
    samu: bool
    bris_de_glace: bool

    @property
    def accordees(self) -> Sequence[Ligne]:
        return [ligne for ligne in self.professions if ligne.accordee]

    @property
    def refusees(self) -> Sequence[Ligne]:
        return [ligne for ligne in self.professions if not ligne.accordee]


def qui_peut_voir(acces: Acces, document: Document, auteur: str) -> Reponse:
    """The answer for one document. `auteur`: the depositor's name as the sheet has it."""
    type_code = document.type_code
    ici = Situation(
        acteur=Acteur.PROFESSIONNEL,
        action=Action.LIRE,
        type_document=type_code,
        statut_espace=acces.situation.statut_espace,
        masques=frozenset(map(Masque, document.masques)),
        base=Base.CONSENTEMENT,
        opposition_samu=acces.situation.opposition_samu,
        opposition_bris_de_glace=acces.situation.opposition_bris_de_glace,
        masques_en_urgence=acces.situation.masques_en_urgence,
    )

    def avec_case(situation: Situation, profession: str) -> Situation:
        return replace(
            situation,
            profession=profession,
            case=cases.case_pour(acces.version_matrice, profession, "", type_code),
        )

    lignes = [
        Ligne(profession.libelle, decision.accordee, decision.motif)
        for profession in professions().values()
        if profession.peut_lire_dmp
        for decision in [decider(avec_case(ici, profession.code), acces.reglages)]
    ]
    medecin = avec_case(ici, "10")
    samu = replace(medecin, mode=Mode.SAMU, base=Base.AUCUNE, regulateur=True)
    bris = replace(medecin, mode=Mode.BRIS_DE_GLACE, base=Base.AUCUNE, justification=True)
    return Reponse(
        professions=lignes,
        personnes=_personnes(acces, document, medecin, auteur),
        samu=bool(decider(samu, acces.reglages)),
        bris_de_glace=bool(decider(bris, acces.reglages)),
    )


def _personnes(
    acces: Acces, document: Document, medecin: Situation, auteur: str
) -> Sequence[Ligne]:
    personnes: list[Ligne] = []
    bloques = {
        blocage.professionnel_id: str(blocage.professionnel)
        for blocage in Blocage.objects.select_related("professionnel").filter(
            espace_id=acces.espace_id, leve_le=None, professionnel__isnull=False
        )
    }
    if document.auteur_genre == GenreAuteur.PROFESSIONNEL:
        decision = decider(
            replace(medecin, auteur=True, bloque=document.auteur_id in bloques), acces.reglages
        )
        personnes.append(
            Ligne(f"{auteur} (a ajouté ce document)", decision.accordee, decision.motif)
        )
    elif document.auteur_genre in COTE_PATIENT:
        personnes.append(Ligne(f"{auteur} (a ajouté ce document)", True, Motif.AUTEUR))
    for mandat in Administrateur.objects.select_related("professionnel").filter(
        espace_id=acces.espace_id, fin_le=None
    ):
        decision = decider(replace(medecin, administrateur=True), acces.reglages)
        personnes.append(
            Ligne(f"{mandat.professionnel} (administrateur)", decision.accordee, decision.motif)
        )
    for professionnel_id, nom in bloques.items():
        if professionnel_id != document.auteur_id:
            decision = decider(replace(medecin, bloque=True), acces.reglages)
            personnes.append(Ligne(f"{nom} (bloqué)", decision.accordee, decision.motif))
    return personnes
