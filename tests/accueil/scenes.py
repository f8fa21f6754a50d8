"""A record for the pages to show: documents of every format and state, through the real doors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.db import transaction
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageDraw

from comptes.models import Compte
from demo.documents import cda_biologie
from dossier.effets import annoncer_depot
from dossier.models import Document, EtatAnalyse
from habilitations.acces import ActeurAcces, ouvrir_pour_le_systeme
from habilitations.politique import Masque
from mes.socle.models import Travail
from mes.socle.nomenclatures import types_documents
from professionnels.models import Exercice
from tests import situations as s
from tests.comptes.outils import connecter_professionnel, connecter_usager
from usagers.models import EspaceSante

DECLARATION = {"base": "consentement", "information": "papier", "rappel_lu": "on"}
TITRE_HOSTILE = "Note & suites"
ORDONNANCE, COMPTE_RENDU, DU_PATIENT = "57833-6", "11488-4", "EXPPAT_2"


@dataclass(frozen=True)
class Scene:
    """One patient, two physicians, and what each deposited, by a short name."""

    espace: EspaceSante
    compte: Compte
    medecin: ActeurAcces
    confrere: ActeurAcces
    documents: dict[str, s.Depose] = field(default_factory=dict)

    def url(self, nom: str, page: str = "") -> str:
        """Patient's address of a document, or of one of its pages."""
        return f"/documents/{self.documents[nom].id}/{page}"

    def url_ps(self, nom: str, page: str = "") -> str:
        return f"/ps/dossier/documents/{self.documents[nom].id}/{page}"

    def patient(self) -> Client:
        """A browser of the patient, both factors proven."""
        client = Client()
        connecter_usager(client, self.compte)
        return client

    def professionnel(self, *, ouvert: bool = True) -> Client:
        """A browser of the physician; `ouvert`: with the record declared and open."""
        client = Client()
        exercice = Exercice.objects.select_related("professionnel", "structure").get(
            pk=self.medecin.exercice_id
        )
        connecter_professionnel(client, exercice)
        if ouvert:
            chercher(client)
            reponse = client.post("/ps/patients/declaration/", DECLARATION)
            assert reponse.status_code == 302, reponse.content.decode()
        return client

    def annoncer(self, *noms: str) -> None:
        """What the worker does once a document is found sound: the patient is told."""
        for nom in noms:
            annoncer_depot(
                Travail(
                    nature="dossier.annoncer_depot",
                    cible_id=self.documents[nom].id,
                    espace_id=self.espace.pk,
                )
            )

    def changer(self, nom: str, **colonnes: Any) -> None:
        """Columns of a document that no screen sets."""
        with transaction.atomic(), ouvrir_pour_le_systeme(self.espace.pk):
            Document.objects.filter(pk=self.documents[nom].id).update(**colonnes)

    def remplir(self, nombre: int) -> None:
        """As many prescriptions more, so that lists have pages."""
        for rang in range(nombre):
            s.deposer(
                self.medecin,
                self.espace,
                type_code=ORDONNANCE,
                titre=f"Prescription numéro {rang}",
                octets=f"Prescription {rang}".encode(),
                nom_fichier=f"p{rang}.txt",
                analyse=False,
            )


def chercher(client: Client, nom: str = "alex") -> None:
    """Finds a patient by INS and traits."""
    reponse = client.post("/ps/patients/", recherche(nom))
    assert reponse.status_code == 302, reponse.content.decode()


def recherche(nom: str = "alex") -> dict[str, str]:
    """What a professional types to find a patient."""
    personne = s.PERSONNES[nom]
    return {cle: personne[cle] for cle in ("matricule", "nom_naissance", "date_naissance")}


def image() -> bytes:
    """A JPEG that looks like a scanned prescription."""
    dessin = Image.new("RGB", (800, 1100), "#fffdf5")
    crayon = ImageDraw.Draw(dessin)
    for rang in range(12):
        crayon.rectangle((90, 140 + rang * 70, 300 + rang * 37 % 400, 158 + rang * 70), "#31405c")
    sortie = BytesIO()
    dessin.save(sortie, "JPEG", quality=80)
    return sortie.getvalue()


def cda(identifiant: str = "1.2.250.1.999.1.7", **champs: Any) -> bytes:
    """A biology report about Alex."""
    alex = s.PERSONNES["alex"]
    valeurs = {
        "identifiant": identifiant,
        "matricule": alex["matricule"],
        "oid": s.OID_TEST,
        "nom": alex["nom_naissance"],
        "prenom": alex["prenoms"],
        "naissance": alex["date_naissance"],
        "sexe": alex["sexe"],
        "date_effet": "20260312103000+0100",
    }
    return cda_biologie(**(valeurs | champs))


def _hier() -> date:
    return timezone.localdate() - timedelta(days=1)


def _du_medecin(**champs: Any) -> Callable[[Scene], s.Depose]:
    return lambda scene: s.deposer(scene.medecin, scene.espace, **champs)


def _du_patient(**champs: Any) -> Callable[[Scene], s.Depose]:
    return lambda scene: s.deposer(s.acteur_titulaire(scene.compte), scene.espace, **champs)


def _ordonnance_corrigee(scene: Scene) -> s.Depose:
    return s.deposer(
        scene.medecin,
        scene.espace,
        type_code=ORDONNANCE,
        titre="Ordonnance corrigée",
        octets=s.pdf("Ordonnance corrigee"),
        remplace_id=scene.documents["ordonnance"].id,
    )


_DEPOTS: dict[str, Callable[[Scene], s.Depose]] = {
    "ancien": _du_medecin(
        type_code="11490-0", titre="Lettre de sortie", date_document=date(2019, 4, 1)
    ),
    "confrere": lambda scene: s.deposer(
        scene.confrere, scene.espace, titre="Consultation de cardiologie", date_document=_hier()
    ),
    "pdf": lambda scene: _du_medecin(titre="Consultation du soir", date_document=_hier())(scene),
    "hostile": _du_medecin(titre=TITRE_HOSTILE),
    "cda": _du_medecin(octets=cda(), nom_fichier="biologie.xml", type_code="", titre=""),
    "masque": _du_medecin(titre="Suivi confidentiel", masques=frozenset({Masque.MASQUE_PS})),
    "annonce": _du_medecin(
        titre="Résultat à expliquer", masques=frozenset({Masque.INVISIBLE_PATIENT})
    ),
    "image": _du_patient(
        type_code="DOCPAT02",
        titre="Ordonnance de lunettes",
        octets=image(),
        nom_fichier="photo.jpg",
    ),
    "texte": _du_patient(
        type_code=DU_PATIENT,
        titre="Mes notes de tension",
        octets=b"Lundi : 12/8\nMardi : 13/8\n",
        nom_fichier="notes.txt",
    ),
    "rtf": _du_patient(
        type_code=DU_PATIENT,
        titre="Courrier en RTF",
        octets=rb"{\rtf1\ansi Bonjour docteur.\par}",
        nom_fichier="courrier.rtf",
    ),
    "en_analyse": _du_medecin(titre="Radiographie du poignet", analyse=False),
    "echec": _du_medecin(titre="Fichier illisible", analyse=False),
    "ordonnance": _du_medecin(
        type_code=ORDONNANCE, titre="Ordonnance", octets=s.pdf("Ordonnance"), date_document=_hier()
    ),
    "ordonnance_corrigee": _ordonnance_corrigee,
}


def dossier(*noms: str) -> Scene:
    """An activated espace with these documents, in their order; every type is open to physicians."""
    espace = s.creer_espace("alex")
    scene = Scene(
        espace,
        s.creer_compte("alex", espace),
        s.acteur_ps("medecin"),
        s.acteur_ps("autre_medecin"),
    )
    s.poser_matrice(
        {("10", code): True for code in types_documents()}
        | {("21", COMPTE_RENDU): True, ("28", COMPTE_RENDU): False}
    )
    for nom in noms:
        scene.documents[nom] = _DEPOTS[nom](scene)
    if "echec" in noms:
        scene.changer("echec", analyse=EtatAnalyse.ECHEC)
    return scene


def dossier_complet() -> Scene:
    """Every document; one is pinned, three are announced, one was read by the physician."""
    scene = dossier(*_DEPOTS)
    scene.changer("cda", epingle_le=timezone.now())
    scene.annoncer("confrere", "pdf", "cda")
    assert scene.professionnel().get(scene.url_ps("pdf")).status_code == 200
    return scene
