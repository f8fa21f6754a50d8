"""`peupler`: the invented people, documents, directory and matrix of the demonstration.

Idempotent: run at each start, it adds what is missing and touches nothing else. Everything goes
through the product's own actions.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from comptes.actions import creer_compte
from comptes.models import Compte, DispositifTOTP, Population
from comptes.totp import a_un_totp, installer_totp
from demo.documents import cda_biologie, pdf
from demo.personnes_demo import AGENTS, DOCUMENTS, MOT_DE_PASSE, OID_DEMO, PATIENTS, Patient
from dossier.actions import Depot, deposer_document
from habilitations.acces import ActeurAcces, ouvrir
from habilitations.actions.choix import declarer_role
from habilitations.actions.dossiers import fermer_dossier
from habilitations.matrice import approuver_matrice, proposer_matrice, version_en_vigueur
from habilitations.models import Role
from habilitations.politique import Acteur, Action, Mode
from habilitations.portes import acteur_de_l_exercice
from habilitations.versements import importer_versements
from journal.faits import SYSTEME, ActeurTrace, GenreActeur
from mes.socle.identifiants import TraitsStricts, valider_ins
from mes.socle.nomenclatures import professions
from professionnels.actions import importer_annuaire
from professionnels.annuaire.fichiers import fichiers_du_dossier
from professionnels.models import Exercice, Professionnel
from urgence.actions import (
    Justification,
    RaisonTypique,
    nommer_referent,
    ouvrir_en_urgence,
)
from urgence.models import RevueAcces
from usagers.actions import activer_espace, ouvrir_espace
from usagers.identite import oids_acceptes_ici
from usagers.models import EspaceSante, Statut
from usagers.recherche import espace_par_ins

RACINE = Path(__file__).resolve().parents[3]
MATRICE = RACINE / "habilitations" / "donnees" / "matrice_habilitations.csv"
VERSEMENTS = MATRICE.with_name("versements_obligatoires.csv")
ANNUAIRE = RACINE / "professionnels" / "donnees" / "demo"
EFFET = date(2023, 10, 29)


class Command(BaseCommand):
    help = "Ajoute les données inventées de la démonstration (sans effet si elles y sont)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fichier", type=Path, help="où écrire les comptes (demo.json)")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MES_ENVIRONNEMENT == "production":
            raise CommandError("les données inventées n'entrent pas en production")
        if not Professionnel.objects.exists():
            importer_annuaire(fichiers=fichiers_du_dossier(ANNUAIRE), par="démonstration")
        self._matrice()
        importer_versements(VERSEMENTS.read_text(encoding="utf-8"))
        for patient in PATIENTS:
            with transaction.atomic():
                self._patient(patient)
        agents = [self._agent(*agent) for agent in AGENTS]
        for document in DOCUMENTS:
            self._document(document)
        self._biologie(PATIENTS[0])
        self._urgence(PATIENTS[0])
        if options["fichier"]:
            self._ecrire(options["fichier"], agents)

    def _matrice(self) -> None:
        if version_en_vigueur(timezone.localdate()) is not None:
            return
        version = proposer_matrice(
            contenu=MATRICE.read_bytes(),
            source="arrêté du 26 octobre 2023, table du projet",
            effet_le=EFFET,
            par="proposition de la démonstration",
        )
        approuver_matrice(version_id=version.pk, par="approbation de la démonstration")

    def _patient(self, patient: Patient) -> None:
        if espace_par_ins(patient.matricule) is not None:
            return
        espace = ouvrir_espace(
            traits=TraitsStricts.depuis_saisie(
                nom_naissance=patient.nom,
                prenoms=patient.prenom,
                date_naissance=patient.naissance,
                sexe=patient.sexe,
                lieu_naissance="99999",
            ),
            ins=valider_ins(patient.matricule, OID_DEMO, acceptes=oids_acceptes_ici()),
            acteur=SYSTEME,
            trouvee_insi=True,
            piece_controlee=True,
            statut=Statut.OUVERT_NON_ACTIVE,
        )
        if patient.identifiant:
            compte = creer_compte(
                population=Population.USAGER,
                identifiant=patient.identifiant,
                mot_de_passe=MOT_DE_PASSE,
                prenom=patient.prenom.title(),
                nom=patient.nom,
                courriel=patient.courriel,
                mobile=patient.mobile,
            )
            activer_espace(espace_id=espace.pk, compte_id=compte.pk, acteur=SYSTEME)

    def _agent(self, identifiant: str, role: str, prenom: str, nom: str) -> dict[str, str]:
        compte = Compte.objects.par_identifiant(Population.AGENT, identifiant)
        if compte is None:
            compte = creer_compte(
                population=Population.AGENT,
                identifiant=identifiant,
                mot_de_passe=MOT_DE_PASSE,
                prenom=prenom,
                nom=nom,
                role=role,
            )
        if not a_un_totp(compte.pk):
            installer_totp(compte_id=compte.pk)
        return {
            "identifiant": identifiant,
            "mot_de_passe": MOT_DE_PASSE,
            "secret_totp": DispositifTOTP.objects.get(pk=compte.pk).secret(),
            "role": role,
        }

    def _deposer(self, espace: EspaceSante, rpps: str, depot: Depot) -> None:
        exercice = (
            Exercice.objects.select_related("professionnel", "structure")
            .filter(professionnel__rpps=rpps, fin_le=None)
            .order_by("debut_le", "pk")[:1]
            .get()
        )
        acteur = acteur_de_l_exercice(exercice, compte_id=None, regulateur=False)
        with transaction.atomic(), ExitStack() as pile:
            acces = ouvrir(pile, acteur, espace.pk, Action.DEPOSER)
            deposer_document(acces=acces, depot=depot)

    def _document(self, demande: Any) -> None:
        espace = espace_par_ins(demande.matricule)
        assert espace is not None
        # Dated from the espace's opening, not from today: the same document at each start.
        jour = timezone.localtime(espace.cree_le).date() - timedelta(days=demande.jours)
        self._deposer(
            espace,
            demande.rpps,
            Depot(
                octets=pdf(demande.titre, demande.lignes),
                nom_fichier="document.pdf",
                type_code=demande.type_code,
                titre=demande.titre,
                date_document=jour,
            ),
        )

    def _biologie(self, patient: Patient) -> None:
        espace = espace_par_ins(patient.matricule)
        assert espace is not None
        jour = timezone.localtime(espace.cree_le).date() - timedelta(days=20)
        octets = cda_biologie(
            identifiant=str(uuid5(NAMESPACE_OID, f"biologie:{espace.pk}")),
            matricule=patient.matricule,
            oid=OID_DEMO,
            nom=patient.nom,
            prenom=patient.prenom,
            naissance=patient.naissance,
            sexe=patient.sexe,
            date_effet=jour.strftime("%Y%m%d"),
        )
        self._deposer(espace, "99700900022", Depot(octets=octets, nom_fichier="bilan.xml"))

    def _urgence(self, patient: Patient) -> None:
        """Her médecin traitant, a hospital's referent, and a bris de glace that is over."""
        espace = espace_par_ins(patient.matricule)
        assert espace is not None
        referent = Exercice.objects.select_related("professionnel", "structure").get(
            professionnel__rpps="99700900022", structure__finess="990009045"
        )
        assert referent.structure is not None
        nommer_referent(structure=referent.structure, professionnel=referent.professionnel)
        if RevueAcces.objects.filter(espace=espace).exists():
            return
        compte = Compte.objects.par_identifiant(Population.USAGER, patient.identifiant)
        assert compte is not None
        titulaire = ActeurAcces(
            genre=Acteur.TITULAIRE,
            id=compte.pk,
            compte_id=compte.pk,
            trace=ActeurTrace(
                GenreActeur.TITULAIRE, compte.pk, f"{patient.prenom.title()} {patient.nom}"
            ),
        )
        with transaction.atomic(), ExitStack() as pile:
            declarer_role(
                acces=ouvrir(pile, titulaire, espace.pk, Action.BLOQUER),
                professionnel_id=Professionnel.objects.get(rpps="99700900014").pk,
                role=Role.MEDECIN_TRAITANT,
            )
        urgentiste = acteur_de_l_exercice(
            Exercice.objects.select_related("professionnel", "structure").get(
                professionnel__rpps="99700900097", fin_le=None
            ),
            compte_id=None,
            regulateur=False,
        )
        ouvrir_en_urgence(
            acteur=urgentiste,
            espace_id=espace.pk,
            mode=Mode.BRIS_DE_GLACE,
            justification=Justification(
                RaisonTypique.INCONSCIENT, "Amené inconscient après une chute, seul."
            ),
        )
        fermer_dossier(acteur=urgentiste)

    def _ecrire(self, fichier: Path, agents: list[dict[str, str]]) -> None:
        libelles = professions()
        vus: dict[str, dict[str, str]] = {}
        for exercice in Exercice.objects.select_related("professionnel").order_by(
            "professionnel__rpps", "debut_le"
        ):
            professionnel = exercice.professionnel
            if exercice.fin_le is None and professionnel.rpps not in vus:
                vus[professionnel.rpps] = {
                    "nom": str(professionnel),
                    "rpps": professionnel.rpps,
                    "profession": exercice.profession,
                    "specialite": exercice.specialite,
                    "libelle": libelles[exercice.profession].libelle
                    if exercice.profession in libelles
                    else "",
                }
        contenu = {
            "comptes": {
                "patients": [
                    {
                        "nom": f"{patient.prenom.title()} {patient.nom}",
                        "identifiant": patient.identifiant,
                        "mot_de_passe": MOT_DE_PASSE,
                        "ins": patient.matricule,
                        "courriel": patient.courriel,
                    }
                    for patient in PATIENTS
                    if patient.identifiant
                ],
                "professionnels": list(vus.values()),
                "agents": agents,
            }
        }
        fichier.parent.mkdir(parents=True, exist_ok=True)
        fichier.write_text(json.dumps(contenu, ensure_ascii=False, indent=2), encoding="utf-8")
