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
    HISTORIQUE_TELECHARGE = "historique_telecharge"
    JOURNAL_CLOS = "journal_clos"
    QUI_PEUT_VOIR = "qui_peut_voir"
    CONSENTEMENT_DECLARE = "consentement_declare"
    BLOCAGE = "blocage"
    DEBLOCAGE = "deblocage"
    EPISODE_COMMENCE = "episode_commence"
    AUTORISATION_DONNEE = "autorisation_donnee"
    AUTORISATION_RETIREE = "autorisation_retiree"
    CODE_OUVERTURE_CREE = "code_ouverture_cree"
    CODE_OUVERTURE_UTILISE = "code_ouverture_utilise"
    CONSENTEMENT_POUR_CONFRERE = "consentement_pour_confrere"
    REFUS_CONSULTATION = "refus_consultation"
    REFUS_ALIMENTATION = "refus_alimentation"
    INFORMATION_DONNEE = "information_donnee"
    ADMINISTRATEUR_NOMME = "administrateur_nomme"
    ADMINISTRATEUR_RETIRE = "administrateur_retire"
    ROLE_DECLARE = "role_declare"
    URGENCE_REGLEE = "urgence_reglee"
    ACCES_URGENCE = "acces_urgence"
    ACCES_URGENCE_REVU = "acces_urgence_revu"
    ACCES_SIGNALE = "acces_signale"
    EXPLICATION_DEMANDEE = "explication_demandee"
    EXPLICATION_DONNEE = "explication_donnee"
    DECISION_EXPLIQUEE = "decision_expliquee"
    SIMULATION = "simulation"
    ACTE_REVELE = "acte_revele"
    DOCUMENT_RENDU_VISIBLE = "document_rendu_visible"
    DOCUMENT_ARCHIVE = "document_archive"
    DOCUMENT_DESARCHIVE = "document_desarchive"
    DOCUMENT_ECARTE = "document_ecarte"
    MESURES_CONSULTEES = "mesures_consultees"
    MESURE_AJOUTEE = "mesure_ajoutee"
    MESURE_MODIFIEE = "mesure_modifiee"
    MESURE_SUPPRIMEE = "mesure_supprimee"
    MESURE_RETABLIE = "mesure_retablie"
    MESURES_EXPORTEES = "mesures_exportees"
    MESURES_RANGEES = "mesures_rangees"
    OBJECTIF_REGLE = "objectif_regle"
    ALERTES_DEMANDEES = "alertes_demandees"
    ALERTES_ARRETEES = "alertes_arretees"
    IDENTITE_VERIFIEE = "identite_verifiee"
    IDENTITE_MODIFIEE = "identite_modifiee"
    PREFERENCES_MODIFIEES = "preferences_modifiees"
    NOTIFICATIONS_LUES = "notifications_lues"
    NOTIFICATION_SUPPRIMEE = "notification_supprimee"


class FaitSecurite(StrEnum):
    """Facts of the security journal: refusals and technical events, never a person's chain."""

    REFUS = "refus"
    CONNEXION_REFUSEE = "connexion_refusee"
    CONNEXION_AGENT = "connexion_agent"
    DECONNEXION_AGENT = "deconnexion_agent"
    RECHERCHE_SANS_RESULTAT = "recherche_sans_resultat"
    TENTATIVE_URGENCE = "tentative_urgence"
    FEDERATION_REFUSEE = "federation_refusee"
    DEPOT_REFUSE = "depot_refuse"
    DECISION_MATRICE = "decision_matrice"
    CLES_RENOUVELEES = "cles_renouvelees"
    CHAINE_ROMPUE = "chaine_rompue"
    MOIS_PURGE = "mois_purge"
    ALERTE_LEVEE = "alerte_levee"
    ALERTE_TRAITEE = "alerte_traitee"


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
