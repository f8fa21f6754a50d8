"""The closed list of facts the journal knows, and who may do them (R-TRA-01, R-TRA-04)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID


class Chaine(StrEnum):
    VISIBLE = "V"
    RESERVEE = "R"


class GenreActeur(StrEnum):
    PROFESSIONNEL = "professionnel"
    PERSONNEL = "personnel"
    TITULAIRE = "titulaire"
    REPRESENTANT = "representant"
    AIDANT = "aidant"
    AGENT = "agent"
    SERVICE = "service"
    SYSTEME = "systeme"


class Fait(StrEnum):
    """One name by fact, frozen: it is stored."""

    ESPACE_OUVERT = "espace_ouvert"
    ESPACE_ACTIVE = "espace_active"
    CONNEXION = "connexion"
    DECONNEXION = "deconnexion"
    ACCES_PROFESSIONNEL = "acces_professionnel"
    ACCES_REFERME = "acces_referme"
    LISTE_CONSULTEE = "liste_consultee"
    DOCUMENT_CONSULTE = "document_consulte"
    DOCUMENT_TELECHARGE = "document_telecharge"
    DOCUMENT_DEPOSE = "document_depose"
    DOCUMENT_REMPLACE = "document_remplace"
    DOCUMENT_MASQUE = "document_masque"
    DOCUMENT_DEMASQUE = "document_demasque"
    DOCUMENT_SUPPRIME = "document_supprime"
    DOCUMENT_EPINGLE = "document_epingle"
    TOUT_MASQUE = "tout_masque"
    TOUT_DEMASQUE = "tout_demasque"
    HISTORIQUE_CONSULTE = "historique_consulte"
    QUI_PEUT_VOIR = "qui_peut_voir"
    CONSENTEMENT_DECLARE = "consentement_declare"
    BLOCAGE = "blocage"
    DEBLOCAGE = "deblocage"
    IDENTITE_VERIFIEE = "identite_verifiee"
    IDENTITE_MODIFIEE = "identite_modifiee"
    PREFERENCES_MODIFIEES = "preferences_modifiees"
    NOTIFICATIONS_LUES = "notifications_lues"
    NOTIFICATION_SUPPRIMEE = "notification_supprimee"


class FaitSecurite(StrEnum):
    """Facts of the security journal: refusals and technical events, never a person's chain."""

    REFUS = "refus"
    CONNEXION_REFUSEE = "connexion_refusee"
    FEDERATION_REFUSEE = "federation_refusee"
    DEPOT_REFUSE = "depot_refuse"
    DECISION_MATRICE = "decision_matrice"
    CLES_RENOUVELEES = "cles_renouvelees"
    CHAINE_ROMPUE = "chaine_rompue"


@dataclass(frozen=True, slots=True)
class ActeurTrace:
    """Who acted, as the person reads it in her history."""

    genre: GenreActeur
    id: UUID | None
    nom: str
    qualite: str = ""
    """Profession and place, or the capacity in which somebody acts for somebody."""
    structure_id: UUID | None = None
    pour: str = ""
    """« X pour Y »: the person on whose behalf the act was done (R-AID-12)."""

    def en_clair(self) -> dict[str, Any]:
        return {"nom": self.nom, "qualite": self.qualite, "pour": self.pour}


SYSTEME = ActeurTrace(GenreActeur.SYSTEME, None, "Mon espace santé", "traitement automatique")
