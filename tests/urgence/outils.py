"""What a professional types in an emergency, and the browsers of these tests."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.utils import timezone

from habilitations.models import Ouverture, ReglageAcces
from mes.socle import travaux
from mes.socle.models import EtatTravail, Travail
from mes.socle.nomenclatures import types_documents
from professionnels.models import Exercice
from tests import situations as s
from tests.comptes.outils import connecter_professionnel
from usagers.models import EspaceSante

BRIS, SAMU, DOSSIER = "/ps/urgence/", "/ps/urgence/samu/", "/ps/urgence/dossier/"
JUSTIFICATION = "Patient inconscient sur la voie publique, traumatisme probable."


def personne(nom: str = "alex", **champs: str) -> dict[str, str]:
    connue = s.PERSONNES[nom]
    return {
        "nom_naissance": connue["nom_naissance"],
        "prenom": connue["prenoms"],
        "date_naissance": connue["date_naissance"],
        **champs,
    }


def demande(nom: str = "alex", **champs: str) -> dict[str, str]:
    """The form of a bris de glace, complete."""
    complete = {
        **personne(nom),
        "raison": "inconscient",
        "texte": JUSTIFICATION,
        "attestation": "on",
        **champs,
    }
    return {cle: valeur for cle, valeur in complete.items() if valeur}


def exercice_de(qui: str) -> Exercice:
    return Exercice.objects.select_related("professionnel", "structure").get(
        pk=s.creer_exercice(qui).pk
    )


def navigateur(qui: str = "medecin", *, regulateur: bool = False) -> Client:
    client = Client()
    connecter_professionnel(client, exercice_de(qui), regulateur=regulateur)
    return client


def tout_est_lisible() -> None:
    """A matrix that lets physicians read every type, pharmacists prescriptions only."""
    s.poser_matrice({("10", code): True for code in types_documents()} | {("21", "57833-6"): True})


def regler(espace: EspaceSante, **choix: bool) -> None:
    ReglageAcces.objects.update_or_create(espace=espace, defaults=choix)


def ouverte() -> Ouverture:
    """The only opening that nobody closed."""
    return Ouverture.objects.get(fermee_le=None)


def sans_jeton(reponse: HttpResponseBase) -> bytes:
    """The page, but for the token that each form is given anew and the session's countdown."""
    contenu = getattr(reponse, "content", b"")
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"|data-reste="\d+"', b"", contenu)


def faire_les_travaux(nature: str = "") -> None:
    """What the worker does, by its own entry, until nothing is left."""
    for _ in range(3):
        a_faire = Travail.objects.filter(etat=EtatTravail.A_FAIRE, nature__startswith=nature)
        for travail_id in a_faire.values_list("pk", flat=True):
            travaux.faire(travail_id)


def avancer(monkeypatch: pytest.MonkeyPatch, duree: timedelta) -> datetime:
    """Makes it later for everybody who asks Django what time it is."""
    alors = timezone.now() + duree
    monkeypatch.setattr(timezone, "now", lambda: alors)
    return alors


def titres(reponse: Any) -> set[str]:
    """Titles of the documents that a first screen shows, everywhere in it."""
    page = reponse.context["page"]
    apercus = [
        *(synthese.page.apercu for synthese in page.syntheses),
        *(*page.volontes, *page.directives, *page.derniers),
    ]
    return {apercu.titre for apercu in apercus}
