"""What e-mails say: plain French, and nothing about anybody's health."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string

from notifications.courriels import PERMIS, composer
from notifications.models import CodeNotification

DOSSIER = Path(__file__).resolve().parents[2] / "templates" / "courriels"
GABARITS = sorted(chemin.name for chemin in DOSSIER.iterdir())
NOMS = sorted({nom.partition("_sujet")[0].partition(".")[0] for nom in GABARITS} - {"base"})

MEDICAL = {
    "titre": "Sérologie du VIH",
    "document": "Compte rendu d'oncologie",
    "type": "Résultat de biologie",
    "categorie": "Traitements et soins",
    "professionnel": "Dr DEMO-GENERALISTE",
    "auteur": "Dr DEMO-GENERALISTE",
    "profession": "psychiatre",
    "specialite": "gynécologie",
    "structure": "Hôpital DÉMO, service d'addictologie",
    "message": "Votre traitement par méthadone",
    "contenu": "HbA1c 9,2 %",
    "ins": "185049900000162",
    "nom": "DEMO-UN",
    "objet_id": "018f0000-0000-7000-8000-000000000000",
}
NEUTRE = {
    "prenom": "Alex",
    "code": "123456",
    "duree": "15",
    "lien": "http://localhost:8000/connexion/code/#123456",
    "evenement": "Un document a été ajouté",
}


@pytest.mark.regle("R-NOT-03", "R-MSG-11")
@pytest.mark.parametrize("gabarit", GABARITS)
def test_un_gabarit_ne_montre_rien_de_medical_meme_quand_on_le_lui_donne(gabarit):
    rendu = render_to_string(f"courriels/{gabarit}", {**MEDICAL, **NEUTRE, "nom_service": "MES"})
    for mot in MEDICAL.values():
        assert mot not in rendu


@pytest.mark.regle("R-NOT-03")
@pytest.mark.parametrize("gabarit", GABARITS)
def test_un_gabarit_ne_nomme_que_les_mots_permis(gabarit):
    source = (DOSSIER / gabarit).read_text(encoding="utf-8")
    nommes = set(re.findall(r"{{\s*([\w.]+)", source)) | set(re.findall(r"{% if ([\w.]+)", source))
    assert nommes <= PERMIS | {"nom_service", "adresse_service"}


@pytest.mark.regle("R-NOT-03")
@pytest.mark.parametrize("mot", sorted(MEDICAL))
def test_un_mot_qui_n_est_pas_prevu_est_refuse_avant_tout_rendu(mot):
    with pytest.raises(ValueError, match=mot):
        composer("evenement", {**NEUTRE, mot: MEDICAL[mot]})


@pytest.mark.regle("R-NOT-03", "R-NOT-08")
@pytest.mark.parametrize("code", CodeNotification)
def test_la_phrase_d_un_evenement_ne_dit_ni_quoi_ni_qui(code):
    courriel = composer("evenement", {**NEUTRE, "evenement": str(code.label)})
    assert courriel.sujet.startswith(str(code.label))
    assert str(code.label) in courriel.texte
    assert NEUTRE["lien"] in courriel.html


@pytest.mark.parametrize("nom", NOMS)
def test_un_courriel_a_un_sujet_d_une_ligne_un_texte_et_un_html(nom):
    courriel = composer(nom, {**NEUTRE, "evenement": "Un document\na été ajouté"})
    assert "\n" not in courriel.sujet
    nomme = "prenom" in (DOSSIER / f"{nom}.txt").read_text(encoding="utf-8")
    assert courriel.texte.startswith("Bonjour Alex," if nomme else "Bonjour,")
    assert courriel.html.startswith("<!DOCTYPE html>")


def test_le_texte_n_est_pas_echappe_et_le_html_l_est():
    courriel = composer("evenement", {**NEUTRE, "prenom": "L'<Éa>"})
    assert "L'<Éa>" in courriel.texte
    assert "<Éa>" not in courriel.html
