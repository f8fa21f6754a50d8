"""What the bench measures on: patients, documents, professionals, sessions. Needs Django set up.

People and accounts are made by the product's actions. The documents are written in batches behind
the wall, sealed by the same keys at the same places: only the deposit's checks are skipped. The
documents of a patient share one stored file: each reading opens and decrypts its 100 kB.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import cycle
from pathlib import Path
from string import ascii_uppercase
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

import habilitations
from comptes.actions import compte_du_professionnel, creer_compte
from comptes.models import DispositifCode, JetonsPSC, Population
from comptes.moteur_sessions import SessionStore
from comptes.sessions import ouvrir_session
from demo.bench import papier
from demo.bench.scenarios import Cible
from demo.personnes_demo import OID_DEMO
from dossier import fichiers
from dossier.models import Document, EtatAnalyse, GenreAuteur
from habilitations.acces import ouvrir_pour_le_systeme
from habilitations.actions.dossiers import Declaration, ouvrir_dossier
from habilitations.matrice import approuver_matrice, proposer_matrice
from habilitations.politique import Base
from habilitations.portes import ESPACE_TROUVE, acteur_de_l_exercice
from journal.faits import SYSTEME, ActeurTrace, Fait, GenreActeur
from journal.inscription import Inscription, inscrire
from mes.portails import PATIENT, PS, Portail
from mes.socle.identifiants import TraitsStricts, cle_luhn, cle_nir, valider_ins
from mes.socle.nomenclatures import types_documents
from mes.socle.uuid7 import uuid7
from professionnels.models import Exercice, Professionnel, Structure
from usagers.actions import activer_espace, ouvrir_espace
from usagers.identite import oids_acceptes_ici
from usagers.models import EspaceSante, Statut
from webps.session import poser_exercice

# Types that a physician reads, from several categories.
TYPES = ("11488-4", "57833-6", "34112-3", "18748-4", "11502-2", "34133-9", "60591-5", "SYNTH")
LECTURES = 20
"""Readings by professionals in each journal, before the first measure."""
_MATRICE = Path(habilitations.__file__).parent / "donnees" / "matrice_habilitations.csv"


@dataclass(frozen=True, slots=True)
class Semis:
    """Who may be played: one `Cible` for each session that was made."""

    patients: tuple[Cible, ...]
    lecteurs: tuple[Cible, ...]
    """Professionals, one by client: a record open for reading."""
    deposants: tuple[Cible, ...]
    """Professionals, one by client: a record found, not open, for deposits."""


def semer(*, patients: int, documents: int, clients: int) -> Semis:
    """`patients` espaces of `documents` documents each, and twice `clients` professionals.

    The first `clients` espaces are open to a professional each; the last ones, which receive the
    deposits, are read by nobody, so that counts stay what they were.
    """
    modele = papier.modele()
    _poser_matrice()
    structure = Structure.objects.create(
        identifiant="F990009011", finess="990009011", raison_sociale="CABINET DE GROUPE DÉMO"
    )
    exercices = [_exercice(rang, structure) for rang in range(2 * clients)]
    cibles = [
        _patient(rang, exercices[rang % clients], documents, modele) for rang in range(patients)
    ]
    return Semis(
        patients=tuple(cibles[:-clients]),
        lecteurs=tuple(
            _professionnel(exercice, cible, a_lire=True)
            for exercice, cible in zip(exercices, cibles[:clients], strict=False)
        ),
        deposants=tuple(
            _professionnel(exercice, cible, a_lire=False)
            for exercice, cible in zip(exercices[clients:], cibles[-clients:], strict=True)
        ),
    )


def _poser_matrice() -> None:
    version = proposer_matrice(
        contenu=_MATRICE.read_bytes(),
        source="matrice livrée avec le produit",
        effet_le=date(2023, 10, 29),
        par="proposition du banc",
    )
    approuver_matrice(version_id=version.pk, par="approbation du banc")


def _exercice(rang: int, structure: Structure) -> Exercice:
    """A physician of the fictitious RPPS range."""
    racine = f"9970099{rang:03d}"
    professionnel = Professionnel.objects.create(
        rpps=racine + cle_luhn(racine), nom=_nom(rang), prenom="DOMINIQUE"
    )
    return Exercice.objects.create(
        professionnel=professionnel,
        structure=structure,
        profession="10",
        specialite="SM26",
        cle_annuaire=f"banc|{rang}",
    )


def _nom(rang: int) -> str:
    """An invented name by rank, below 676: a birth name has no digit."""
    dizaine, unite = divmod(rang, len(ascii_uppercase))
    return f"DEMO-BANC-{ascii_uppercase[dizaine]}{ascii_uppercase[unite]}"


@transaction.atomic
def _patient(rang: int, auteur: Exercice, documents: int, modele: bytes) -> Cible:
    """Fictitious numbers: department 99, commune 000."""
    corps = f"1800199000{rang + 100:03d}"
    nom = _nom(rang)
    espace = ouvrir_espace(
        traits=TraitsStricts.depuis_saisie(
            nom_naissance=nom,
            prenoms="ALEX",
            date_naissance="1980-01-01",
            sexe="M",
            lieu_naissance="99999",
        ),
        ins=valider_ins(corps + cle_nir(corps), OID_DEMO, acceptes=oids_acceptes_ici()),
        acteur=SYSTEME,
        trouvee_insi=True,
        piece_controlee=True,
        statut=Statut.OUVERT_NON_ACTIVE,
    )
    compte = creer_compte(
        population=Population.USAGER,
        identifiant=f"banc.{rang:03d}",
        mot_de_passe=None,  # nobody types it: the sessions are made here
        prenom="Alex",
        nom=nom,
    )
    activer_espace(espace_id=espace.pk, compte_id=compte.pk, acteur=SYSTEME)
    marque = f"MES-BANC-{rang:07d}"
    poses = _documents(espace, auteur, documents, papier.marquer(modele, marque))
    _lectures(espace, auteur, poses)
    dispositif = DispositifCode.objects.create(user=compte, name="code", canal="courriel")
    request = _requete(PATIENT)
    ouvrir_session(request, compte, portail=PATIENT.nom, dispositif=dispositif)
    return Cible(
        temoin=_enregistrer(PATIENT, request),
        nom=nom,
        marque=marque,
        espace_id=str(espace.pk),
        documents=tuple(str(document.pk) for document in poses),
    )


def _documents(espace: EspaceSante, auteur: Exercice, nombre: int, octets: bytes) -> list[Document]:
    """The latest one first, a few days apart, all within the two years of a first search."""
    types = cycle(TYPES)
    aujourdhui = timezone.localdate()
    with ouvrir_pour_le_systeme(espace.pk) as (coffre, _):
        fichier_id = fichiers.ecrire(octets, coffre)
        documents = []
        for rang in range(nombre):
            type_code = next(types)
            document = Document(
                id=uuid7(),
                espace_id=espace.pk,
                type_code=type_code,
                categorie=types_documents()[type_code].categorie,
                date_document=aujourdhui - timedelta(days=600 * rang // nombre),
                auteur_genre=GenreAuteur.PROFESSIONNEL,
                auteur_id=auteur.professionnel_id,
                structure_id=auteur.structure_id,
                analyse=EtatAnalyse.SAIN,
                contenu_index=rang.to_bytes(32, "big"),
                original_id=fichier_id,
                servi_id=fichier_id,
                mime_servi="application/pdf",
            )
            document.scelle = coffre.sceller_json(
                {
                    "titre": f"Compte rendu de consultation {rang + 1:03d}",
                    "nom_fichier": "compte-rendu.pdf",
                    "taille": len(octets),
                    "sha256": "",
                    "cda": False,
                    "identifiant": None,
                    "lot": None,
                    "auteur": {
                        "nom": str(auteur.professionnel),
                        "qualite": "Médecin, CABINET DE GROUPE DÉMO",
                        "pour": "",
                        "redacteur": "",
                    },
                    "avertissements": [],
                },
                lieu=Document.lieu(document.pk),
            )
            documents.append(document)
        Document.objects.bulk_create(documents)
    return documents


def _lectures(espace: EspaceSante, lecteur: Exercice, documents: list[Document]) -> None:
    acteur = ActeurTrace(
        GenreActeur.PROFESSIONNEL,
        lecteur.professionnel_id,
        str(lecteur.professionnel),
        "Médecin, CABINET DE GROUPE DÉMO",
        structure_id=lecteur.structure_id,
    )
    inscrire(
        espace.pk,
        *(
            Inscription(
                Fait.DOCUMENT_CONSULTE,
                acteur,
                objet_id=document.pk,
                details={"titre": "Compte rendu de consultation"},
            )
            for document in documents[:LECTURES]
        ),
    )


@transaction.atomic
def _professionnel(exercice: Exercice, cible: Cible, *, a_lire: bool) -> Cible:
    """A session in front of the patient's record, opened on a declared consent if `a_lire`."""
    professionnel = exercice.professionnel
    compte = compte_du_professionnel(
        id_national=f"8{professionnel.rpps}", prenom=professionnel.prenom, nom=professionnel.nom
    )
    Professionnel.objects.filter(pk=professionnel.pk).update(compte_id=compte.pk)
    # Pro Santé Connect answers for the session until its end: no network in what is measured.
    fin = timezone.now() + timedelta(hours=4)
    jetons = JetonsPSC(id=uuid7(), a_rafraichir_le=fin, fin_le=fin)
    jetons.poser_contenu(
        {"acces": "", "rafraichissement": "", "identite": "", "sub": "", "nonce": ""}
    )
    jetons.save(force_insert=True)
    request = _requete(PS)
    ouvrir_session(request, compte, portail=PS.nom, jetons_psc=jetons.pk)
    poser_exercice(
        request,
        exercice,
        regulateur=False,
        palier="APPPRIP3^1.2.250.1.213.1.5.1.1.1",
        moyen="carte",
    )
    request.session[ESPACE_TROUVE] = cible.espace_id
    if a_lire:
        ouvrir_dossier(
            acteur=acteur_de_l_exercice(exercice, compte_id=compte.pk, regulateur=False),
            espace_id=UUID(cible.espace_id),
            declaration=Declaration(base=Base.CONSENTEMENT, information="papier"),
        )
    return replace(cible, temoin=_enregistrer(PS, request))


def _requete(portail: Portail) -> Any:
    """What `ouvrir_session` needs of a request: an empty session, a visitor, an address."""
    request: Any = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    request.portail = portail
    request.session = SessionStore()
    request.user = AnonymousUser()
    return request


def _enregistrer(portail: Portail, request: Any) -> str:
    """The Cookie header of this session."""
    request.session.save()
    return f"{portail.temoin}={request.session.session_key}"
