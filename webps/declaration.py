"""What is known before a professional declares anything: which questions are left to ask."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from habilitations.acces import ActeurAcces, Etabli, reglages
from habilitations.models import EpisodeSoins
from habilitations.politique import (
    MEDECINE_DU_TRAVAIL,
    Base,
    Decision,
    Mode,
    decider_espace,
)
from mes.socle.dates import aujourdhui_a_paris, formater_heure, formater_jour, jour_a_paris


@dataclass(frozen=True, slots=True)
class Cadre:
    """The record and the professional, before the declaration.

    - `equipe_possible`: he practises in a structure, and is no occupational physician (R-PS-20).
    - `consentement_connu`: the team's initial consent was gathered and still holds (R-PS-02).
    - `episode_depuis`: since when the team's episode of care runs (R-PS-03), None without one.
    - `autorise_jusqua`: the patient authorised him personally until then (R-PS-17).
    - `retire`: the patient took the access back; only she restores it (R-PS-12, R-PS-16).
    """

    equipe_possible: bool
    consentement_connu: bool
    episode_depuis: datetime | None
    autorise_jusqua: datetime | None
    medecin_du_travail: bool
    mineur: bool
    retire: bool
    decision: Decision
    """The decision on the best declaration he could make."""

    def doit_informer(self, *, nouvel_episode: bool) -> bool:
        """Whether the team must inform the patient in writing now (R-PS-02, R-PS-03)."""
        return not self.consentement_connu or nouvel_episode or self.episode_depuis is None


def cadre_de(acteur: ActeurAcces, etabli: Etabli) -> Cadre:
    situation, espace, faits = etabli
    du_travail = acteur.specialite == MEDECINE_DU_TRAVAIL
    episode = (
        EpisodeSoins.objects.filter(
            espace=espace, structure_id=acteur.structure_id, fin_le=None
        ).first()
        if acteur.structure_id
        else None
    )
    au_mieux = replace(
        situation, base=Base.CONSENTEMENT, consentement_initial=True, mode=Mode.NORMAL
    )
    return Cadre(
        equipe_possible=acteur.structure_id is not None and not du_travail,
        consentement_connu=situation.consentement_initial,
        episode_depuis=episode.debut_le if episode else None,
        autorise_jusqua=faits.autorise_jusqua,
        medecin_du_travail=du_travail,
        mineur=situation.mineur,
        retire=faits.retire,
        decision=decider_espace(au_mieux, reglages()),
    )


def jusqua(fin: datetime) -> str:
    """« jusqu'à 14 h 05 » today, else « jusqu'au 3 mars 2027 »."""
    jour = jour_a_paris(fin)
    if jour == aujourdhui_a_paris():
        return f"jusqu'à {formater_heure(fin)}"
    return f"jusqu'au {formater_jour(jour)}"
