"""A complete act in processes of the product: `python -m tests.securite.acte PHASE DONNEES.json`.

Phases: « avant » (espaces, accounts, deposits, password and code asked for; nothing is consumed)
and « apres » (code typed, readings on both sides, refusals). The people of DONNEES.json are new
each time: whatever is found of them afterwards was written by this act.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from comptes.models import Compte, Population, index_identifiant  # noqa: E402
from habilitations.portes import ESPACE_TROUVE  # noqa: E402
from journal.faits import SYSTEME  # noqa: E402
from mes.portails import PATIENT  # noqa: E402
from tests import situations as s  # noqa: E402
from tests.comptes.outils import connecter_professionnel  # noqa: E402
from tests.securite.hostiles import cda_de  # noqa: E402
from tests.securite.scene import TYPE, lisible_par_tous  # noqa: E402
from usagers.actions import activer_espace  # noqa: E402
from usagers.recherche import espace_par_ins  # noqa: E402

Personne = dict[str, Any]


def _navigateur() -> Client:
    return Client(headers={"host": "localhost"})


def _exiger(reponse: Any, *statuts: int) -> Any:
    if reponse.status_code not in statuts:
        raise SystemExit(f"{reponse.request['PATH_INFO']} a répondu {reponse.status_code}")
    return reponse


def _champs(personne: Personne, **change: Any) -> dict[str, Any]:
    return {
        "titre": personne["titre"],
        "type_code": TYPE,
        "date_document": "2026-01-05",
        "confidentialite": "visible",
        **change,
    }


def _fichier(personne: Personne, nom: str, octets: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{personne['fichier']}.{nom}", octets)


def _medecin(espace_id: Any) -> Client:
    """A physician who has found and opened the record."""
    client = _navigateur()
    session = connecter_professionnel(client, s.creer_exercice("medecin"))
    session[ESPACE_TROUVE] = str(espace_id)
    session.save()
    return client


def avant(personnes: list[Personne], dossier: Path) -> None:
    lisible_par_tous()
    lignes = dossier / "personnes.jsonl"
    champs = ("ins", "oid", "nom_naissance", "prenoms", "date_naissance", "sexe", "lieu_naissance")
    lignes.write_text(
        "\n".join(json.dumps({nom: p[nom] for nom in champs}) for p in personnes), "utf-8"
    )
    call_command("inscrire", str(lignes))
    lignes.unlink()
    for personne in personnes:
        espace = espace_par_ins(personne["ins"])
        assert espace is not None
        compte = Compte(
            population=Population.USAGER,
            identifiant_index=index_identifiant(Population.USAGER, personne["identifiant"]),
        )
        fiche = {"prenom": personne["prenoms"], "nom": personne["nom_naissance"]}
        compte.poser_fiche(
            fiche | {cle: personne[cle] for cle in ("identifiant", "courriel", "mobile")}
        )
        compte.set_password("Bonjour-1234!")
        compte.save()
        activer_espace(espace_id=espace.pk, compte_id=compte.pk, acteur=SYSTEME)
        medecin = _medecin(espace.pk)
        texte = personne["texte"]
        for nom, octets in (("pdf", s.pdf(texte)), ("txt", f"Bonjour. {texte}.".encode())):
            champs_ps = _champs(personne, fichier=_fichier(personne, nom, octets))
            _exiger(medecin.post("/ps/depot/", champs_ps), 302)
        cda = cda_de(personne["ins"]).replace(b"Bonjour", texte.encode())
        cda = cda.replace(b"DOC-1", f"DOC-{personne['ins']}".encode())
        _exiger(medecin.post("/ps/depot/", {"fichier": _fichier(personne, "xml", cda)}), 302)
        patient = _navigateur()
        _demander_le_code(patient, personne)
        personne["temoin"] = patient.cookies[PATIENT.temoin].value


def _demander_le_code(client: Client, personne: Personne) -> None:
    mauvais = {"identifiant": personne["identifiant"], "mot_de_passe": "oublié"}
    _exiger(client.post("/connexion/", mauvais), 422)
    bon = mauvais | {"mot_de_passe": "Bonjour-1234!"}
    _exiger(client.post("/connexion/", bon), 302)
    _exiger(client.post("/connexion/moyen/", {"canal": "courriel"}), 302)


def apres(personnes: list[Personne], dossier: Path) -> None:
    autre = personnes[-1]
    for personne in personnes:
        client = _navigateur()
        client.cookies[PATIENT.temoin] = personne["temoin"]
        _exiger(client.post("/connexion/code/", {"code": personne["code"]}), 302)
        accueil = _exiger(client.get("/accueil/"), 200).content.decode()
        assert personne["titre"] in accueil
        documents = _lire_tout(client, "/documents/")
        for adresse in ("/historique/", "/notifications/", "/reglages/"):
            _exiger(client.get(adresse), 200)
        octets = f"Je me souviens. {personne['texte']}.".encode()
        mien = {"fichier": _fichier(personne, "txt", octets)}
        _exiger(client.post("/documents/ajouter/", _champs(personne, **mien)), 302)
        refuse = {"fichier": _fichier(personne, "exe", b"MZ" + octets)}
        _exiger(client.post("/documents/ajouter/", _champs(personne, **refuse)), 422)
        titre = {"titre": personne["titre"] + " <", "fichier": _fichier(personne, "txt", octets)}
        _exiger(client.post("/documents/ajouter/", _champs(personne, **titre)), 422)
        _exiger(client.post(f"/documents/{documents[0]}/epingler/", {"epingle": "oui"}), 302)
        masque = {"confidentialite": "masque"}
        _exiger(client.post(f"/documents/{documents[1]}/confidentialite/", masque), 302)
        _chez_le_medecin(personne, documents)
        if personne is not autre:
            _exiger(client.get(f"/documents/{autre['document']}/"), 404)
        _exiger(client.get("/documents/", {"q": personne["titre"]}), 200)


def _lire_tout(client: Client, adresse: str) -> list[str]:
    """Each document of a list, its content and its copy to keep."""
    page = _exiger(client.get(adresse), 200).content.decode()
    documents = sorted(set(re.findall(rf'"{adresse}([0-9a-f-]{{36}})/', page)))
    assert len(documents) == 3
    for document in documents:
        _exiger(client.get(f"{adresse}{document}/"), 200)
        _exiger(client.get(f"{adresse}{document}/contenu/"), 200, 404)
        _exiger(client.get(f"{adresse}{document}/telecharger/"), 200)
    return documents


def _chez_le_medecin(personne: Personne, documents: list[str]) -> None:
    client = _navigateur()
    connecter_professionnel(client, s.creer_exercice("autre_medecin"))
    saisie = {
        "matricule": personne["ins"],
        "nom_naissance": personne["nom_naissance"],
        "date_naissance": personne["date_naissance"],
    }
    _exiger(client.post("/ps/patients/", saisie | {"nom_naissance": "DEMO-AUTRE"}), 422)
    _exiger(client.post("/ps/patients/", saisie | {"matricule": personne["ins"] + "1"}), 422)
    _exiger(client.post("/ps/patients/", saisie), 302)
    _exiger(client.get("/ps/dossier/documents/"), 403)
    base = {"base": "consentement", "information": "papier", "rappel_lu": "on"}
    _exiger(client.post("/ps/patients/declaration/", base), 302)
    for adresse in ("/ps/dossier/", "/ps/dossier/documents/?periode=tout"):
        _exiger(client.get(adresse), 200)
    statuts = {_exiger(client.get(f"/ps/dossier/documents/{d}/"), 200, 404) for d in documents}
    assert {reponse.status_code for reponse in statuts} == {200, 404}  # one of them is masked
    _exiger(client.post("/ps/dossier/fermer/"), 302)


if __name__ == "__main__":
    fichier = Path(sys.argv[2])
    lues = json.loads(fichier.read_text("utf-8"))
    {"avant": avant, "apres": apres}[sys.argv[1]](lues, fichier.parent)
    fichier.write_text(json.dumps(lues), "utf-8")
