"""A full record for the pages to show: every format, state and reader, through the real doors."""

from __future__ import annotations

from dataclasses import dataclass
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
from mes.socle.nomenclatures import professions, types_documents
from professionnels.models import Exercice
from tests import situations as s
from tests.comptes.outils import connecter_professionnel, connecter_usager
from usagers.models import EspaceSante


@dataclass(frozen=True)
class Scene:
    """One patient, two physicians, and what each deposited, by a short name."""

    espace: EspaceSante
    compte: Compte
    medecin: ActeurAcces
    documents: dict[str, s.Depose]

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


DECLARATION = {"base": "consentement", "information": "papier", "rappel_lu": "on"}


def chercher(client: Client, nom: str = "alex") -> None:
    """Finds a patient by INS and traits."""
    personne = s.PERSONNES[nom]
    reponse = client.post(
        "/ps/patients/",
        {
            "matricule": personne["matricule"],
            "nom_naissance": personne["nom_naissance"],
            "date_naissance": personne["date_naissance"],
        },
    )
    assert reponse.status_code == 302, reponse.content.decode()


def image() -> bytes:
    """A JPEG that looks like a scanned prescription."""
    dessin = Image.new("RGB", (800, 1100), "#fffdf5")
    crayon = ImageDraw.Draw(dessin)
    for rang in range(12):
        crayon.rectangle((90, 140 + rang * 70, 300 + rang * 37 % 400, 158 + rang * 70), "#31405c")
    sortie = BytesIO()
    dessin.save(sortie, "JPEG", quality=80)
    return sortie.getvalue()


def cda(identifiant: str, **champs: Any) -> bytes:
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


def espace_vide() -> Scene:
    """An activated espace without any document."""
    espace = s.creer_espace("alex")
    return Scene(espace, s.creer_compte("alex", espace), s.acteur_ps("medecin"), {})


def dossier_fourni() -> Scene:
    """Documents of each kind, deposited by two physicians and by the patient; one was read."""
    scene = espace_vide()
    s.poser_matrice(
        {("10", code): True for code in types_documents()}
        | {(p, "11488-4"): True for p in professions() if p in ("21", "60", "70")}
    )
    espace, medecin, autre = scene.espace, scene.medecin, s.acteur_ps("autre_medecin")
    titulaire = s.acteur_titulaire(scene.compte)
    hier = timezone.localdate() - timedelta(days=1)
    documents = {
        "ancien": s.deposer(
            medecin,
            espace,
            type_code="11490-0",
            titre="Lettre de sortie",
            date_document=date(2019, 4, 1),
        ),
        "compte_rendu": s.deposer(
            autre, espace, titre="Consultation de cardiologie", date_document=hier
        ),
        "pdf": s.deposer(medecin, espace, titre="Consultation du soir", date_document=hier),
        "hostile": s.deposer(medecin, espace, titre="Note du 3 mars & suites"),
        "cda": s.deposer(
            medecin,
            espace,
            type_code="",
            titre="",
            octets=cda("1.2.250.1.999.1.7"),
            nom_fichier="biologie.xml",
        ),
        "masque": s.deposer(
            medecin, espace, titre="Suivi confidentiel", masques=frozenset({Masque.MASQUE_PS})
        ),
        "annonce": s.deposer(
            medecin,
            espace,
            titre="Résultat à expliquer",
            masques=frozenset({Masque.INVISIBLE_PATIENT}),
        ),
        "image": s.deposer(
            titulaire,
            espace,
            type_code="DOCPAT02",
            titre="Ordonnance de lunettes",
            octets=image(),
            nom_fichier="photo.jpg",
        ),
        "texte": s.deposer(
            titulaire,
            espace,
            type_code="EXPPAT_2",
            titre="Mes notes de tension",
            octets=b"Lundi : 12/8\nMardi : 13/8\n",
            nom_fichier="notes.txt",
        ),
        "rtf": s.deposer(
            titulaire,
            espace,
            type_code="EXPPAT_2",
            titre="Courrier en RTF",
            octets=rb"{\rtf1\ansi Bonjour docteur.\par}",
            nom_fichier="courrier.rtf",
        ),
        "en_analyse": s.deposer(medecin, espace, titre="Radiographie du poignet", analyse=False),
        "echec": s.deposer(medecin, espace, titre="Fichier illisible", analyse=False),
        "ordonnance": s.deposer(
            medecin, espace, type_code="57833-6", titre="Ordonnance", octets=s.pdf("Ordonnance v1")
        ),
    }
    documents["ordonnance_v2"] = s.deposer(
        medecin,
        espace,
        type_code="57833-6",
        titre="Ordonnance corrigée",
        octets=s.pdf("Ordonnance v2"),
        remplace_id=documents["ordonnance"].id,
    )
    with transaction.atomic(), ouvrir_pour_le_systeme(espace.pk):
        Document.objects.filter(pk=documents["echec"].id).update(analyse=EtatAnalyse.ECHEC)
        Document.objects.filter(pk=documents["cda"].id).update(epingle_le=timezone.now())
    for nom in ("compte_rendu", "pdf", "cda"):
        annoncer_depot(
            Travail(
                nature="dossier.annoncer_depot",
                cible_id=documents[nom].id,
                espace_id=espace.pk,
            )
        )
    fournie = Scene(espace, scene.compte, medecin, documents)
    lecture = fournie.professionnel().get(fournie.url_ps("pdf"))
    assert lecture.status_code == 200
    return fournie


def remplir(scene: Scene, nombre: int) -> None:
    """As many documents more, so that lists have pages."""
    for rang in range(nombre):
        s.deposer(
            scene.medecin,
            scene.espace,
            type_code="57833-6",
            titre=f"Prescription numéro {rang}",
            octets=f"Prescription {rang}".encode(),
            nom_fichier=f"p{rang}.txt",
            analyse=False,
        )
