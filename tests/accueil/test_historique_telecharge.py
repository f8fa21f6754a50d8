"""The downloaded history: a proof that its reader checks without us, and that says no secret."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import transaction
from django.test import Client

from dossier.models import Document
from dossier.suites import ecarter_document
from habilitations.acces import ouvrir_pour_le_systeme
from habilitations.politique import Action, Masque
from journal import chaines, tampon
from journal.faits import SYSTEME, Fait, FaitSecurite
from journal.inscription import Inscription, inscrire
from journal.models import Ligne, LigneSecurite, TeteChaine
from journal.preuve import cle_publique
from mes.socle import mur
from mes.socle.trousseau import cle_de_signature
from tests import situations as s
from tests.comptes.outils import connecter_usager
from usagers.models import Gestion, Qualite

pytestmark = [pytest.mark.django_db, pytest.mark.regle("R-TRA-02", "R-TRA-06", "R-TRA-08")]

PROGRAMME = Path(__file__).resolve().parents[2] / "docs" / "verifier_historique.py"


@pytest.fixture
def alex():
    return s.creer_espace("alex")


@pytest.fixture
def navigateur(alex):
    client = Client()
    connecter_usager(client, s.creer_compte("alex", alex))
    return client


@pytest.fixture
def au_secret(alex):
    """A line of the réservée chain that the titulaire may see."""
    return s.deposer(
        s.acteur_ps("medecin"),
        alex,
        titre="Au secret",
        masques=frozenset({Masque.INVISIBLE_REPRESENTANTS_LEGAUX}),
    )


def _octets(client: Client) -> bytes:
    reponse = client.get("/historique/telecharger/")
    assert reponse.status_code == 200, reponse
    octets = b"".join(reponse.streaming_content)
    assert int(reponse.headers["Content-Length"]) == len(octets)
    return octets


def _membre(octets: bytes, nom: str) -> bytes:
    with ZipFile(io.BytesIO(octets)) as archive:
        assert archive.testzip() is None
        return archive.read(nom)


def _recu(octets: bytes) -> dict[str, Any]:
    return json.loads(_membre(octets, "historique.json"))


def _chaine(recu: dict[str, Any], nom: str) -> dict[str, Any]:
    return next(chaine for chaine in recu["chaines"] if chaine["nom"].endswith(":" + nom))


def _verifier(fichier: Path, *options: str, cle: str | None = None) -> tuple[int, str]:
    """The program alone: no Django, no setting, nothing of the house on its path."""
    propre = {nom: os.environ[nom] for nom in ("PATH", "LANG") if nom in os.environ}
    fait = subprocess.run(
        [
            *(sys.executable, "-P", str(PROGRAMME), str(fichier)),
            *("--cle", cle or cle_publique(), *options),
        ],
        cwd=fichier.parent,
        env={**propre, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return fait.returncode, fait.stdout + fait.stderr


@pytest.fixture
def exporte(navigateur, alex, au_secret, tmp_path) -> Path:
    for titre in ("Bilan", "Radio", "=Ordonnance"):
        s.deposer(s.acteur_ps("medecin"), alex, titre=titre, octets=s.pdf(titre))
    fichier = tmp_path / "historique.zip"
    fichier.write_bytes(_octets(navigateur))
    return fichier


def test_le_programme_de_verification_tient_en_80_lignes_et_ne_demande_que_cryptography():
    source = PROGRAMME.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 80
    importes = {
        ligne.split()[1].partition(".")[0]
        for ligne in source.splitlines()
        if ligne.startswith(("import ", "from "))
    }
    assert importes - {"cryptography"} <= set(sys.stdlib_module_names)


def test_un_historique_telecharge_est_reconnu_intact(exporte, alex):
    code, sortie = _verifier(exporte)
    recu = _recu(exporte.read_bytes())
    assert (code, "INTACT" in sortie) == (0, True), sortie
    lignes = _chaine(recu, "V")["lignes"]
    with transaction.atomic(), mur.ouvrir(journal_lu=[alex.pk]):
        visibles = Ligne.objects.filter(espace_id=alex.pk, chaine="V").count()
    # The download itself is written once the file is made: it is in the next one.
    assert len(lignes) == visibles - 1
    assert "Bilan" in "".join(ligne["texte"] for ligne in lignes)
    assert [json.loads(li["texte"])["details"]["titre"] for li in _chaine(recu, "R")["lignes"]] == [
        "Au secret"
    ]


def test_le_json_sorti_du_zip_et_la_cle_dans_un_fichier_se_verifient_aussi(exporte, tmp_path):
    fichier, cle = tmp_path / "historique.json", tmp_path / "cle-publique.txt"
    fichier.write_bytes(_membre(exporte.read_bytes(), "historique.json"))
    cle.write_bytes(Client().get("/verifier-un-historique/cle-publique.txt").content)
    assert _verifier(fichier, cle=str(cle))[0] == 0


def _ligne(recu: dict[str, Any], rang: int, chaine: str = "V") -> dict[str, Any]:
    return _chaine(recu, chaine)["lignes"][rang]


def _texte(recu):
    _ligne(recu, 2)["texte"] = _ligne(recu, 2)["texte"].replace("fait", "Fait", 1)


def _sel(recu):
    _ligne(recu, 2)["sel"] = "00" * 32


def _engagement(recu):
    _ligne(recu, 2)["engagement"] = "00" * 32


def _numero(recu):
    _ligne(recu, 2)["numero"] = 99


def _ordre(recu):
    lignes = _chaine(recu, "V")["lignes"]
    lignes[2], lignes[3] = lignes[3], lignes[2]


def _ordre_et_numeros(recu):
    _ordre(recu)
    _ligne(recu, 2)["numero"], _ligne(recu, 3)["numero"] = 3, 4


def _retiree(recu):
    del _chaine(recu, "V")["lignes"][2]


def _retiree_et_renumerotee(recu):
    _retiree(recu)
    for rang, ligne in enumerate(_chaine(recu, "V")["lignes"], 1):
        ligne["numero"] = rang


def _engagement_refait(recu):
    """Text and commitment rewritten together: the link no longer holds."""
    ligne = _ligne(recu, 2)
    ligne["texte"] = ligne["texte"].replace("fait", "Fait", 1)
    engage = chaines.engagement(bytes.fromhex(ligne["sel"]), ligne["texte"].encode())
    ligne["engagement"] = engage.hex()


@pytest.mark.parametrize(
    ("falsifier", "dit"),
    [
        (_texte, "ligne 3 : altérée, texte ou sel changé"),
        (_sel, "ligne 3 : altérée, texte ou sel changé"),
        (_engagement, "ligne 3 : altérée, texte ou sel changé"),
        (_numero, "ligne 3 : manquante"),
        (_ordre, "ligne 3 : déplacée"),
        (_ordre_et_numeros, "ligne 3 : altérée, ne suit pas la précédente"),
        (_retiree, "ligne 3 : manquante"),
        (_retiree_et_renumerotee, "ligne 3 : altérée"),
        (_engagement_refait, "ligne 3 : altérée"),
    ],
)
def test_une_ligne_falsifiee_est_nommee(exporte, tmp_path, falsifier, dit):
    code, sortie = _rejouer(exporte, tmp_path, falsifier)
    assert code == 1, sortie
    assert dit in sortie
    assert ":V" in sortie


def _rejouer(
    exporte: Path, tmp_path: Path, falsifier: Callable[[dict[str, Any]], object], **options: Any
) -> tuple[int, str]:
    recu = _recu(exporte.read_bytes())
    falsifier(recu)
    fichier = tmp_path / "falsifie.json"
    fichier.write_text(json.dumps(recu), encoding="utf-8")
    return _verifier(fichier, **options)


def test_une_fin_coupee_est_dite(exporte, tmp_path):
    code, sortie = _rejouer(exporte, tmp_path, lambda recu: _chaine(recu, "V")["lignes"].pop())
    nombre = len(_chaine(_recu(exporte.read_bytes()), "V")["lignes"])
    assert code == 1
    assert f"ligne {nombre} : manquante" in sortie


def test_une_fin_coupee_avec_un_point_refait_n_est_pas_signee(exporte, tmp_path):
    def couper(recu: dict[str, Any]) -> None:
        chaine = _chaine(recu, "V")
        chaine["lignes"].pop()
        chaine["point"]["numero"] -= 1
        chaine["point"]["empreinte"] = chaine["lignes"][-1]["empreinte"]

    code, sortie = _rejouer(exporte, tmp_path, couper)
    assert code == 1
    assert "point de contrôle : la signature" in sortie


def test_toute_une_chaine_refaite_n_est_pas_signee(exporte, tmp_path):
    """Whoever rewrites everything, prints included, still can't sign."""

    def refaire(recu: dict[str, Any]) -> None:
        chaine = _chaine(recu, "V")
        _texte(recu)
        empreinte = chaines.origine(chaine["nom"])
        for ligne in chaine["lignes"]:
            engage = chaines.engagement(bytes.fromhex(ligne["sel"]), ligne["texte"].encode())
            empreinte = chaines.suivante(empreinte, ligne["numero"], engage)
            ligne |= {"engagement": engage.hex(), "empreinte": empreinte.hex()}
        chaine["point"]["empreinte"] = empreinte.hex()

    code, sortie = _rejouer(exporte, tmp_path, refaire)
    assert code == 1
    assert "signature" in sortie


def test_une_date_de_signature_changee_est_refusee(exporte, tmp_path):
    def vieillir(recu: dict[str, Any]) -> None:
        _chaine(recu, "V")["point"]["signe_le"] = "2020-01-01T00:00:00+00:00"

    assert _rejouer(exporte, tmp_path, vieillir)[0] == 1


def test_le_point_de_controle_d_une_autre_personne_est_refuse(exporte, tmp_path):
    camille = s.creer_espace("camille")
    client = Client()
    connecter_usager(client, s.creer_compte("camille", camille))
    autre = _recu(_octets(client))

    def echanger(recu: dict[str, Any]) -> None:
        _chaine(recu, "V")["point"] = _chaine(autre, "V")["point"]

    assert _rejouer(exporte, tmp_path, echanger)[0] == 1

    def echanger_de_meme_longueur(recu: dict[str, Any]) -> None:
        """Her signature on my digest: it signs her chain's name."""
        point = _chaine(recu, "V")["point"]
        nom = f"{camille.pk}:V"
        signe = chaines.texte_signe(
            nom,
            point["numero"],
            bytes.fromhex(point["empreinte"]),
            datetime.fromisoformat(point["signe_le"]),
        )
        point["signature"] = base64.b64encode(cle_de_signature().sign(signe)).decode()

    code, sortie = _rejouer(exporte, tmp_path, echanger_de_meme_longueur)
    assert code == 1
    assert "signature" in sortie


def test_une_chaine_entiere_retiree_du_fichier_est_dite(exporte, tmp_path):
    code, sortie = _rejouer(exporte, tmp_path, lambda recu: recu["chaines"].pop())
    assert code == 1
    assert "une chaîne manque" in sortie


def test_une_autre_cle_ne_verifie_rien(exporte):
    autre = Ed25519PrivateKey.generate().public_key()
    octets = autre.public_bytes(Encoding.Raw, PublicFormat.Raw)
    code, sortie = _verifier(exporte, cle=base64.b64encode(octets).decode())
    assert code == 1
    assert "n'est pas celle de cette clé" in sortie


def test_sans_cle_ou_sans_fichier_lisible_rien_n_est_verifie(exporte, tmp_path):
    vide = tmp_path / "vide.json"
    vide.write_text("{}")
    assert _verifier(vide)[0] == 2
    assert _verifier(tmp_path / "absent.zip")[0] == 2
    assert _verifier(exporte, cle="cGFzIHVuZSBjbMOp")[0] == 2
    sans_cle = subprocess.run(
        [sys.executable, str(PROGRAMME), str(exporte)], capture_output=True, check=False
    )
    assert sans_cle.returncode == 2


def test_un_nouvel_historique_prolonge_l_ancien_ou_cela_se_voit(
    exporte, navigateur, alex, tmp_path
):
    nouveau = tmp_path / "nouveau.zip"
    nouveau.write_bytes(_octets(navigateur))
    assert _verifier(nouveau, "--precedent", str(exporte))[0] == 0
    # Shortened since: all of it is signed, only the memory of the former file speaks.
    code, sortie = _verifier(exporte, "--precedent", str(nouveau))
    assert code == 1
    assert "ne prolonge pas" in sortie


@pytest.mark.regle("R-TRA-01")
def test_le_telechargement_est_lui_meme_note(exporte, navigateur):
    page = navigateur.get("/historique/").content.decode()
    assert "a téléchargé l&#x27;historique et sa preuve" in page
    lignes = _chaine(_recu(_octets(navigateur)), "V")["lignes"]
    assert [json.loads(ligne["texte"])["fait"] for ligne in lignes[-2:]] == [
        Fait.HISTORIQUE_TELECHARGE,
        Fait.HISTORIQUE_CONSULTE,
    ]


def test_le_tableur_dit_les_memes_lignes_en_phrases_et_sans_formule(exporte):
    octets = exporte.read_bytes()
    texte = _membre(octets, "historique.csv").decode("utf-8-sig")
    rangees = list(csv.DictReader(io.StringIO(texte), delimiter=";"))
    recu = _recu(octets)
    assert len(rangees) == sum(len(chaine["lignes"]) for chaine in recu["chaines"])
    depot = next(rangee for rangee in rangees if "Ordonnance" in rangee["Document"])
    assert depot["Document"] == "'=Ordonnance"
    assert (depot["Qui"], depot["Action"]) == ("Dominique DEMO-MEDECIN", "a ajouté le document")


@pytest.mark.regle("R-PRO-07", "R-PRO-09")
def test_un_representant_n_apprend_pas_meme_que_la_chaine_reservee_existe(alex, tmp_path):
    ines = s.creer_espace("ines")
    parent = s.creer_compte("alex", alex)
    Gestion.objects.create(espace=ines, compte_id=parent.pk, qualite=Qualite.REPRESENTANT)
    depose = s.deposer(
        s.acteur_ps("medecin"),
        ines,
        titre="Au secret",
        masques=frozenset({Masque.INVISIBLE_REPRESENTANTS_LEGAUX}),
    )
    client = Client()
    session = connecter_usager(client, parent)
    session["espace_id"] = str(ines.pk)
    session.save()
    octets = _octets(client)
    recu = _recu(octets)
    assert [chaine["nom"] for chaine in recu["chaines"]] == [f"{ines.pk}:V"]
    for nom in ("historique.json", "historique.csv", "LISEZ-MOI.txt"):
        lu = _membre(octets, nom).decode()
        assert "secret" not in lu
        assert "réservée" not in lu
        assert str(depose.id) not in lu
    fichier = tmp_path / "historique.zip"
    fichier.write_bytes(octets)
    assert _verifier(fichier)[0] == 0


@pytest.mark.regle("R-MAS-09")
def test_ce_qui_n_est_pas_annonce_ne_laisse_ni_texte_ni_trou_ni_numero(
    alex, navigateur, au_secret, tmp_path
):
    avant = _recu(_octets(navigateur))
    a_annoncer = s.deposer(
        s.acteur_ps("medecin"),
        alex,
        titre="Résultat à annoncer",
        masques=frozenset({Masque.INVISIBLE_PATIENT}),
        octets=s.pdf("resultat"),
    )
    octets = _octets(navigateur)
    recu = _recu(octets)
    assert str(a_annoncer.id) not in _membre(octets, "historique.json").decode()
    assert _chaine(recu, "R")["lignes"] == _chaine(avant, "R")["lignes"]
    # Signed at each download, waiting or not: the date of the signature tells nothing.
    for fait in (avant, recu):
        assert _chaine(fait, "R")["point"]["signe_le"] == fait["produit_le"]
    fichier = tmp_path / "historique.zip"
    fichier.write_bytes(octets)
    assert _verifier(fichier)[0] == 0

    with transaction.atomic(), ouvrir_pour_le_systeme(alex.pk):
        Document.objects.filter(pk=a_annoncer.id).update(masques=[])
    levee = tmp_path / "levee.zip"
    levee.write_bytes(_octets(navigateur))
    assert "Résultat à annoncer" in _membre(levee.read_bytes(), "historique.json").decode()
    assert _verifier(levee, "--precedent", str(fichier))[0] == 0

    # Kept for an announcement afterwards: the réservée chain waits again, which is no anomaly.
    with transaction.atomic(), ouvrir_pour_le_systeme(alex.pk):
        Document.objects.filter(pk=au_secret.id).update(masques=[Masque.INVISIBLE_PATIENT])
    plus_courte = tmp_path / "plus_courte.zip"
    plus_courte.write_bytes(_octets(navigateur))
    assert _chaine(_recu(plus_courte.read_bytes()), "R")["lignes"] == []
    assert _verifier(plus_courte, "--precedent", str(levee))[0] == 0


@pytest.mark.regle("R-MAS-09")
def test_une_chaine_reservee_vide_et_une_qui_attend_se_ressemblent(alex, navigateur):
    vide = _chaine(_recu(_octets(navigateur)), "R")
    s.deposer(s.acteur_ps("medecin"), alex, masques=frozenset({Masque.INVISIBLE_PATIENT}))
    attend = _chaine(_recu(_octets(navigateur)), "R")
    assert vide["lignes"] == attend["lignes"] == []
    assert (vide["point"]["numero"], vide["point"]["empreinte"]) == (
        attend["point"]["numero"],
        attend["point"]["empreinte"],
    )


def test_un_historique_rompu_n_est_pas_signe_et_l_anomalie_est_notee(alex, navigateur):
    """The head announces a line that is not there."""
    TeteChaine.objects.filter(espace_id=alex.pk, chaine="V").update(numero=50)
    reponse = navigateur.get("/historique/telecharger/")
    assert reponse.status_code == 409
    assert "ne signons pas" in reponse.content.decode()
    ligne = LigneSecurite.objects.get(fait=FaitSecurite.CHAINE_ROMPUE)
    assert ligne.espace_id == alex.pk


def test_un_long_historique_passe_par_le_disque_sans_y_etre_lisible(
    alex, navigateur, monkeypatch, tmp_path
):
    ecrits: list[bytes] = []

    class Espion(tampon.SpooledTemporaryFile):  # type: ignore[misc]
        def write(self, octets):
            ecrits.append(bytes(octets))
            return super().write(octets)

    monkeypatch.setattr(tampon, "SpooledTemporaryFile", Espion)
    monkeypatch.setattr(tampon, "BLOC", 1000)
    with transaction.atomic():
        inscrire(
            alex.pk,
            *(
                Inscription(Fait.DOCUMENT_CONSULTE, SYSTEME, details={"titre": f"T{n}"})
                for n in range(200)
            ),
        )
    octets = _octets(navigateur)
    fichier = tmp_path / "historique.zip"
    fichier.write_bytes(octets)
    assert _verifier(fichier)[0] == 0
    assert len(_chaine(_recu(octets), "V")["lignes"]) >= 200
    assert len(ecrits) > 10
    assert b"PK" not in ecrits[0][:20]
    assert not any(b"a consult" in bloc or octets[:30] in bloc for bloc in ecrits)


def test_la_cle_et_le_programme_sont_donnes_a_tous_sans_connexion():
    client = Client()
    page = client.get("/verifier-un-historique/").content.decode()
    assert cle_publique() in page
    cle = client.get("/verifier-un-historique/cle-publique.txt")
    assert cle.content.decode().strip() == cle_publique()
    assert len(base64.b64decode(cle.content)) == 32
    programme = client.get("/verifier-un-historique/verifier_historique.py")
    assert programme.content == PROGRAMME.read_bytes()
    format_ = client.get("/verifier-un-historique/historique_telecharge.md")
    assert b"mes.historique/1" in format_.content
    assert "attachment" in programme.headers["Content-Disposition"]


def test_le_format_decrit_est_celui_du_fichier(exporte):
    page = PROGRAMME.with_name("historique_telecharge.md").read_text(encoding="utf-8")
    recu = _recu(exporte.read_bytes())
    champs = {*recu, *_chaine(recu, "V"), *_chaine(recu, "V")["lignes"][0]}
    champs |= set(_chaine(recu, "V")["point"])
    assert [champ for champ in champs if f"`{champ}`" not in page] == []
    assert datetime.fromisoformat(recu["produit_le"]).tzinfo is UTC


@pytest.mark.regle("R-PS-31")
def test_le_titre_d_un_document_mis_a_l_ecart_n_est_ni_dans_la_preuve_ni_dans_le_tableur(
    alex, navigateur, tmp_path
):
    medecin = s.acteur_ps("medecin")
    ecarte = s.deposer(medecin, alex, titre="Bilan de quelqu'un d'autre")
    s.deposer(medecin, alex, titre="Le sien", octets=s.pdf("Le sien"))
    with s.espace_ouvert(medecin, alex.pk, Action.SUPPRIMER, objet_id=ecarte.id) as acces:
        ecarter_document(acces=acces, document_id=ecarte.id)
    octets = _octets(navigateur)
    for membre in ("historique.json", "historique.csv"):
        contenu = _membre(octets, membre).decode("utf-8-sig")
        assert "quelqu'un d'autre" not in contenu
        assert "Le sien" in contenu
    sans_texte = [ligne for ligne in _chaine(_recu(octets), "V")["lignes"] if "texte" not in ligne]
    assert len(sans_texte) == 1
    fichier = tmp_path / "historique.zip"
    fichier.write_bytes(octets)
    code, sortie = _verifier(fichier)
    assert code == 0, sortie
    assert ", dont 1 sans texte, " in sortie
