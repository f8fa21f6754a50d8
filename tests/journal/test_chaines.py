"""The journal can't be rewritten in silence: what is altered, missing or reordered is named."""

from __future__ import annotations

import os
import threading
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from habilitations.politique import Action
from journal.actions import signer_les_tetes
from journal.faits import SYSTEME, Fait, FaitSecurite
from journal.inscription import Inscription, inscrire, inscrire_securite
from journal.models import Ligne, PointControle, TeteChaine
from mes.socle import mur
from tests import situations as s

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.regle("R-TRA-06")]


def _superutilisateur() -> psycopg.Connection:
    base = connection.settings_dict["NAME"]
    url = os.environ["DATABASE_URL_SUPERUTILISATEUR"].rpartition("/")[0] + f"/{base}"
    return psycopg.connect(url, autocommit=True)


def _verifier() -> str:
    sortie = StringIO()
    call_command("verifier_journal", stdout=sortie)
    return sortie.getvalue()


@pytest.fixture
def espace():
    from django.db import transaction

    espace = s.creer_espace("alex")
    with transaction.atomic():
        inscrire(
            espace.pk,
            *(Inscription(Fait.DOCUMENT_CONSULTE, SYSTEME, details={"rang": n}) for n in range(4)),
            *(Inscription(Fait.DOCUMENT_DEPOSE, SYSTEME, reservee=True) for _ in range(3)),
        )
        inscrire_securite(FaitSecurite.REFUS, motif="HORS_MATRICE", espace_id=espace.pk)
        inscrire_securite(FaitSecurite.REFUS, motif="HORS_MATRICE", espace_id=espace.pk)
    return espace


def test_un_journal_intact_est_declare_integre(espace):
    assert "journal intègre" in _verifier()


def test_les_deux_chaines_ont_leurs_propres_numeros(espace):
    tetes = dict(TeteChaine.objects.values_list("chaine", "numero"))
    assert tetes == {"V": 5, "R": 3}  # the opening of the espace is the first visible line


ALTERATIONS = [
    (
        "V",
        "UPDATE journal_ligne SET scelle = overlay(scelle placing '\\x00' from 40) WHERE {ici}",
        "texte",
    ),
    (
        "R",
        "UPDATE journal_ligne SET scelle = overlay(scelle placing '\\x00' from 40) WHERE {ici}",
        "texte",
    ),
    ("V", "UPDATE journal_ligne SET fait = 'connexion' WHERE {ici}", "colonne"),
    ("R", "UPDATE journal_ligne SET acteur_genre = 'agent' WHERE {ici}", "colonne"),
    (
        "V",
        "UPDATE journal_ligne SET inscrite_le = inscrite_le - interval '1 day' WHERE {ici}",
        "colonne",
    ),
    ("V", "UPDATE journal_ligne SET engagement = sha256('autre') WHERE {ici}", "rompue"),
    ("R", "UPDATE journal_ligne SET empreinte = sha256('autre') WHERE {ici}", "rompue"),
    ("V", "DELETE FROM journal_ligne WHERE {ici}", "manquante"),
    ("R", "DELETE FROM journal_ligne WHERE {ici}", "manquante"),
]


@pytest.mark.parametrize(("chaine", "ordre", "nature"), ALTERATIONS)
def test_une_ligne_alteree_par_un_superutilisateur_est_nommee(espace, chaine, ordre, nature):
    ici = f"espace_id = '{espace.pk}' AND chaine = '{chaine}' AND numero = 2"
    with _superutilisateur() as lien:
        assert lien.execute(ordre.format(ici=ici)).rowcount == 1
    sortie = StringIO()
    with pytest.raises(CommandError):
        call_command("verifier_journal", stdout=sortie)
    assert f"{espace.pk}:{chaine} n° 2" in sortie.getvalue()
    assert nature in sortie.getvalue()


@pytest.mark.parametrize("chaine", ["V", "R"])
def test_la_derniere_ligne_retiree_est_vue_par_la_tete(espace, chaine):
    with _superutilisateur() as lien:
        lien.execute(
            "DELETE FROM journal_ligne WHERE espace_id = %s AND chaine = %s AND numero = "
            "(SELECT numero FROM journal_tetechaine WHERE espace_id = %s AND chaine = %s)",
            [espace.pk, chaine, espace.pk, chaine],
        )
    with pytest.raises(CommandError):
        _verifier()


def test_une_fin_coupee_avec_sa_tete_est_contredite_par_le_point_signe(espace):
    assert signer_les_tetes() == 2
    with _superutilisateur() as lien:
        lien.execute(
            "DELETE FROM journal_ligne WHERE espace_id = %s AND chaine = 'V' AND numero = 5",
            [espace.pk],
        )
        lien.execute(
            "UPDATE journal_tetechaine AS t SET numero = 4, empreinte = l.empreinte "
            "FROM journal_ligne AS l WHERE t.espace_id = %s AND t.chaine = 'V' "
            "AND l.espace_id = t.espace_id AND l.chaine = 'V' AND l.numero = 4",
            [espace.pk],
        )
    sortie = StringIO()
    with pytest.raises(CommandError):
        call_command("verifier_journal", stdout=sortie)
    assert f"{espace.pk}:V n° 5 : moins de lignes qu'un point de contrôle" in sortie.getvalue()


def test_deux_lignes_echangees_sont_vues(espace):
    with _superutilisateur() as lien:
        for de, vers in ((2, 1000), (3, 2), (1000, 3)):
            lien.execute(
                "UPDATE journal_ligne SET numero = %s "
                "WHERE espace_id = %s AND chaine = 'V' AND numero = %s",
                [vers, espace.pk, de],
            )
    with pytest.raises(CommandError):
        _verifier()


def test_une_chaine_entiere_refaite_est_contredite_par_le_point_signe(espace):
    assert signer_les_tetes() == 2
    with _superutilisateur() as lien:
        # Whoever rewrites lines and head still can't sign: the checkpoint says otherwise.
        lien.execute(
            "UPDATE journal_pointcontrole SET empreinte = sha256('autre') WHERE chaine = 'V'"
        )
    with pytest.raises(CommandError):
        _verifier()


def test_une_tete_n_est_signee_qu_une_fois_par_position(espace):
    assert signer_les_tetes() == 2
    assert signer_les_tetes() == 0
    assert PointControle.objects.count() == 2


def test_le_journal_de_securite_altere_est_nomme(espace):
    with _superutilisateur() as lien:
        lien.execute("UPDATE journal_lignesecurite SET motif = 'RIEN' WHERE numero = 2")
    sortie = StringIO()
    with pytest.raises(CommandError):
        call_command("verifier_journal", stdout=sortie)
    assert "securite:" in sortie.getvalue()
    assert "n° 2" in sortie.getvalue()


def test_des_inscriptions_concurrentes_ne_laissent_ni_trou_ni_doublon(espace):
    from django.db import transaction

    def ecrire() -> None:
        try:
            for _ in range(5):
                with transaction.atomic():
                    inscrire(espace.pk, Inscription(Fait.DOCUMENT_CONSULTE, SYSTEME))
        finally:
            connections["default"].close()

    fils = [threading.Thread(target=ecrire) for _ in range(8)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert TeteChaine.objects.get(espace_id=espace.pk, chaine="V").numero == 5 + 8 * 5
    with transaction.atomic(), mur.ouvrir(journal_lu=[espace.pk]):
        numeros = Ligne.objects.filter(espace_id=espace.pk, chaine="V").order_by("numero")
        assert list(numeros.values_list("numero", flat=True)) == list(range(1, 46))
    assert "journal intègre" in _verifier()


def test_un_refus_ne_touche_jamais_la_chaine_de_la_personne(espace):
    avant = list(TeteChaine.objects.values_list("numero", flat=True))
    from habilitations.acces import AccesRefuse

    with (
        pytest.raises(AccesRefuse),
        s.espace_ouvert(s.acteur_ps("pharmacien"), espace.pk, Action.LISTER),
    ):
        pass
    assert list(TeteChaine.objects.values_list("numero", flat=True)) == avant
