"""Identity (section O): two facts, four statuses, and what an INS needs to come in or go out."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, transaction

from journal.faits import SYSTEME, Fait
from mes.socle import coffres
from mes.socle.identifiants import Ins, TraitsStricts
from mes.socle.models import CleIdentite
from tests import situations as s
from tests.comptes.outils import faits_du_journal
from usagers.actions import (
    EspaceExistant,
    IdentiteNonQualifiable,
    controler_piece,
    modifier_complementaires,
    modifier_traits,
    ouvrir_espace,
    verifier_par_insi,
)
from usagers.identite import TraitsComplementaires, ins_transmissible, nom_affiche
from usagers.insi import CodeINSi, INSiIndisponible
from usagers.models import Identite, StatutIdentite
from usagers.recherche import espace_par_ins, espaces_par_traits, identite_affichee

pytestmark = pytest.mark.django_db


def _traits(nom: str = "alex") -> TraitsStricts:
    personne = s.PERSONNES[nom]
    return TraitsStricts.depuis_saisie(
        nom_naissance=personne["nom_naissance"],
        prenoms=personne["prenoms"],
        date_naissance=personne["date_naissance"],
        sexe=personne["sexe"],
        lieu_naissance="99999",
    )


def _clair(espace) -> dict:
    return Identite.objects.get(pk=espace.pk).traits(coffres.coffre(CleIdentite, espace.pk))


@pytest.fixture
def inconnue():
    """An espace whose identity nobody has verified yet."""
    return ouvrir_espace(
        traits=_traits(), ins=None, acteur=SYSTEME, trouvee_insi=False, piece_controlee=False
    )


@pytest.fixture
def insi(settings, tmp_path):
    """The stand-in teleservice, answering from a file."""

    def repondre(*lignes: dict) -> None:
        fichier = tmp_path / "insi.json"
        fichier.write_text(json.dumps(lignes), encoding="utf-8")
        settings.MES_INSI = f"fichier://{fichier}"

    return repondre


def _ligne(**change: str) -> dict:
    personne = s.PERSONNES["alex"]
    return {
        "matricule": personne["matricule"],
        "oid": s.OID_TEST,
        "nom_naissance": personne["nom_naissance"],
        "prenoms": personne["prenoms"],
        "date_naissance": personne["date_naissance"],
        "sexe": personne["sexe"],
        **change,
    }


@pytest.mark.regle("R-INS-02")
@pytest.mark.parametrize(
    ("insi_trouvee", "piece", "statut"),
    [
        (False, False, StatutIdentite.PROVISOIRE),
        (True, False, StatutIdentite.RECUPEREE),
        (False, True, StatutIdentite.VALIDEE),
        (True, True, StatutIdentite.QUALIFIEE),
    ],
)
def test_deux_faits_donnent_quatre_statuts(insi_trouvee, piece, statut):
    assert Identite(trouvee_insi=insi_trouvee, piece_controlee=piece).statut is statut
    for attribut in ("douteuse", "fictive"):
        douteuse = Identite(trouvee_insi=insi_trouvee, piece_controlee=piece, **{attribut: True})
        assert douteuse.statut is StatutIdentite.PROVISOIRE


@pytest.mark.regle("R-INS-01", "R-INS-02")
def test_insi_trouve_une_identite_puis_la_piece_la_qualifie(inconnue, insi):
    insi(_ligne())
    reponse = verifier_par_insi(espace_id=inconnue.pk, acteur=SYSTEME)
    assert reponse.code is CodeINSi.TROUVEE
    assert Identite.objects.get().statut is StatutIdentite.RECUPEREE
    assert espace_par_ins(s.PERSONNES["alex"]["matricule"]) == inconnue
    controler_piece(espace_id=inconnue.pk, acteur=SYSTEME, dispositif="carte d'identité")
    assert Identite.objects.get().statut is StatutIdentite.QUALIFIEE
    assert faits_du_journal(inconnue.pk).count(Fait.IDENTITE_VERIFIEE) == 2


@pytest.mark.regle("R-INS-02")
@pytest.mark.parametrize(
    ("lignes", "code"),
    [
        ([], CodeINSi.AUCUNE),
        ([_ligne(sexe="F")], CodeINSi.AUCUNE),
        ([_ligne(), _ligne(matricule="185042A00001475")], CodeINSi.PLUSIEURS),
    ],
)
def test_hors_d_une_identite_unique_insi_ne_rapporte_rien(inconnue, insi, lignes, code):
    insi(*lignes)
    assert verifier_par_insi(espace_id=inconnue.pk, acteur=SYSTEME).code is code
    identite = Identite.objects.get()
    assert identite.ins_index is None
    assert identite.statut is StatutIdentite.PROVISOIRE
    assert _clair(inconnue)["matricule"] == ""


def test_sans_teleservice_rien_n_est_invente(inconnue, settings):
    settings.MES_INSI = ""
    with pytest.raises(INSiIndisponible):
        verifier_par_insi(espace_id=inconnue.pk, acteur=SYSTEME)


@pytest.mark.regle("R-INS-02")
@pytest.mark.parametrize("attribut", ["douteuse", "fictive"])
def test_une_identite_douteuse_ou_fictive_n_interroge_pas_insi(inconnue, insi, attribut):
    insi(_ligne())
    Identite.objects.update(**{attribut: True})
    with pytest.raises(IdentiteNonQualifiable):
        verifier_par_insi(espace_id=inconnue.pk, acteur=SYSTEME)
    with pytest.raises(IntegrityError), transaction.atomic():
        Identite.objects.update(trouvee_insi=True, ins_index=b"\1" * 32)


@pytest.mark.regle("R-INS-02", "R-INS-04")
def test_un_trait_strict_change_fait_tomber_le_statut_et_partir_l_ins():
    espace = s.creer_espace("alex")
    assert identite_affichee(espace)["matricule"] == s.PERSONNES["alex"]["matricule"]
    modifier_traits(espace_id=espace.pk, traits=_traits("camille"), acteur=SYSTEME)
    identite = Identite.objects.get()
    assert identite.statut is StatutIdentite.PROVISOIRE
    assert espace_par_ins(s.PERSONNES["alex"]["matricule"]) is None
    assert [
        i.pk for i in espaces_par_traits("DEMO-DEUX", "CAMILLE", _traits("camille").date_naissance)
    ] == [espace.pk]
    espace.refresh_from_db()
    assert espace.majeur_le.year == 2005


@pytest.mark.regle("R-INS-02")
def test_les_memes_traits_ne_changent_rien():
    espace = s.creer_espace("alex")
    modifier_traits(espace_id=espace.pk, traits=_traits(), acteur=SYSTEME)
    assert Identite.objects.get().statut is StatutIdentite.QUALIFIEE


@pytest.mark.regle("R-INS-05")
def test_le_nom_d_usage_s_affiche_en_plus_sans_toucher_au_statut():
    espace = s.creer_espace("alex")
    modifier_complementaires(
        espace_id=espace.pk,
        complementaires=TraitsComplementaires(nom_usage="DEMO-USAGE", prenom_utilise="Sacha"),
        acteur=SYSTEME,
    )
    affichee = identite_affichee(espace)
    assert nom_affiche(_clair(espace)) == "Sacha DEMO-USAGE"
    assert (affichee["nom_naissance"], affichee["prenoms"]) == ("DEMO-UN", "ALEX")
    assert Identite.objects.get().statut is StatutIdentite.QUALIFIEE


@pytest.mark.regle("R-INS-04")
def test_une_ins_ne_sort_que_d_une_identite_qualifiee():
    espace = s.creer_espace("alex", qualifiee=False)
    clair = _clair(espace)
    assert clair["matricule"]
    assert ins_transmissible(Identite.objects.get(), clair) == ""
    assert identite_affichee(espace)["matricule"] == ""


def test_une_ins_n_a_qu_un_espace():
    espace = s.creer_espace("alex")
    with pytest.raises(EspaceExistant) as erreur:
        ouvrir_espace(
            traits=_traits(),
            ins=Ins(s.PERSONNES["alex"]["matricule"], s.OID_TEST),
            acteur=SYSTEME,
            trouvee_insi=True,
            piece_controlee=True,
        )
    assert erreur.value.espace_id == espace.pk
