"""Key rotation: what was sealed opens with the new master key alone, wherever the run was stopped."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from comptes.models import JetonsPSC
from habilitations.acces import AccesRefuse, inscrire_refus, ouvrir_pour_le_systeme
from habilitations.models import Ouverture
from habilitations.politique import Action, Mode
from journal.models import LigneSecurite
from mes.socle import coffres, mur, rotation
from mes.socle.champs import ChampScelle
from mes.socle.chiffrement import ChiffrementInvalide, version_de
from mes.socle.models import CleIdentite, CleJournal, CleMedicale, CleSysteme
from mes.socle.trousseau import trousseau
from mes.socle.uuid7 import uuid7
from notifications.actions import envoyer
from notifications.models import Canal, Envoi
from tests import situations as s
from tests.comptes.outils import connecter_usager

pytestmark = pytest.mark.django_db

NEUVE = "2:" + base64.b64encode(bytes(range(100, 132))).decode()
ADRESSE = "alex@mes.test"


@pytest.fixture(autouse=True)
def trousseau_relu() -> Iterator[None]:
    """The keyring is read once by process: read again, here, before and after."""
    trousseau.cache_clear()
    yield
    trousseau.cache_clear()


def _mettre_au_trousseau(settings: Any, cles: str) -> None:
    settings.MES_CLES = cles
    trousseau.cache_clear()


@pytest.fixture
def maison() -> dict[str, Any]:
    """Something sealed in each of the ways that the product has."""
    espace, autre = s.creer_espace("alex"), s.creer_espace("camille")
    compte = s.creer_compte("alex", espace)
    depose = s.deposer(s.acteur_ps("medecin"), espace, titre="Bilan")
    s.deposer(s.acteur_ps("medecin"), autre, titre="Radio")
    envoi_id = envoyer(canal=Canal.COURRIEL, adresse=ADRESSE, sujet="Sujet", texte="Texte")
    ouverture = s.autoriser(s.acteur_ps("medecin"), espace, mode=Mode.BRIS_DE_GLACE)
    ouverture.scelle = trousseau().sceller(
        b"urgence", lieu=f"habilitations.ouverture:{ouverture.pk}"
    )
    ouverture.save()
    jetons = JetonsPSC(id=uuid7(), a_rafraichir_le=timezone.now(), fin_le=timezone.now())
    jetons.fin_le += timedelta(hours=1)
    jetons.poser_contenu({"acces": "jeton"})
    jetons.save(force_insert=True)
    with (
        pytest.raises(AccesRefuse) as refus,
        s.espace_ouvert(s.acteur_ps("pharmacien"), espace.pk, Action.LISTER),
    ):
        pass
    inscrire_refus(refus.value)
    return {
        "espace": espace,
        "autre": autre,
        "compte": compte,
        "depose": depose,
        "envoi": envoi_id,
        "ouverture": ouverture.pk,
        "jetons": jetons.pk,
    }


def _tout_relire(maison: dict[str, Any]) -> None:
    """Every sealed thing is opened again, through the product."""
    espace = maison["espace"]
    with transaction.atomic(), ouvrir_pour_le_systeme(espace.pk) as (coffre, journal):
        document = s.Document.objects.get(pk=maison["depose"].id)
        assert document.fiche(coffre)["titre"] == "Bilan"
        assert journal == coffres.coffre(CleJournal, espace.pk)
    cle = coffres.coffre(CleIdentite, espace.pk)
    assert espace.identite.traits(cle)["nom_naissance"] == "DEMO-UN"
    compte = maison["compte"]
    compte.refresh_from_db()
    assert compte.fiche()["courriel"] == ADRESSE
    envoi = Envoi.objects.get(pk=maison["envoi"])
    assert trousseau().desceller_json(bytes(envoi.scelle), lieu=Envoi.lieu(envoi.pk))["sujet"]
    ouverture = Ouverture.objects.get(pk=maison["ouverture"])
    lieu = f"habilitations.ouverture:{ouverture.pk}"
    assert trousseau().desceller(bytes(ouverture.scelle), lieu=lieu) == b"urgence"
    assert JetonsPSC.objects.get(pk=maison["jetons"]).contenu() == {"acces": "jeton"}
    sortie = StringIO()
    call_command("verifier_journal", stdout=sortie)
    assert "journal intègre" in sortie.getvalue()
    client = Client()
    connecter_usager(client, compte)
    page = client.get(f"/documents/{maison['depose'].id}/")
    assert "Bilan" in page.content.decode()


def _enveloppes(maison: dict[str, Any]) -> dict[str, bytes]:
    """Every value that the keyring sealed."""
    vues: dict[str, bytes] = {}
    espaces = [maison["espace"].pk, maison["autre"].pk]
    with transaction.atomic(), mur.ouvrir(lus=espaces):
        for modele in (CleIdentite, CleJournal, CleMedicale):
            for ligne in modele.objects.filter(espace_id__in=espaces):
                vues[f"{modele.__name__} {ligne.pk}"] = bytes(ligne.enveloppe)
    for scelle in rotation.SCELLES_PAR_LE_TROUSSEAU:
        for ligne in apps.get_model(scelle.modele)._default_manager.all():
            valeur = getattr(ligne, scelle.colonne)
            if valeur is not None:
                vues[f"{scelle.modele} {ligne.pk}"] = bytes(valeur)
    return vues


def _renouveler() -> str:
    sortie = StringIO()
    call_command("renouveler_cles", stdout=sortie)
    return sortie.getvalue()


def test_apres_le_renouvellement_plus_rien_ne_depend_de_l_ancienne_cle(settings, maison):
    ancienne = settings.MES_CLES
    _mettre_au_trousseau(settings, f"{NEUVE},{ancienne}")
    _tout_relire(maison)
    assert {version_de(v) for v in _enveloppes(maison).values()} == {1}

    assert "clés à jour" in _renouveler()

    assert {version_de(v) for v in _enveloppes(maison).values()} == {2}
    _mettre_au_trousseau(settings, NEUVE)
    _tout_relire(maison)


def test_sans_renouvellement_retirer_l_ancienne_cle_ferme_tout(settings, maison):
    """What makes the other tests speak: the former key was needed."""
    _mettre_au_trousseau(settings, NEUVE)
    with pytest.raises(ChiffrementInvalide):
        _tout_relire(maison)


def test_un_second_renouvellement_ne_change_rien(settings, maison):
    _mettre_au_trousseau(settings, f"{NEUVE},{settings.MES_CLES}")
    _renouveler()
    avant = _enveloppes(maison)
    _renouveler()
    assert _enveloppes(maison) == avant


def test_arrete_entre_deux_lots_le_renouvellement_reprend(settings, maison, monkeypatch):
    """Killed after each of its steps in turn: the rest is done by the next run."""
    monkeypatch.setattr(rotation, "LOT", 1)
    ancienne = settings.MES_CLES
    _mettre_au_trousseau(settings, f"{NEUVE},{ancienne}")
    etapes = rotation.renouveler()
    for _ in range(3):
        next(etapes)
    etapes.close()
    versions = {version_de(v) for v in _enveloppes(maison).values()}
    assert versions == {1, 2}  # half way: both keys are needed, and everything opens
    _tout_relire(maison)
    _renouveler()
    _mettre_au_trousseau(settings, NEUVE)
    _tout_relire(maison)


def test_l_avancement_compte_chaque_table_jusqu_au_bout(settings, maison, monkeypatch):
    monkeypatch.setattr(rotation, "LOT", 1)
    _mettre_au_trousseau(settings, f"{NEUVE},{settings.MES_CLES}")
    dernieres = {etape.quoi: (etape.faits, etape.total) for etape in rotation.renouveler()}
    assert dernieres["CleMedicale"] == (2, 2)
    assert dernieres["comptes.Compte"][0] == dernieres["comptes.Compte"][1] >= 1
    assert all(faits == total for faits, total in dernieres.values())


def test_chaque_colonne_scellee_par_le_trousseau_est_renouvelee(maison):
    """What an espace's key seals is not resealed: its key is rewrapped. The rest must be listed."""
    par_une_cle = {
        *("socle.CleIdentite", "socle.CleMedicale", "socle.CleJournal"),
        *("journal.Ligne", "journal.LigneSecurite", "usagers.Identite", "dossier.Document"),
        *("dossier.Mesure", "dossier.ReglageMesures"),
    }
    colonnes = {
        f"{modele._meta.app_label}.{modele.__name__}"
        for modele in apps.get_models()
        for champ in modele._meta.get_fields()
        if isinstance(champ, ChampScelle)
    }
    assert {scelle.modele for scelle in rotation.SCELLES_PAR_LE_TROUSSEAU} == colonnes - par_une_cle
    assert LigneSecurite.objects.exists()
    assert CleSysteme.objects.exists()  # wraps the key of the security journal: it is renewed
