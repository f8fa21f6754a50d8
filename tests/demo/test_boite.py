"""The mailbox of the demonstration, as the product and a reader meet it: a real process."""

from __future__ import annotations

import json
import select
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import requests

from demo.boite.depot import SMS, Depot, IdentifiantRepris, Message, maintenant

RACINE = Path(__file__).resolve().parents[2]
DELAI = 10
DEMARRAGE = 30
CHAMPS = {
    "id",
    "canal",
    "destinataire",
    "expediteur",
    "objet",
    "texte",
    "html",
    "message_id",
    "recu_le",
}


@dataclass
class Boite:
    """A running process and its two addresses."""

    processus: subprocess.Popen[str]
    url: str
    smtp_port: int

    @property
    def adresse(self) -> str:
        return self.url.removesuffix("/messages")

    def messages(self, **filtre: str) -> list[dict[str, Any]]:
        reponse = requests.get(self.url, params=filtre, timeout=DELAI)
        assert reponse.status_code == 200
        return reponse.json()

    def envoyer(self, *destinataires: str, brut: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=DELAI) as client:
            client.sendmail("ne-pas-repondre@mes.example", destinataires, brut)

    def sms(self, **corps: Any) -> requests.Response:
        return requests.post(f"{self.adresse}/sms", json=corps, timeout=DELAI)

    def arreter(self) -> int:
        self.processus.terminate()
        self.processus.communicate(timeout=DELAI)
        return self.processus.returncode


def lancer(donnees: Path, *options: str) -> Boite:
    processus = subprocess.Popen(
        [
            *(sys.executable, "-m", "demo.boite"),
            *("--smtp-port", "0", "--http-port", "0"),
            *("--donnees", str(donnees), *options),
        ],
        cwd=RACINE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert processus.stdout is not None
    prets, _, _ = select.select([processus.stdout], [], [], DEMARRAGE)
    ligne = processus.stdout.readline() if prets else ""
    if not ligne.startswith("prêt"):
        processus.kill()
        processus.communicate()
        pytest.fail(f"pas prête : {ligne!r}")
    _, _, url, smtp = ligne.split()
    return Boite(processus, url, int(smtp.rpartition(":")[2]))


@pytest.fixture(scope="module")
def processus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Boite]:
    lancee = lancer(tmp_path_factory.mktemp("boite"))
    yield lancee
    assert lancee.arreter() == 0


@pytest.fixture
def boite(processus: Boite) -> Boite:
    """The mailbox of the module, empty."""
    assert requests.delete(processus.url, timeout=DELAI).status_code == 204
    return processus


def courriel(sujet: str = "Bonjour", texte: str = "Le texte.", html: str | None = None) -> bytes:
    lettre = EmailMessage()
    lettre["From"] = "Mon espace <ne-pas-repondre@mes.example>"
    lettre["To"] = "alex@patient.example"
    lettre["Subject"] = sujet
    lettre["Message-ID"] = "<stable-1@mes.example>"
    lettre.set_content(texte)
    if html is not None:
        lettre.add_alternative(html, subtype="html")
    return lettre.as_bytes(policy=policy.SMTP)


# --- E-mail -----------------------------------------------------------------------------------


def test_un_courriel_recu_se_lit_decode(boite):
    boite.envoyer(
        "alex@patient.example",
        brut=courriel("Un nouveau document à lire", "Où êtes-vous ?\nÀ bientôt."),
    )
    (message,) = boite.messages()
    assert message.keys() == CHAMPS
    assert message["canal"] == "courriel"
    assert message["destinataire"] == "alex@patient.example"
    assert message["expediteur"] == "Mon espace <ne-pas-repondre@mes.example>"
    assert message["objet"] == "Un nouveau document à lire"
    assert message["texte"] == "Où êtes-vous ?\nÀ bientôt.\n"
    assert message["html"] == ""
    assert message["message_id"] == "<stable-1@mes.example>"
    assert datetime.fromisoformat(message["recu_le"]).utcoffset() == timedelta(0)


@pytest.mark.parametrize("codage", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("jeu", ["utf-8", "iso-8859-1"])
def test_tous_les_codages_rendent_le_meme_texte(boite, codage, jeu):
    lettre = EmailMessage()
    lettre["Subject"] = "Accents"
    lettre.set_content("éàç œuf" if jeu == "utf-8" else "éàç", charset=jeu, cte=codage)
    boite.envoyer("alex@patient.example", brut=lettre.as_bytes(policy=policy.SMTP))
    (message,) = boite.messages()
    assert message["texte"].strip() == ("éàç œuf" if jeu == "utf-8" else "éàç")


def test_un_courriel_en_deux_versions_avec_piece_jointe_garde_les_deux(boite):
    lettre = EmailMessage()
    lettre["Subject"] = "Deux versions"
    lettre.set_content("Version texte")
    lettre.add_alternative("<p>Version <b>HTML</b> é</p>", subtype="html")
    lettre.add_attachment(b"\x00\x01", maintype="application", subtype="pdf", filename="a.pdf")
    lettre.add_attachment("une note jointe", filename="note.txt")
    boite.envoyer("alex@patient.example", brut=lettre.as_bytes(policy=policy.SMTP))
    (message,) = boite.messages()
    assert message["texte"] == "Version texte\n"
    assert message["html"] == "<p>Version <b>HTML</b> é</p>\n"


@pytest.mark.parametrize(
    ("brut", "texte"),
    [
        (b"Subject: sans corps\r\n\r\n", ""),
        (b"\r\nseulement un corps\r\n", "seulement un corps\n"),
        (
            b"Subject: jeu inconnu\r\nContent-Type: text/plain; charset=martien\r\n"
            b"Content-Transfer-Encoding: 8bit\r\n\r\n\xc3\xa9\r\n",
            "é\n",
        ),
        (
            b"Subject: octets faux\r\nContent-Type: text/plain; charset=utf-8\r\n"
            b"Content-Transfer-Encoding: 8bit\r\n\r\n\xff fin\r\n",
            "\ufffd fin\n",
        ),
    ],
)
def test_un_courriel_mal_fait_est_garde_quand_meme(boite, brut, texte):
    boite.envoyer("alex@patient.example", brut=brut)
    (message,) = boite.messages()
    assert message["texte"] == texte


def test_une_lettre_a_deux_personnes_est_deux_messages(boite):
    boite.envoyer("alex@patient.example", "camille@patient.example", brut=courriel())
    assert {m["destinataire"] for m in boite.messages()} == {
        "alex@patient.example",
        "camille@patient.example",
    }
    assert len({m["id"] for m in boite.messages()}) == 2


def test_une_lettre_envoyee_deux_fois_se_voit_deux_fois(boite):
    boite.envoyer("alex@patient.example", brut=courriel())
    boite.envoyer("alex@patient.example", brut=courriel())
    assert [m["message_id"] for m in boite.messages()] == ["<stable-1@mes.example>"] * 2


def test_un_courriel_demesure_est_refuse(boite):
    with smtplib.SMTP("127.0.0.1", boite.smtp_port, timeout=DELAI) as client:
        client.ehlo()
        client.mail("x@mes.example")
        client.rcpt("alex@patient.example")
        code, _ = client.data(b"Subject: trop\r\n\r\n" + (b"x" * 998 + b"\r\n") * 10_000)
    assert code == 552
    assert boite.messages() == []


# --- SMS --------------------------------------------------------------------------------------


def test_un_sms_recu_se_lit(boite):
    reponse = boite.sms(id="sms-1", destinataire="0639980001", texte="Votre code est 123456.")
    assert reponse.status_code == 201
    assert reponse.json() == {"id": "sms-1"}
    (message,) = boite.messages()
    assert message.keys() == CHAMPS
    assert message["id"] == "sms-1"
    assert message["canal"] == "sms"
    assert message["destinataire"] == "0639980001"
    assert message["texte"] == "Votre code est 123456."
    assert message["objet"] == message["html"] == message["message_id"] == ""


def test_un_sms_renvoye_n_est_recu_qu_une_fois(boite):
    sms = {"id": "sms-1", "destinataire": "0639980001", "texte": "Bonjour"}
    assert boite.sms(**sms).status_code == 201
    assert boite.sms(**sms).status_code == 200
    assert len(boite.messages()) == 1
    assert boite.sms(**{**sms, "texte": "Autre chose"}).status_code == 409
    assert [m["texte"] for m in boite.messages()] == ["Bonjour"]


@pytest.mark.parametrize(
    ("corps", "entetes", "statut"),
    [
        (b"{", {"Content-Type": "application/json"}, 400),
        (b"[]", {"Content-Type": "application/json"}, 400),
        (b'{"id": "1", "destinataire": "2"}', {"Content-Type": "application/json"}, 400),
        (
            b'{"id": "1", "destinataire": "2", "texte": 3}',
            {"Content-Type": "application/json"},
            400,
        ),
        (
            b'{"id": "1", "destinataire": "2", "texte": " "}',
            {"Content-Type": "application/json"},
            400,
        ),
        (b"x" * 64_001, {"Content-Type": "application/json"}, 413),
        (b'{"id": "1", "destinataire": "2", "texte": "3"}', {"Content-Type": "text/plain"}, 415),
    ],
)
def test_un_sms_mal_dit_est_refuse_sans_rien_garder(boite, corps, entetes, statut):
    reponse = requests.post(f"{boite.adresse}/sms", data=corps, headers=entetes, timeout=DELAI)
    assert reponse.status_code == statut
    assert reponse.json()["erreur"]
    assert boite.messages() == []


# --- Reading ----------------------------------------------------------------------------------


def test_les_messages_viennent_du_plus_recent_au_plus_ancien_et_se_filtrent(boite):
    boite.envoyer("alex@patient.example", brut=courriel("Premier"))
    boite.sms(id="sms-1", destinataire="0639980001", texte="Deuxième")
    boite.envoyer("camille@patient.example", brut=courriel("Troisième"))
    boite.envoyer("alex@patient.example", brut=courriel("Quatrième"))
    assert [m["objet"] or m["texte"] for m in boite.messages()] == [
        "Quatrième",
        "Troisième",
        "Deuxième",
        "Premier",
    ]
    assert [m["objet"] for m in boite.messages(destinataire="ALEX@patient.example")] == [
        "Quatrième",
        "Premier",
    ]
    assert [m["id"] for m in boite.messages(destinataire="0639980001")] == ["sms-1"]
    assert boite.messages(destinataire="alex@patient") == []


def test_on_lit_les_messages_dans_un_navigateur(boite):
    boite.envoyer(
        "alex@patient.example",
        brut=courriel(
            "Objet <script>alert(1)</script>",
            "Voir https://mes.example/activation?code=a&suite=b. <b>gras</b>",
            "<p onclick='x()'>HTML</p>",
        ),
    )
    liste = requests.get(f"{boite.adresse}/", timeout=DELAI)
    assert '<html lang="fr">' in liste.text
    assert "<script>" not in liste.text
    assert "Objet &lt;script&gt;" in liste.text
    (message,) = boite.messages()
    assert f'href="/message/{message["id"]}"' in liste.text
    detail = requests.get(f"{boite.adresse}/message/{message['id']}", timeout=DELAI)
    assert "&lt;b&gt;gras&lt;/b&gt;" in detail.text
    assert 'href="https://mes.example/activation?code=a&amp;suite=b"' in detail.text
    assert "onclick" not in detail.text
    assert '<iframe sandbox title="' in detail.text
    cadre = requests.get(f"{boite.adresse}/message/{message['id']}/html", timeout=DELAI)
    assert "onclick" in cadre.text
    assert cadre.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    autre = requests.get(f"{boite.adresse}/?destinataire=camille@patient.example", timeout=DELAI)
    assert message["id"] not in autre.text


def test_la_page_d_une_boite_vide_dit_quoi_attendre(boite):
    page = requests.get(f"{boite.adresse}/", timeout=DELAI)
    assert page.status_code == 200
    assert "Aucun message" in page.text


@pytest.mark.parametrize("chemin", ["/message/inconnu", "/message/inconnu/html", "/rien"])
def test_une_adresse_inconnue_est_introuvable(boite, chemin):
    assert requests.get(f"{boite.adresse}{chemin}", timeout=DELAI).status_code == 404


def test_aucun_autre_site_ne_lit_ni_ne_commande_la_boite(boite):
    boite.sms(id="sms-1", destinataire="0639980001", texte="Votre code est 123456.")
    ailleurs = {"Origin": "http://ailleurs.example"}
    lecture = requests.get(boite.url, headers=ailleurs, timeout=DELAI)
    assert "Access-Control-Allow-Origin" not in lecture.headers
    demande = requests.options(
        boite.url, headers={**ailleurs, "Access-Control-Request-Method": "DELETE"}, timeout=DELAI
    )
    assert demande.status_code == 501
    assert "Access-Control-Allow-Origin" not in demande.headers
    # A name that an attacker makes point here (DNS rebinding) is not served.
    detournee = requests.get(boite.url, headers={"Host": "ailleurs.example"}, timeout=DELAI)
    assert detournee.status_code == 421
    assert "123456" not in detournee.text


def test_la_boite_n_ecoute_que_sur_la_machine(boite):
    port = int(boite.adresse.rpartition(":")[2])
    for ouvert in (port, boite.smtp_port):
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.2", ouvert), timeout=DELAI)


# --- What is kept -----------------------------------------------------------------------------


def test_la_boite_garde_ses_messages_d_un_demarrage_a_l_autre(tmp_path):
    premiere = lancer(tmp_path)
    try:
        premiere.envoyer("alex@patient.example", brut=courriel("Gardé"))
        premiere.sms(id="sms-1", destinataire="0639980001", texte="Gardé aussi")
        avant = premiere.messages()
    finally:
        premiere.processus.kill()  # nothing is lost, whatever the death
        premiere.processus.communicate()
    seconde = lancer(tmp_path)
    try:
        assert len(avant) == 2
        assert seconde.messages() == avant
        assert (
            seconde.sms(id="sms-1", destinataire="0639980001", texte="Gardé aussi").status_code
            == 200
        )
        assert requests.delete(seconde.url, timeout=DELAI).status_code == 204
        assert seconde.messages() == []
    finally:
        assert seconde.arreter() == 0


def test_la_boite_ne_grandit_pas_sans_fin(tmp_path):
    bornee = lancer(tmp_path, "--limite", "3")
    try:
        for numero in range(5):
            bornee.sms(id=f"sms-{numero}", destinataire="0639980001", texte="x")
        assert [m["id"] for m in bornee.messages()] == ["sms-4", "sms-3", "sms-2"]
    finally:
        assert bornee.arreter() == 0


def test_ses_fichiers_ne_se_lisent_que_par_leur_proprietaire(tmp_path):
    donnees = tmp_path / "a-creer"
    lancee = lancer(donnees)
    try:
        assert {f.stat().st_mode & 0o077 for f in (donnees, *donnees.iterdir())} == {0}
    finally:
        lancee.arreter()


def test_un_port_deja_pris_est_dit_clairement(boite, tmp_path):
    for options in (
        ["--smtp-port", str(boite.smtp_port), "--http-port", "0"],
        ["--smtp-port", "0", "--http-port", boite.adresse.rpartition(":")[2]],
    ):
        fini = subprocess.run(
            [sys.executable, "-m", "demo.boite", "--donnees", str(tmp_path), *options],
            cwd=RACINE,
            capture_output=True,
            text=True,
            timeout=DEMARRAGE,
            check=False,
        )
        assert fini.returncode == 1
        assert fini.stderr.startswith("port indisponible")


# --- The store, alone -------------------------------------------------------------------------


def sms(identifiant: str, texte: str = "x") -> Message:
    return Message(
        id=identifiant,
        canal=SMS,
        destinataire="0639980001",
        expediteur="",
        objet="",
        texte=texte,
        html="",
        message_id="",
        recu_le=maintenant(),
    )


def test_un_ajout_est_entier_ou_n_est_pas(tmp_path):
    depot = Depot(tmp_path / "b.sqlite3")
    depot.ajouter(sms("1"))
    with pytest.raises(IdentifiantRepris):
        depot.ajouter(sms("2"), sms("1", "autre"))
    assert [m.id for m in depot.messages()] == ["1"]
    assert depot.ajouter(sms("3")) is True
    assert depot.ajouter(sms("3")) is False
    depot.fermer()


def test_un_message_recu_ne_change_plus(tmp_path):
    import sqlite3

    depot = Depot(tmp_path / "b.sqlite3")
    depot.ajouter(sms("1"))
    with (
        sqlite3.connect(tmp_path / "b.sqlite3") as base,
        pytest.raises(sqlite3.IntegrityError, match="ne change plus"),
    ):
        base.execute("UPDATE message SET texte = 'autre'")
    base.close()
    assert json.dumps([m.texte for m in depot.messages()]) == '["x"]'
    depot.fermer()
