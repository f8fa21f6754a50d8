"""Vérifie un historique téléchargé sans rien demander au service (Python 3.11, `cryptography`).
    python verifier_historique.py historique.zip --cle CLE [--precedent ancien.zip]
CLE : clé publique du service (base64, ou fichier qui la contient), prise ailleurs que dans le ZIP.
Sortie : 0 intact, 1 altéré, 2 rien n'a pu être vérifié. Format : historique_telecharge.md.
"""

import argparse
import base64
import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def exiger(vrai: bool, sinon: str) -> None:
    if not vrai:
        raise SystemExit(f"ALTÉRÉ : {sinon}")  # printed, and the exit code is 1


def exiger_signature(cle: Ed25519PublicKey, signature: str, texte: str, quoi: str) -> None:
    try:
        cle.verify(base64.b64decode(signature), texte.encode())
    except InvalidSignature:
        exiger(False, f"{quoi} : la signature n'est pas celle de cette clé")


def verifier_chaine(chaine: Any, cle: Ed25519PublicKey) -> list[str]:
    nom, lignes, point = chaine["nom"], chaine["lignes"], chaine["point"]
    empreintes = [hashlib.sha256(b"mes.journal" + nom.encode()).hexdigest()]
    presents = {ligne["numero"] for ligne in lignes}
    for n, ligne in enumerate(lignes, 1):
        ici = f"chaîne {nom}, ligne {n}"
        exiger(ligne["numero"] == n, f"{ici} : {'déplacée' if n in presents else 'manquante'}")
        engage = bytes.fromhex(ligne["engagement"])
        clair = bytes.fromhex(ligne.get("sel", "")) + ligne.get("texte", "").encode()
        juste = not clair or hashlib.sha256(clair).digest() == engage
        exiger(juste, f"{ici} : altérée, texte ou sel changé")
        suite = bytes.fromhex(empreintes[-1]) + n.to_bytes(8, "big") + engage
        empreintes.append(hashlib.sha256(suite).hexdigest())
        exiger(empreintes[-1] == ligne["empreinte"], f"{ici} : altérée, ne suit pas la précédente")
    n, ici = len(lignes), f"chaîne {nom}"
    exiger(point["numero"] <= n, f"{ici}, ligne {n + 1} : manquante, la fin est coupée")
    exiger(point["numero"] == n, f"{ici}, ligne {point['numero'] + 1} : en trop")
    exiger(point["empreinte"] == empreintes[n], f"{ici} : point de contrôle d'une autre chaîne")
    texte = f"mes.journal.point|{nom}|{n}|{empreintes[n]}|{point['signe_le']}"
    exiger_signature(cle, point["signature"], texte, f"{ici}, point de contrôle")
    return empreintes


def verifier(chemin: str, cle: Ed25519PublicKey) -> tuple[dict[str, list[str]], str]:
    en_zip, nom = zipfile.is_zipfile(chemin), "historique.json"
    recu = json.loads(zipfile.ZipFile(chemin).read(nom) if en_zip else Path(chemin).read_bytes())
    chaines = {chaine["nom"]: verifier_chaine(chaine, cle) for chaine in recu["chaines"]}
    sommaire = "|".join(["mes.historique", recu["espace"], recu["produit_le"], *chaines])
    exiger_signature(cle, recu["sommaire"], sommaire, "sommaire (une chaîne manque ?)")
    textes = ["texte" in ligne for chaine in recu["chaines"] for ligne in chaine["lignes"]]
    dont = f", dont {textes.count(False)} sans texte" if False in textes else ""
    return chaines, f"{len(textes)} lignes sans trou{dont}, signées le {recu['produit_le']}"


if __name__ == "__main__":
    lecteur = argparse.ArgumentParser(description="Vérifie un historique téléchargé.")
    lecteur.add_argument("fichier")
    lecteur.add_argument("--cle", required=True, help="clé publique : base64, ou un fichier")
    lecteur.add_argument("--precedent", help="un historique téléchargé auparavant")
    choix = lecteur.parse_args()
    try:
        cle64 = Path(choix.cle).read_text() if Path(choix.cle).is_file() else choix.cle
        cle = Ed25519PublicKey.from_public_bytes(base64.b64decode(cle64))
        chaines, dit = verifier(choix.fichier, cle)
        for nom, avant in verifier(choix.precedent or choix.fichier, cle)[0].items():
            court = len(avant) if nom[-1] == "V" else min(len(avant), len(chaines[nom]))
            exiger(chaines[nom][:court] == avant[:court], f"{nom} ne prolonge pas l'ancien")
    except (OSError, ValueError, LookupError, TypeError, zipfile.BadZipFile) as erreur:
        lecteur.exit(2, f"Rien n'a pu être vérifié : {type(erreur).__name__} {erreur}\n")
    print(f"INTACT : {dit}.")
