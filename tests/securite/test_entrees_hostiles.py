"""Bad input, by both doors and by the command: a clear refusal in French, nothing half written."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, example, given
from hypothesis import settings as reglages_hypothesis
from hypothesis import strategies as st

from dossier.controle import CARACTERES_REFUSES
from dossier.effets import analyser
from dossier.models import Document
from habilitations.acces import ouvrir_pour_le_systeme
from journal.models import Ligne, LigneSecurite
from mes.socle import mur
from mes.socle.dates import aujourdhui_a_paris
from mes.socle.models import Travail
from notifications.models import Envoi, Notification
from tests import situations as s
from tests.dossier.test_controle import bruit
from tests.securite.hostiles import EICAR, FICHIERS, cda_de, texte_de
from tests.securite.scene import TYPE, Scene, monter

pytestmark = pytest.mark.django_db

PORTES = {
    "patient": ("titulaire", "/documents/ajouter/"),
    "professionnel": ("ps_autorise", "/ps/depot/"),
}


@pytest.fixture
def documents(settings, tmp_path) -> Path:
    """A storage of this test alone: what is written there is counted."""
    dossier = tmp_path / "documents"
    depot = {**settings.STORAGES["documents"], "OPTIONS": {"location": str(dossier)}}
    settings.STORAGES = {**settings.STORAGES, "documents": depot}
    return dossier


@pytest.fixture
def scene(documents) -> Scene:
    return monter()


def _ecrit(scene: Scene, documents: Path) -> dict[str, Any]:
    """Everything that a deposit may write."""
    ici = scene.espace.pk
    with transaction.atomic(), ouvrir_pour_le_systeme(ici), mur.ouvrir(journal_lu=[ici]):
        return {
            "documents": list(Document.objects.order_by("pk").values("pk", "etat", "version")),
            "journal": Ligne.objects.filter(espace_id=ici).count(),
            "securite": LigneSecurite.objects.count(),
            "travaux": Travail.objects.count(),
            "envois": Envoi.objects.count(),
            "notifications": Notification.objects.count(),
            "fichiers": sorted(f.name for f in documents.rglob("*") if f.is_file()),
        }


def _formulaire(**change: Any) -> dict[str, Any]:
    champs = {
        "titre": "Consultation",
        "type_code": TYPE,
        "date_document": "2026-01-05",
        "confidentialite": "visible",
        "fichier": SimpleUploadedFile("courrier.pdf", s.pdf("courrier")),
        **change,
    }
    return {nom: valeur for nom, valeur in champs.items() if valeur is not None}


def _phrases(reponse: HttpResponse) -> list[str]:
    """The sentences of the refused form; each is on the page, French, and shows nothing of ours."""
    page = reponse.content.decode()
    assert "Traceback" not in page
    formulaire = reponse.context["formulaire"]
    phrases = [str(phrase) for phrases in formulaire.errors.values() for phrase in phrases]
    for phrase in phrases:
        assert re.fullmatch(r"[A-ZÀ-Ý«][^\x00-\x1f]{10,300}[.!»:]?.*", phrase), phrase
        assert not re.search(r"\b(the|this|invalid|error|field)\b", phrase, re.I), phrase
    return phrases


@pytest.mark.parametrize("porte", PORTES)
@pytest.mark.regle("R-DOC-02", "R-DOC-03", "R-DOC-06", "R-ALI-10")
def test_un_fichier_hostile_est_refuse_et_ne_laisse_rien(scene, documents, porte):
    profil, adresse = PORTES[porte]
    avant = _ecrit(scene, documents)
    for nom, hostile in FICHIERS.items():
        fichier = SimpleUploadedFile(hostile.nom, hostile.octets())
        reponse = scene.navigateur(profil).post(adresse, _formulaire(fichier=fichier))
        assert reponse.status_code == 422, nom
        reserve = porte == "patient" and hostile.reserve_aux_professionnels
        (phrase,) = _phrases(reponse)
        assert ("un document CDA" if reserve else hostile.mot) in phrase, nom
        assert _ecrit(scene, documents) == avant, nom


@pytest.mark.regle("R-DOC-02", "R-DOC-03", "R-ALI-10")
def test_la_commande_refuse_les_memes_fichiers_avec_leur_motif(scene, documents, tmp_path):
    dossier = tmp_path / "entrees"
    chemins = []
    for rang, hostile in enumerate(FICHIERS.values()):
        chemin = dossier / str(rang) / hostile.nom
        chemin.parent.mkdir(parents=True)
        chemin.write_bytes(hostile.octets())
        chemins.append(str(chemin))
    avant = _ecrit(scene, documents)
    reponses = _commande(*chemins)
    assert [r.get("refus") for r in reponses] == [h.motif for h in FICHIERS.values()]
    for reponse, hostile in zip(reponses, FICHIERS.values(), strict=True):
        assert hostile.mot in reponse["explication"]
    assert _ecrit(scene, documents) == avant


def _commande(*chemins: str, **options: str) -> list[dict[str, Any]]:
    sortie = StringIO()
    parametres = {"rpps": s.RPPS["medecin"][0], "ins": s.PERSONNES["alex"]["matricule"]}
    parametres |= {"titre": "Consultation", "type": TYPE, **options}
    call_command(
        "deposer", *(f"--{nom}={v}" for nom, v in parametres.items()), *chemins, stdout=sortie
    )
    return [json.loads(ligne) for ligne in sortie.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("options", "phrase"),
    [
        ({"rpps": "99700900015"}, "RPPS"),
        ({"rpps": "99700218896"}, "annuaire"),
        ({"ins": "185049900000163"}, "aucun espace"),
        ({"ins": "\0"}, "aucun espace"),
        ({"chemin": "/nulle/part.pdf"}, "illisible"),
        ({"chemin": "/"}, "illisible"),
    ],
)
def test_la_commande_dit_ce_qui_ne_va_pas(scene, documents, tmp_path, options, phrase):
    bon = tmp_path / "courrier.pdf"
    bon.write_bytes(s.pdf("courrier"))
    options = {"chemin": str(bon), **options}
    avant = _ecrit(scene, documents)
    with pytest.raises(CommandError, match=phrase):
        _commande(options.pop("chemin"), **options)
    assert _ecrit(scene, documents) == avant


SAISIES: tuple[tuple[dict[str, Any], str], ...] = (
    *(({"titre": f"Bilan {signe} 2026"}, f"« {signe} »") for signe in CARACTERES_REFUSES),
    ({"titre": "Bilan\u202e2026"}, "invisibles"),
    ({"titre": "Bilan\0"}, "nul"),
    ({"titre": "é" * 101}, "100"),
    ({"date_document": "AVENIR"}, "avenir"),
    ({"date_document": "1899-12-31"}, "1900"),
    ({"date_document": "2026-02-30"}, "date qui existe"),
    ({"date_document": "2026-01-05\0"}, "date qui existe"),
    ({"type_code": "99999-9"}, "99999-9"),
    ({"type_code": "11488-4' OR 1=1"}, "OR 1=1"),
    ({"fichier": None}, "Choisissez le fichier"),
    ({"fichier": "du texte à la place"}, "Choisissez le fichier"),
)


@pytest.mark.parametrize("porte", PORTES)
@pytest.mark.regle("R-DOC-04", "R-DOC-05")
def test_une_saisie_hostile_est_refusee_et_ne_laisse_rien(scene, documents, porte):
    profil, adresse = PORTES[porte]
    demain = aujourdhui_a_paris() + timedelta(days=1)
    avant = _ecrit(scene, documents)
    for change, mot in SAISIES:
        if change.get("date_document") == "AVENIR":
            change = {"date_document": demain.isoformat()}
        reponse = scene.navigateur(profil).post(adresse, _formulaire(**change))
        assert reponse.status_code == 422, change
        (phrase,) = _phrases(reponse)
        assert mot in phrase, change
        assert _ecrit(scene, documents) == avant, change


LIMITE = "frontiere"


def _partie(nom: str, valeur: bytes, suite: bytes = b"") -> bytes:
    entete = f'Content-Disposition: form-data; name="{nom}"'.encode() + suite
    return b"--" + LIMITE.encode() + b"\r\n" + entete + b"\r\n\r\n" + valeur + b"\r\n"


def _complet(suite: bytes, octets: bytes) -> bytes:
    return b"".join(
        (
            _partie("titre", b"Consultation"),
            _partie("type_code", TYPE.encode()),
            _partie("date_document", b"2026-01-05"),
            _partie("confidentialite", b"visible"),
            _partie("fichier", octets, suite),
            f"--{LIMITE}--\r\n".encode(),
        )
    )


MULTIPART = f"multipart/form-data; boundary={LIMITE}"
URLENCODE = "application/x-www-form-urlencoded"

CORPS: dict[str, tuple[str, bytes, int]] = {
    "sans frontiere": ("multipart/form-data", b"rien", 400),
    "frontiere absurde": ("multipart/form-data; boundary=" + "x" * 300, b"rien", 400),
    "corps vide": (MULTIPART, b"", 422),
    "parties coupees": (MULTIPART, _partie("titre", b"Consultation")[:-20], 422),
    "une seule partie": (MULTIPART, _partie("titre", b"Consultation"), 422),
    "base64 faux": (
        MULTIPART,
        _partie("fichier", b"&&&", b'; filename="a.pdf"\r\nContent-Transfer-Encoding: base64'),
        400,
    ),
    "mille et un champs": (
        MULTIPART,
        b"".join(_partie(f"champ{n}", b"x") for n in range(1001)) + f"--{LIMITE}--".encode(),
        400,
    ),
    "cent et un fichiers": (
        MULTIPART,
        b"".join(_partie(f"f{n}", b"x", b'; filename="a.txt"') for n in range(101))
        + f"--{LIMITE}--".encode(),
        400,
    ),
    "champ demesure": (MULTIPART, _partie("titre", b"x" * 12_500_000), 400),
    "utf-8 invalide": (MULTIPART, _partie("titre", b"\xff\xfe\xc3\x28"), 422),
    "mille et un champs de formulaire": (
        URLENCODE,
        b"&".join(b"c%d=x" % n for n in range(1001)),
        400,
    ),
    "utf-8 invalide de formulaire": (URLENCODE, b"titre=%ff%fe&fichier=%00", 422),
    "encodage inconnu": (URLENCODE + "; charset=utf-7", b"titre=x", 400),
    "json": ("application/json", b'{"titre": "x"}', 422),
    "genre inconnu": ("\x7f/\x7f", b"\0" * 100, 422),
}


@pytest.mark.parametrize("porte", PORTES)
def test_un_corps_mal_fait_est_refuse_et_ne_laisse_rien(scene, documents, porte):
    profil, adresse = PORTES[porte]
    avant = _ecrit(scene, documents)
    for nom, (genre, corps, statut) in CORPS.items():
        reponse = scene.navigateur(profil).generic("POST", adresse, corps, content_type=genre)
        assert reponse.status_code == statut, nom
        page = reponse.content.decode()
        assert "Traceback" not in page
        assert 'lang="fr"' in page, nom
        assert _ecrit(scene, documents) == avant, nom


NOMS_DE_FICHIERS = (
    ("../../../etc/passwd.pdf", "passwd.pdf"),
    ("..\\\\..\\\\windows\\\\system.pdf", "system.pdf"),
    ("/tmp/absolu.pdf", "absolu.pdf"),
    ("courrier\u202efdp.pdf", None),
    ("con<script>.pdf", None),
    ("a" * 400 + ".pdf", None),
    (".pdf", None),
    ("..", None),
    ("courrier.pdf\x00.exe", None),
    ("%2e%2e%2fetc.pdf", None),
)


@pytest.mark.parametrize("porte", PORTES)
def test_un_nom_de_fichier_ne_sort_jamais_du_dossier(scene, documents, porte):
    """The name is a label in the sealed sheet: the storage never sees it."""
    profil, adresse = PORTES[porte]
    client = scene.navigateur(profil)
    for recu, garde in NOMS_DE_FICHIERS:
        suite = b'; filename="' + recu.encode() + b'"\r\nContent-Type: application/pdf'
        corps = _complet(suite, s.pdf(f"nom {len(recu)}"))
        reponse = client.generic("POST", adresse, corps, content_type=MULTIPART)
        if reponse.status_code == 422:
            assert len(_phrases(reponse)) == 1
            assert garde is None, recu
            continue
        assert reponse.status_code == 302
        nom = _derniere_fiche(scene)["nom_fichier"]
        assert garde in (None, nom)
        assert not set(nom) & set("/\\\0\u202e"), recu
        assert len(nom) <= 255
    assert all(
        re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{32}", str(f.relative_to(documents)))
        for f in documents.rglob("*")
        if f.is_file()
    )


def _derniere_fiche(scene: Scene) -> dict[str, Any]:
    with transaction.atomic(), ouvrir_pour_le_systeme(scene.espace.pk) as (coffre, _):
        return Document.objects.latest("pk").fiche(coffre)


@pytest.mark.regle("R-DOC-26")
def test_un_fichier_infecte_n_est_jamais_servi_a_personne(scene, documents):
    alex, medecin = scene.navigateur("titulaire"), scene.navigateur("ps_autorise")
    fichier = SimpleUploadedFile("notes.txt", b"Bonjour. " + EICAR)
    reponse = alex.post("/documents/ajouter/", _formulaire(fichier=fichier))
    assert reponse.status_code == 302
    with transaction.atomic(), ouvrir_pour_le_systeme(scene.espace.pk):
        document = Document.objects.latest("pk")
    adresses = (f"/documents/{document.pk}/", f"/ps/dossier/documents/{document.pk}/")

    def reponses() -> list[tuple[int, bool]]:
        return [
            (r.status_code, EICAR in r.content)
            for client, page in zip((alex, medecin), adresses, strict=True)
            for fin in ("contenu/", "telecharger/")
            for r in (client.get(page + fin),)
        ]

    assert reponses() == [(404, False)] * 4  # not yet analysed
    travail = Travail.objects.get(nature="dossier.analyser", cible_id=document.pk)
    analyser(travail)
    assert s.document_en_base(s.Depose(document.pk, scene.espace.pk)).analyse == "infecte"
    assert reponses() == [(404, False)] * 4
    assert [alex.get(adresses[0]).status_code, medecin.get(adresses[1]).status_code] == [404, 404]
    assert str(document.pk) not in alex.get("/documents/").content.decode()
    assert LigneSecurite.objects.filter(motif="FICHIER_INFECTE", objet_id=document.pk).count() == 1
    assert not Travail.objects.filter(
        nature="dossier.annoncer_depot", cible_id=document.pk
    ).exists()
    # Quarantined, sealed: never in clear on the disk.
    assert all(EICAR not in f.read_bytes() for f in documents.rglob("*") if f.is_file())


@pytest.mark.parametrize("porte", PORTES)
@pytest.mark.regle("R-DOC-18")
def test_un_formulaire_rejoue_ne_fait_qu_un_document(scene, documents, porte):
    profil, adresse = PORTES[porte]
    client = scene.navigateur(profil)
    octets = s.pdf("une seule fois")

    def envoyer() -> HttpResponse:
        return client.post(adresse, _formulaire(fichier=SimpleUploadedFile("courrier.pdf", octets)))

    assert envoyer().status_code == 302
    avant = _ecrit(scene, documents)
    assert envoyer().status_code == 302
    assert _ecrit(scene, documents) == avant


def test_une_photo_de_telephone_de_plus_de_cinq_mega_entre_reduite(scene, documents):
    photo = bruit((2400, 1600), "JPEG", quality=98)
    assert 6_000_000 > len(photo) > 5_000_000
    fichier = SimpleUploadedFile("photo.jpg", photo)
    reponse = scene.navigateur("titulaire").post(
        "/documents/ajouter/", _formulaire(fichier=fichier)
    )
    assert reponse.status_code == 302


def test_plusieurs_fichiers_ne_remplissent_pas_la_memoire(scene, documents):
    """Beyond the largest file of one request, nothing more is kept."""
    autres = {f"autre{n}": SimpleUploadedFile("a.txt", texte_de(9_000_000)) for n in range(3)}
    fichier = SimpleUploadedFile("courrier.pdf", s.pdf("courrier"))
    reponse = scene.navigateur("titulaire").post(
        "/documents/ajouter/", {**autres, **_formulaire(fichier=fichier)}
    )
    assert reponse.status_code == 422
    recus = reponse.wsgi_request.FILES
    assert sum(recu.size for recu in recus.values()) == 20_000_001


RECHERCHES: tuple[tuple[dict[str, str], str], ...] = (
    ({"matricule": "185049900000163"}, "clé"),
    ({"matricule": "1850499000001"}, "clé"),
    ({"matricule": "0" * 15}, ""),
    ({"matricule": "185049900000162\0"}, ""),
    ({"matricule": "1' OR '1'='1"}, ""),
    ({"nom_naissance": "\0"}, ""),
    ({"nom_naissance": "DEMO-DEUX"}, "Aucun dossier"),
    ({"date_naissance": "1985-13-40"}, "date qui existe"),
    ({"date_naissance": "1985-04-13"}, "Aucun dossier"),
)


@pytest.mark.regle("R-PS-23")
def test_une_recherche_de_patient_mal_saisie_ne_trouve_rien(scene):
    client = scene.navigateur("ps_sans_acces")
    personne = s.PERSONNES["alex"]
    juste = {nom: personne[nom] for nom in ("matricule", "nom_naissance", "date_naissance")}
    for change, mot in RECHERCHES:
        reponse = client.post("/ps/patients/", {**juste, **change})
        assert reponse.status_code == 422, change
        (phrase,) = _phrases(reponse)
        assert mot in phrase
    assert client.get("/ps/patients/declaration/").status_code == 302  # nothing was found


def test_un_cda_du_bon_patient_entre_par_la_porte_des_professionnels_seulement(scene, documents):
    octets = cda_de(s.PERSONNES["alex"]["matricule"])

    def envoyer(profil: str, adresse: str) -> HttpResponse:
        fichier = SimpleUploadedFile("cr.xml", octets)
        return scene.navigateur(profil).post(adresse, _formulaire(fichier=fichier))

    assert envoyer("titulaire", "/documents/ajouter/").status_code == 422
    assert envoyer("ps_autorise", "/ps/depot/").status_code == 302


LISTES = (
    ("titulaire", "/documents/"),
    ("titulaire", "/historique/"),
    ("titulaire", "/notifications/"),
    ("ps_autorise", "/ps/dossier/documents/"),
)
PARAMETRES = (
    *("categorie", "type", "q", "tri", "deposant", "epingles", "page", "periode"),
    *("groupe", "depuis", "jusqua", "document"),
)
VALEURS = st.one_of(
    st.text(max_size=30),
    st.integers().map(str),
    st.dates().map(str),
    st.uuids().map(str),
    st.sampled_from(["\0", "9" * 5000, "-1", "1e9", "²", "'", "%", "\ud800", "oui", "tout", "ps"]),
)


@given(demande=st.dictionaries(st.sampled_from(PARAMETRES), VALEURS, max_size=6))
@example(demande={"page": "9" * 5000})
@example(demande={"page": "0"})
@example(demande={"page": "²"})
@example(demande={"q": "\0", "categorie": "\0", "groupe": "\0"})
@example(demande={"depuis": "0001-01-01", "jusqua": "9999-12-31"})
@reglages_hypothesis(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_aucune_adresse_de_liste_ne_fait_tomber_une_page(scene, demande):
    propre = {nom: v.encode("utf-8", "replace").decode() for nom, v in demande.items()}
    for profil, adresse in LISTES:
        client: Client = scene.navigateur(profil)
        assert client.get(adresse, propre).status_code == 200, (adresse, propre)


@pytest.mark.parametrize(("profil", "adresse"), LISTES)
@pytest.mark.parametrize(
    "requete", ["q=%ff%fe", "%00=%00", "page=%C2%B2", "q=%", "&&&=&=", "q[]=1"]
)
def test_une_adresse_mal_encodee_ne_fait_pas_tomber_la_page(scene, profil, adresse, requete):
    assert scene.navigateur(profil).get(f"{adresse}?{requete}").status_code == 200


def test_les_adresses_de_depot_sont_celles_des_routes():
    assert {adresse for _, adresse in PORTES.values()} == {
        reverse("accueil:document_ajouter"),
        reverse("webps:deposer"),
    }
