"""Reading what was asked about accesses, with its texts in clear (I-01, R-PS-26)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from habilitations.acces import Acces
from habilitations.actions.demandes import lire_demande
from habilitations.models import DemandeSurAcces, GenreDemande
from habilitations.politique import Acteur


@dataclass(frozen=True, slots=True)
class DemandeLue:
    """A question or a report, as its author and its structure read it."""

    demande: DemandeSurAcces
    texte: str
    reponse: str

    @property
    def est_un_signalement(self) -> bool:
        return self.demande.genre == GenreDemande.SIGNALEMENT

    @property
    def est_repondue(self) -> bool:
        return self.demande.repondue_le is not None

    @property
    def est_en_retard(self) -> bool:
        """An explanation that nobody gave in time."""
        return (
            not self.est_un_signalement
            and not self.est_repondue
            and self.demande.echeance_le < timezone.now()
        )


def lire(demandes: Iterable[DemandeSurAcces]) -> list[DemandeLue]:
    """Each with its texts."""
    lues = []
    for demande in demandes:
        textes = lire_demande(demande)
        lues.append(DemandeLue(demande, textes["texte"], textes["reponse"]))
    return lues


def mes_demandes(acces: Acces) -> list[DemandeLue]:
    """Those of the espace, latest first; a representative reads her own only, not what a minor wrote."""
    demandes = DemandeSurAcces.objects.filter(espace=acces.espace_id)
    if acces.acteur.genre is not Acteur.TITULAIRE:
        demandes = demandes.filter(compte_id=acces.acteur.compte)
    return lire(
        demandes.select_related(
            "professionnel", "structure", "repondue_par__professionnel"
        ).order_by("-cree_le")[:100]
    )
