"""Every address of the product × everybody: a forgotten route, or a forgotten guard, is red."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from dossier import fichiers
from tests import situations as s
from tests.securite.scene import PROFILS, TYPE, Scene, monter

pytestmark = [pytest.mark.django_db, pytest.mark.regle("R-SEC-06")]

C = "connexion"
"""Sent to the log-in page of the door."""

Attendu = int | str

# fmt: off
ATTENDUS: Mapping[str, Mapping[str, tuple[Attendu, ...]]] = {
    # Columns: PROFILS — anonyme, titulaire, autre_titulaire, ps_autorise, ps_sans_acces,
    # ps_bloque, secretaire, agent. A method that is not here is not allowed (405).
    "accueil:acces": {"GET": (  C, 200, 200,   C,   C,   C,   C,   C)},
    "accueil:acces_alerte_arreter": {"POST": (  C, 302, 302,   C,   C,   C,   C,   C)},
    "accueil:acces_chercher": {
        "GET": (  C, 200, 200,   C,   C,   C,   C,   C),
        "POST": (  C, 422, 422,   C,   C,   C,   C,   C),
    },
    "accueil:acces_chercher_structure": {
        "GET": (  C, 200, 200,   C,   C,   C,   C,   C),
        "POST": (  C, 422, 422,   C,   C,   C,   C,   C),
    },
    "accueil:acces_code": {
        "GET": (  C, 200, 200,   C,   C,   C,   C,   C),
        "POST": (  C, 200, 200,   C,   C,   C,   C,   C),
    },
    "accueil:acces_code_annuler": {"POST": (  C, 302, 302,   C,   C,   C,   C,   C)},
    "accueil:acces_demander": {
        "GET": (  C, 200, 200,   C,   C,   C,   C,   C),
        "POST": (  C, 422, 422,   C,   C,   C,   C,   C),
    },
    "accueil:acces_demandes": {"GET": (  C, 200, 200,   C,   C,   C,   C,   C)},
    "accueil:acces_professionnel": {"GET": (  C, 200, 200,   C,   C,   C,   C,   C)},
    "accueil:acces_professionnel_geste": {
        "GET": (  C, 200, 200,   C,   C,   C,   C,   C),
        "POST": (  C, 302, 302,   C,   C,   C,   C,   C),
    },
    "accueil:acces_signaler": {
        "GET": (  C, 200, 200,   C,   C,   C,   C,   C),
        "POST": (  C, 422, 422,   C,   C,   C,   C,   C),
    },
    "accueil:acces_simulation": {"GET": (  C, 200, 200,   C,   C,   C,   C,   C)},
    "accueil:acces_structure": {"GET": (  C, 200, 200,   C,   C,   C,   C,   C)},
    "accueil:acces_structure_geste": {
        "GET": (  C, 200, 200,   C,   C,   C,   C,   C),
        "POST": (  C, 302, 302,   C,   C,   C,   C,   C),
    },
    "accueil:acces_urgence": {"POST": (  C, 302, 302,   C,   C,   C,   C,   C)},
    "accueil:matrice": {"GET": (200, 200, 200, 200, 200, 200, 200, 200)},
    # No profession is asked for.
    "accueil:matrice_pdf": {"GET": (404, 404, 404, 404, 404, 404, 404, 404)},
    # Nobody asked this structure anything.
    "webps:demande": {
        "GET": (  C,   C,   C, 404, 404, 404, 403,   C),
        "POST": (  C,   C,   C, 404, 404, 404, 403,   C),
    },
    "webps:demandes": {"GET": (  C,   C,   C, 200, 200, 200, 403,   C)},
    "accueil:bienvenue": {"GET": (200, 302, 302, 200, 200, 200, 200, 200)},
    "accueil:connexion": {
        "GET": (200, 302, 302, 200, 200, 200, 200, 200),
        "POST": (422, 302, 302, 422, 422, 422, 422, 422),
    },
    "accueil:connexion_code": {
        "GET": (  C, 302, 302,   C,   C,   C,   C,   C),
        "POST": (  C, 302, 302,   C,   C,   C,   C,   C),
    },
    "accueil:connexion_moyen": {
        "GET": (  C, 302, 302,   C,   C,   C,   C,   C),
        "POST": (  C, 302, 302,   C,   C,   C,   C,   C),
    },
    "accueil:connexion_renvoi": {"POST": (  C,   C,   C,   C,   C,   C,   C,   C)},
    "accueil:deconnexion": {"POST": (  C,   C,   C,   C,   C,   C,   C,   C)},
    "accueil:document": {"GET": (  C, 200, 404,   C,   C,   C,   C,   C)},
    "accueil:document_ajouter": {
        "GET": (  C, 200, 200,   C,   C,   C,   C,   C),
        "POST": (  C, 302, 302,   C,   C,   C,   C,   C),
    },
    "accueil:document_avant_telechargement": {"GET": (  C, 200, 404,   C,   C,   C,   C,   C)},
    "accueil:document_confidentialite": {"POST": (  C, 302, 404,   C,   C,   C,   C,   C)},
    "accueil:document_contenu": {"GET": (  C, 200, 404,   C,   C,   C,   C,   C)},
    "accueil:document_epingler": {"POST": (  C, 302, 404,   C,   C,   C,   C,   C)},
    "accueil:document_montrer_aux_proches": {
        "GET": (  C, 200, 404,   C,   C,   C,   C,   C),
        "POST": (  C, 302, 404,   C,   C,   C,   C,   C),
    },
    "accueil:document_qui": {"GET": (  C, 200, 404,   C,   C,   C,   C,   C)},
    "accueil:document_supprimer": {
        "GET": (  C, 403, 404,   C,   C,   C,   C,   C),
        "POST": (  C, 403, 404,   C,   C,   C,   C,   C),
    },
    "accueil:document_telecharger": {"GET": (  C, 200, 404,   C,   C,   C,   C,   C)},
    "accueil:documents": {"GET": (  C, 200, 200,   C,   C,   C,   C,   C)},
    "accueil:documents_confidentialite": {
        "GET": (  C, 200, 200,   C,   C,   C,   C,   C),
        "POST": (  C, 302, 302,   C,   C,   C,   C,   C),
    },
    "accueil:galerie": {"GET": (200, 200, 200, 200, 200, 200, 200, 200)},
    "accueil:historique": {"GET": (  C, 200, 200,   C,   C,   C,   C,   C)},
    "accueil:historique_telecharger": {"GET": (  C, 200, 200,   C,   C,   C,   C,   C)},
    # Measures are the patient's side only (R-MES-10): no address of the Web PS shows them.
    "accueil:mesure_ajouter": {
        "GET": (  C, 200, 200,   C,   C,   C,   C,   C),
        "POST": (  C, 302, 302,   C,   C,   C,   C,   C),
    },
    "accueil:mesure_historique": {"GET": (  C, 200, 200,   C,   C,   C,   C,   C)},
    "accueil:mesure_modifier": {
        "GET": (  C, 200, 404,   C,   C,   C,   C,   C),
        "POST": (  C, 302, 404,   C,   C,   C,   C,   C),
    },
    "accueil:mesure_objectif": {
        "GET": (  C, 200, 200,   C,   C,   C,   C,   C),
        "POST": (  C, 302, 302,   C,   C,   C,   C,   C),
    },
    # Nothing was deleted.
    "accueil:mesure_retablir": {"POST": (  C, 404, 404,   C,   C,   C,   C,   C)},
    "accueil:mesure_supprimer": {"POST": (  C, 302, 404,   C,   C,   C,   C,   C)},
    "accueil:mesures": {"GET": (  C, 200, 200,   C,   C,   C,   C,   C)},
    "accueil:mesures_exporter": {"GET": (  C, 200, 200,   C,   C,   C,   C,   C)},
    "accueil:mesures_fichier": {"GET": (  C, 200, 200,   C,   C,   C,   C,   C)},
    "accueil:mesures_organiser": {
        "GET": (  C, 200, 200,   C,   C,   C,   C,   C),
        "POST": (  C, 302, 302,   C,   C,   C,   C,   C),
    },
    "accueil:notification_basculer": {"POST": (  C, 302, 404,   C,   C,   C,   C,   C)},
    "accueil:notification_supprimer": {"POST": (  C, 302, 404,   C,   C,   C,   C,   C)},
    "accueil:notifications": {"GET": (  C, 200, 200,   C,   C,   C,   C,   C)},
    "accueil:notifications_tout_lire": {"POST": (  C, 302, 302,   C,   C,   C,   C,   C)},
    "accueil:prolonger": {"POST": (302, 302, 302, 302, 302, 302, 302, 302)},
    "accueil:reglages": {
        "GET": (  C, 200, 200,   C,   C,   C,   C,   C),
        "POST": (  C, 302, 302,   C,   C,   C,   C,   C),
    },
    "accueil:reprise": {
        "GET": (  C, 302, 302,   C,   C,   C,   C,   C),
        "POST": (  C, 302, 302,   C,   C,   C,   C,   C),
    },
    "accueil:session_etat": {"GET": (200, 200, 200, 200, 200, 200, 200, 200)},
    "accueil:sortie_discrete": {"POST": (200, 200, 200, 200, 200, 200, 200, 200)},
    "accueil:tableau": {"GET": (  C, 200, 200,   C,   C,   C,   C,   C)},
    "support:accueil": {"GET": (  C,   C,   C,   C,   C,   C,   C, 200)},
    "support:alerte": {
        "GET": (  C,   C,   C,   C,   C,   C,   C, 403),
        "POST": (  C,   C,   C,   C,   C,   C,   C, 403),
    },
    "support:alertes": {"GET": (  C,   C,   C,   C,   C,   C,   C, 403)},
    "support:connexion": {
        "GET": (200, 200, 200, 200, 200, 200, 200, 302),
        "POST": (422, 422, 422, 422, 422, 422, 422, 302),
    },
    "support:connexion_code": {
        "GET": (  C,   C,   C,   C,   C,   C,   C, 302),
        "POST": (  C,   C,   C,   C,   C,   C,   C, 302),
    },
    "support:deconnexion": {"POST": (  C,   C,   C,   C,   C,   C,   C,   C)},
    "support:expliquer": {
        "GET": (  C,   C,   C,   C,   C,   C,   C, 200),
        "POST": (  C,   C,   C,   C,   C,   C,   C, 200),
    },
    "support:prolonger": {"POST": (302, 302, 302, 302, 302, 302, 302, 302)},
    "support:reprise": {
        "GET": (  C,   C,   C,   C,   C,   C,   C, 302),
        "POST": (  C,   C,   C,   C,   C,   C,   C, 302),
    },
    "support:session_etat": {"GET": (200, 200, 200, 200, 200, 200, 200, 200)},
    "support:urgences": {
        "GET": (  C,   C,   C,   C,   C,   C,   C, 403),
        "POST": (  C,   C,   C,   C,   C,   C,   C, 403),
    },
    "accueil:verifier_historique": {"GET": (200, 200, 200, 200, 200, 200, 200, 200)},
    "accueil:verifier_historique_cle": {"GET": (200, 200, 200, 200, 200, 200, 200, 200)},
    "accueil:verifier_historique_format": {"GET": (200, 200, 200, 200, 200, 200, 200, 200)},
    "accueil:verifier_historique_programme": {"GET": (200, 200, 200, 200, 200, 200, 200, 200)},
    "webps:accueil": {"GET": (  C,   C,   C, 302, 302, 302, 302,   C)},
    "webps:accuse": {"GET": (  C,   C,   C, 302, 302, 302, 302,   C)},
    "webps:alertes": {"POST": (  C,   C,   C, 302, 403, 403, 403,   C)},
    "webps:ecrit": {
        "GET": (  C,   C,   C, 200, 302, 200, 200,   C),
        "POST": (  C,   C,   C, 302, 302, 422, 422,   C),
    },
    "webps:information": {"POST": (  C,   C,   C, 302, 302, 302, 302,   C)},
    "webps:recus": {"GET": (  C,   C,   C, 200, 200, 200, 200,   C)},
    "webps:refus_alimentation": {
        "GET": (  C,   C,   C, 200, 302, 200, 200,   C),
        "POST": (  C,   C,   C, 302, 302, 302, 422,   C),
    },
    "webps:structure": {
        "GET": (  C,   C,   C, 200, 200, 200, 200,   C),
        "POST": (  C,   C,   C, 302, 302, 302, 422,   C),
    },
    "webps:structure_retirer": {"POST": (  C,   C,   C, 302, 302, 302, 302,   C)},
    "webps:administration": {"GET": (  C,   C,   C, 403, 403, 403, 403,   C)},
    "webps:blocage": {
        "GET": (  C,   C,   C, 403, 403, 403, 403,   C),
        "POST": (  C,   C,   C, 403, 403, 403, 403,   C),
    },
    "webps:changer_exercice": {"POST": (  C,   C,   C, 200, 200, 200, 200,   C)},
    "webps:code": {
        "GET": (  C,   C,   C, 200, 200, 200, 403,   C),
        "POST": (  C,   C,   C, 422, 422, 422, 403,   C),
    },
    "webps:confrere": {
        "GET": (  C,   C,   C, 200, 403, 403, 403,   C),
        "POST": (  C,   C,   C, 200, 403, 403, 403,   C),
    },
    "webps:connexion": {"GET": (200, 200, 200, 302, 302, 302, 302, 200)},
    "webps:declaration": {
        "GET": (  C,   C,   C, 200, 302, 200, 403,   C),
        "POST": (  C,   C,   C, 302, 302, 403, 403,   C),
    },
    "webps:deconnexion": {"POST": (  C,   C,   C,   C,   C,   C,   C,   C)},
    "webps:deposer": {
        "GET": (  C,   C,   C, 200, 403, 200, 200,   C),
        "POST": (  C,   C,   C, 302, 403, 302, 302,   C),
    },
    "webps:document": {"GET": (  C,   C,   C, 200, 404, 404, 404,   C)},
    "webps:document_confidentialite": {"POST": (  C,   C,   C, 403, 404, 404, 404,   C)},
    "webps:document_contenu": {"GET": (  C,   C,   C, 200, 404, 404, 404,   C)},
    "webps:document_supprimer": {
        "GET": (  C,   C,   C, 403, 404, 404, 404,   C),
        "POST": (  C,   C,   C, 403, 404, 404, 404,   C),
    },
    "webps:document_archiver": {
        "GET": (  C,   C,   C, 403, 404, 404, 404,   C),
        "POST": (  C,   C,   C, 403, 404, 404, 404,   C),
    },
    "webps:document_desarchiver": {
        "GET": (  C,   C,   C, 403, 404, 404, 404,   C),
        "POST": (  C,   C,   C, 403, 404, 404, 404,   C),
    },
    "webps:document_ecarter": {
        "GET": (  C,   C,   C, 403, 404, 404, 404,   C),
        "POST": (  C,   C,   C, 403, 404, 404, 404,   C),
    },
    # Same structure as its author: may replace, not without a file.
    "webps:document_remplacer": {
        "GET": (  C,   C,   C, 200, 404, 404, 404,   C),
        "POST": (  C,   C,   C, 422, 404, 404, 404,   C),
    },
    "webps:document_visible_patient": {
        "GET": (  C,   C,   C, 403, 404, 404, 404,   C),
        "POST": (  C,   C,   C, 403, 404, 404, 404,   C),
    },
    "webps:document_visible_representants": {
        "GET": (  C,   C,   C, 403, 404, 404, 404,   C),
        "POST": (  C,   C,   C, 403, 404, 404, 404,   C),
    },
    "webps:avis": {
        "GET": (  C,   C,   C, 200, 200, 200, 200,   C),
        "POST": (  C,   C,   C, 302, 302, 302, 302,   C),
    },
    "webps:carnet": {"GET": (  C,   C,   C, 200, 403, 403, 403,   C)},
    "webps:histoire": {"GET": (  C,   C,   C, 200, 403, 403, 403,   C)},
    "webps:mis_a_l_ecart": {"GET": (  C,   C,   C, 200, 403, 403, 403,   C)},
    "webps:urgence": {
        "GET": (  C,   C,   C, 200, 200, 200, 403,   C),
        "POST": (  C,   C,   C, 302, 302, 403, 403,   C),
    },
    "webps:urgence_dossier": {"GET": (  C,   C,   C, 302, 403, 403, 403,   C)},
    "webps:urgence_samu": {
        "GET": (  C,   C,   C, 403, 403, 403, 403,   C),
        "POST": (  C,   C,   C, 403, 403, 403, 403,   C),
    },
    "webps:urgences": {"GET": (  C,   C,   C, 200, 200, 200, 403,   C)},
    "webps:urgences_structure": {
        "GET": (  C,   C,   C, 403, 403, 403, 403,   C),
        "POST": (  C,   C,   C, 403, 403, 403, 403,   C),
    },
    "webps:vaccinations": {"GET": (  C,   C,   C, 200, 403, 403, 403,   C)},
    "webps:volontes": {"GET": (  C,   C,   C, 200, 403, 403, 403,   C)},
    "webps:document_telecharger": {"GET": (  C,   C,   C, 200, 404, 404, 404,   C)},
    "webps:documents": {"GET": (  C,   C,   C, 200, 403, 403, 403,   C)},
    "webps:exercice": {
        "GET": (  C,   C,   C, 302, 302, 302, 302,   C),
        "POST": (  C,   C,   C, 302, 302, 302, 302,   C),
    },
    "webps:fermer": {"POST": (  C,   C,   C, 302, 302, 302, 302,   C)},
    "webps:historique": {"GET": (  C,   C,   C, 200, 403, 403, 403,   C)},
    "webps:historique_tous": {"GET": (  C,   C,   C, 403, 403, 403, 403,   C)},
    "webps:mes_patients": {
        "GET": (  C,   C,   C, 200, 200, 200, 403,   C),
        "POST": (  C,   C,   C, 404, 404, 404, 403,   C),
    },
    "webps:prolonger": {"POST": (302, 302, 302, 302, 302, 302, 302, 302)},
    "webps:psc": {"GET": (503, 503, 503, 503, 503, 503, 503, 503)},
    "webps:recapitulatif": {"GET": (  C,   C,   C, 200, 403, 403, 403,   C)},
    "webps:recherche": {
        "GET": (  C,   C,   C, 200, 200, 200, 200,   C),
        "POST": (  C,   C,   C, 302, 302, 302, 302,   C),
    },
    "webps:refus": {
        "GET": (  C,   C,   C, 200, 302, 200, 403,   C),
        "POST": (  C,   C,   C, 200, 302, 200, 403,   C),
    },
    "webps:reprise": {
        "GET": (  C,   C,   C, 302, 302, 302, 302,   C),
        "POST": (  C,   C,   C, 302, 302, 302, 302,   C),
    },
    "webps:retour": {"GET": (403, 403, 403, 302, 302, 302, 302, 403)},
    "webps:session_etat": {"GET": (200, 200, 200, 200, 200, 200, 200, 200)},
    "webps:vitale": {"POST": (  C,   C,   C, 302, 302, 302, 302,   C)},
}
# fmt: on

PUBLIQUES = frozenset(
    {
        *("accueil:bienvenue", "accueil:connexion", "accueil:connexion_moyen"),
        *("accueil:connexion_code", "accueil:connexion_renvoi", "accueil:deconnexion"),
        "accueil:sortie_discrete",
        # The gallery of components is absent from production.
        *("accueil:session_etat", "accueil:prolonger", "accueil:galerie"),
        # What each profession reads, by the table in force: the same for everybody.
        *("accueil:matrice", "accueil:matrice_pdf"),
        # How a downloaded history is verified, and our public key: nobody's data.
        *("accueil:verifier_historique", "accueil:verifier_historique_cle"),
        *("accueil:verifier_historique_format", "accueil:verifier_historique_programme"),
        *("webps:connexion", "webps:psc", "webps:retour", "webps:exercice", "webps:deconnexion"),
        *("webps:session_etat", "webps:prolonger"),
        *("support:connexion", "support:connexion_code", "support:deconnexion"),
        *("support:session_etat", "support:prolonger"),
    }
)
"""What one reaches without a session: log-in, log-out, how long the session lasts, no person."""

CONTENUS = frozenset(
    {
        *("accueil:document_contenu", "accueil:document_telecharger"),
        *("webps:document_contenu", "webps:document_telecharger"),
    }
)
"""The only answers with a content policy of their own: a file in its sandbox."""

POIDS = {"valeur_WEIGHT": "72,5", "jour": "2026-01-05", "heure": "08:00"}

# What a person would really send; nothing for the other forms.
FORMULAIRES: Mapping[str, Mapping[str, str]] = {
    "accueil:connexion": {"identifiant": "alex.demo", "mot_de_passe": "faux"},
    "support:connexion": {"identifiant": "agent.demo", "mot_de_passe": "faux"},
    "support:expliquer": {
        "rpps": s.RPPS["medecin"][0],
        "ins": s.PERSONNES["alex"]["matricule"],
        "mode": "normal",
    },
    "accueil:document_ajouter": {
        "titre": "Photo",
        "type_code": TYPE,
        "date_document": "2026-01-05",
        "confidentialite": "visible",
    },
    "accueil:document_confidentialite": {"confidentialite": "masque"},
    "accueil:documents_confidentialite": {"choix": "masquer"},
    "accueil:document_epingler": {"epingle": "oui"},
    "accueil:mesure_ajouter": POIDS,
    "accueil:mesure_modifier": POIDS,
    "accueil:mesure_objectif": {"objectif": "6,5"},
    "accueil:mesures_organiser": {"code": "WEIGHT", "geste": "masquer"},
    "accueil:notification_basculer": {"lue": "oui"},
    "accueil:reglages": {"courriel_document": "oui"},
    "webps:recherche": {
        "matricule": s.PERSONNES["alex"]["matricule"],
        "nom_naissance": s.PERSONNES["alex"]["nom_naissance"],
        "date_naissance": s.PERSONNES["alex"]["date_naissance"],
    },
    "webps:declaration": {"base": "consentement", "information": "papier", "rappel_lu": "on"},
    "webps:document_confidentialite": {"confidentialite": "masque"},
    "webps:ecrit": {"atteste": "on"},
    "webps:information": {"information": "papier"},
    "webps:refus_alimentation": {"motif": "Un proche y travaille.", "type_code": ""},
    "webps:structure": {"type_code": TYPE},
    "webps:urgence": {
        "nom_naissance": s.PERSONNES["alex"]["nom_naissance"],
        "prenom": s.PERSONNES["alex"]["prenoms"],
        "date_naissance": s.PERSONNES["alex"]["date_naissance"],
        "raison": "inconscient",
        "texte": "Malaise sur la voie publique.",
        "attestation": "on",
    },
    "webps:deposer": {"titre": "Courrier", "type_code": TYPE, "date_document": "2026-01-05"},
}
AVEC_FICHIER = frozenset({"accueil:document_ajouter", "webps:deposer", "webps:ecrit"})


def _noms(motifs: Any, espaces: tuple[str, ...] = ()) -> Iterator[str]:
    """« namespace:name » of every route; one without a name could not be in the table."""
    for motif in motifs:
        if isinstance(motif, URLResolver):
            ici = (*espaces, motif.namespace) if motif.namespace else espaces
            yield from _noms(motif.url_patterns, ici)
        else:
            assert isinstance(motif, URLPattern)
            assert motif.name, f"route sans nom : {motif.pattern}"
            yield ":".join((*espaces, motif.name))


ROUTES = sorted(_noms(get_resolver().url_patterns))


@pytest.fixture
def scene(settings) -> Scene:
    # Pro Santé Connect is away: where it would answer is not what is asked here.
    settings.MES_PSC = {**settings.MES_PSC, "emetteur": "http://127.0.0.1:9", "client_id": "ici"}
    return monter()


_PROFESSIONNEL = ("accueil:acces_professionnel", "accueil:acces_demander", "accueil:acces_signaler")
"""Routes of the patient's panel about one professional."""


def _adresse(nom: str, scene: Scene) -> str:
    if nom in _PROFESSIONNEL or nom == "accueil:acces_professionnel_geste":
        qui = s.creer_exercice("medecin").professionnel_id
        return reverse(nom, args=[qui] if nom in _PROFESSIONNEL else [qui, "bloquer"])
    if nom.startswith("accueil:acces_structure"):
        ou = s.creer_structure().pk
        return reverse(nom, args=[ou, "bloquer"] if nom.endswith("geste") else [ou])
    if nom in ("accueil:acces_alerte_arreter", "webps:demande"):
        return reverse(nom, args=[scene.notification_id])
    if nom in ("accueil:mesure_modifier", "accueil:mesure_retablir", "accueil:mesure_supprimer"):
        return reverse(nom, args=[scene.mesure_id])
    if nom == "accueil:mesure_objectif":
        return reverse(nom, args=["hemoglobine-glyquee-hba1c"])
    if nom.startswith("accueil:mesure_"):
        return reverse(nom, args=["poids"])
    if nom.startswith("accueil:notification_") or nom == "support:alerte":
        return reverse(nom, args=[scene.notification_id])
    if nom.partition(":")[2].startswith("document") and nom not in (
        *("accueil:documents", "accueil:document_ajouter", "accueil:documents_confidentialite"),
        "webps:documents",
    ):
        return reverse(nom, args=[scene.document_id])
    return reverse(nom)


def _demander(client: Client, methode: str, nom: str, scene: Scene) -> HttpResponseBase:
    adresse = _adresse(nom, scene)
    if methode != "POST":
        return client.generic(methode, adresse)
    champs: dict[str, Any] = dict(FORMULAIRES.get(nom, {}))
    if nom in AVEC_FICHIER:
        champs["fichier"] = SimpleUploadedFile("courrier.pdf", s.pdf("courrier"))
    return client.post(adresse, champs)


def _obtenu(reponse: HttpResponseBase) -> Attendu:
    if reponse.status_code == 302 and "/connexion/?" in reponse.headers["Location"] + "?":
        return C
    return reponse.status_code


def _est_dedans(nom: str, profil: str) -> bool:
    """Whether this profile holds a session of the route's door."""
    if nom.startswith("support:"):
        return profil == "agent"
    patient = profil in ("titulaire", "autre_titulaire")
    soignant = profil.startswith("ps_") or profil == "secretaire"
    return patient if nom.startswith("accueil:") else soignant


def _attendu(nom: str, methode: str, profil: str) -> Attendu:
    permises = ATTENDUS[nom]
    if methode in permises:
        return permises[methode][PROFILS.index(profil)]
    return 405 if nom in PUBLIQUES or _est_dedans(nom, profil) else C


def test_la_table_ne_nomme_que_des_routes_qui_existent():
    assert set(ATTENDUS) == set(ROUTES)
    assert set(FORMULAIRES) <= set(ROUTES)
    assert set(ROUTES) >= PUBLIQUES | CONTENUS


@pytest.mark.parametrize("profil", PROFILS)
def test_chaque_route_repond_a_chacun_ce_que_dit_la_table(scene, profil):
    ecarts: dict[str, tuple[Attendu, Attendu]] = {}
    for nom in ROUTES:
        for methode in ("GET", "POST"):
            point = transaction.savepoint()
            reponse = _demander(scene.navigateur(profil), methode, nom, scene)
            transaction.savepoint_rollback(point)
            obtenu, attendu = _obtenu(reponse), _attendu(nom, methode, profil)
            if obtenu != attendu:
                ecarts[f"{methode} {nom}"] = (obtenu, attendu)
            _verifier_les_entetes(reponse, nom, _est_dedans(nom, profil))
    assert ecarts == {}, "obtenu, attendu"


@pytest.mark.parametrize("profil", ["titulaire", "ps_autorise", "agent"])
def test_head_repond_comme_get_sans_le_corps(scene, profil):
    ecarts = {}
    for nom in ROUTES:
        reponses = []
        for methode in ("GET", "HEAD"):
            point = transaction.savepoint()
            reponses.append(_demander(scene.navigateur(profil), methode, nom, scene))
            transaction.savepoint_rollback(point)
        get, head = reponses
        if _obtenu(get) != _obtenu(head):
            ecarts[nom] = (_obtenu(get), _obtenu(head))
    assert ecarts == {}, "GET, HEAD"


@pytest.mark.parametrize("profil", ["anonyme", "titulaire", "ps_autorise", "agent"])
def test_aucune_autre_methode_n_est_permise(scene, profil):
    for methode in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        obtenus = {}
        for nom in ROUTES:
            point = transaction.savepoint()
            obtenus[nom] = _obtenu(_demander(scene.navigateur(profil), methode, nom, scene))
            transaction.savepoint_rollback(point)
        assert obtenus == {nom: _attendu(nom, methode, profil) for nom in ROUTES}, methode


def _verifier_les_entetes(reponse: HttpResponseBase, nom: str, est_dedans: bool) -> None:
    entetes = reponse.headers
    politique = entetes["Content-Security-Policy"]
    directives = dict(d.strip().partition(" ")[::2] for d in politique.split(";"))
    sandbox = nom in CONTENUS and reponse.status_code == 200
    assert directives["default-src"] == ("'none'" if sandbox else "'self'"), nom
    assert "unsafe-eval" not in politique, nom
    assert "script-src" not in directives, nom  # scripts follow default-src
    if sandbox:
        assert politique.count("unsafe-inline") == 1, nom
        assert directives["style-src"] == "'unsafe-inline'", nom
    else:
        assert "unsafe-inline" not in politique, nom
    assert directives["frame-ancestors"] == ("'self'" if sandbox else "'none'"), nom
    assert entetes["X-Content-Type-Options"] == "nosniff", nom
    assert entetes["X-Frame-Options"] == ("SAMEORIGIN" if sandbox else "DENY"), nom
    assert entetes["Referrer-Policy"] == "same-origin", nom
    assert "camera=()" in entetes["Permissions-Policy"], nom
    assert "no-store" in entetes["Cache-Control"], nom
    if est_dedans and 200 <= reponse.status_code < 300 and nom not in PUBLIQUES:
        assert entetes["Cache-Control"] == "no-store", nom


@pytest.mark.parametrize("profil", ["anonyme", "titulaire", "ps_autorise", "agent"])
def test_un_formulaire_venu_d_ailleurs_est_refuse_partout(scene, profil):
    """Without our CSRF token nothing is done, whoever's cookie goes with it."""
    acceptes = []
    for nom in ROUTES:
        if "POST" not in ATTENDUS[nom]:
            continue
        point = transaction.savepoint()
        reponse = _demander(scene.navigateur(profil, csrf=True), "POST", nom, scene)
        transaction.savepoint_rollback(point)
        if reponse.status_code != 403 or "formulaire" not in reponse.content.decode():
            acceptes.append((nom, reponse.status_code))
        _verifier_les_entetes(reponse, nom, False)
    assert acceptes == []


@pytest.mark.parametrize(
    "adresse", ["/rien/", "/ps/rien/", "/support/rien/", "/documents/pas-un-uuid/", "/ps/../"]
)
@pytest.mark.parametrize("profil", PROFILS)
def test_ce_qui_n_existe_pas_est_un_404_pour_tous(scene, profil, adresse):
    reponse = scene.navigateur(profil).get(adresse)
    assert reponse.status_code == 404
    _verifier_les_entetes(reponse, "", False)


def test_la_session_d_un_portail_n_ouvre_pas_l_autre(scene):
    """The key of a session, moved to the other door's cookie, opens nothing."""
    client = Client()
    client.cookies["mes_session_ps"] = scene.navigateurs["titulaire"].cookies["mes_session"].value
    assert _obtenu(client.get("/ps/patients/")) == C
    client = Client()
    client.cookies["mes_session"] = scene.navigateurs["ps_autorise"].cookies["mes_session_ps"].value
    assert _obtenu(client.get("/documents/")) == C


def test_la_panne_aussi_porte_les_entetes(scene):
    client = scene.navigateur("titulaire")
    _perdre_le_fichier(scene)
    reponse = client.get(f"/documents/{scene.document_id}/contenu/")
    assert reponse.status_code == 500
    _verifier_les_entetes(reponse, "", False)
    assert "Traceback" not in reponse.content.decode()


def _perdre_le_fichier(scene: Scene) -> None:
    """As a storage that lost a file: an incident, never a person's mistake."""
    document = s.document_en_base(s.Depose(scene.document_id, scene.espace.pk))
    assert document.servi_id is not None
    fichiers.effacer(document.servi_id)
