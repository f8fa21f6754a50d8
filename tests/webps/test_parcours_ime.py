"""SC-05 in a real browser: a child in an IME, its team, an emergency, a neurologist, a pharmacist.

The prescription sent to the pharmacy by MSSanté belongs to the messaging part.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.test import Client
from playwright.sync_api import Page, expect

from habilitations.models import ConsentementInitial, Role, RoleDeclare
from mes.portails import PS
from mes.socle.nomenclatures import types_documents
from professionnels.models import BoiteMSS, Exercice, Professionnel, Structure
from tests import situations as s
from tests.accueil.test_galerie import violations
from tests.accueil.test_pages_navigateur import Ouvrir, navigateur, ouvrir
from tests.comptes.outils import connecter_professionnel
from tests.urgence.outils import faire_les_travaux

__all__ = ["navigateur", "ouvrir"]

pytestmark = [pytest.mark.navigateur, pytest.mark.usefixtures("gabarits_stricts")]

DLU, VSM, CONSULTATION, ORDONNANCE = "74207-2", "60591-5", "11488-4", "57833-6"


def _exercice(rpps: str, nom: str, structure: Structure, specialite: str = "SM26") -> Exercice:
    professionnel = Professionnel.objects.create(rpps=rpps, nom=nom, prenom="Dominique")
    exercice = Exercice.objects.create(
        cle_annuaire=f"{rpps}|{structure.pk}",
        professionnel=professionnel,
        structure=structure,
        profession="10",
        specialite=specialite,
    )
    return Exercice.objects.select_related("professionnel", "structure").get(pk=exercice.pk)


def _entrer(ouvrir: Ouvrir, exercice: Exercice, **options: Any) -> Page:
    client = Client()
    connecter_professionnel(client, exercice)
    page = ouvrir(client, PS, **options)
    page.goto("/ps/patients/")
    ines = s.PERSONNES["ines"]
    page.get_by_label("Matricule INS").fill(ines["matricule"])
    page.get_by_label("Nom de naissance").fill(ines["nom_naissance"])
    page.get_by_label("Date de naissance").fill(ines["date_naissance"])
    page.get_by_role("button", name="Je cherche", exact=True).click()
    return page


def _ouvrir_avec_l_accord(page: Page) -> None:
    page.get_by_label("avec l'accord", exact=False).check()
    page.get_by_label("J'ai pris connaissance du rappel").check()
    page.get_by_role("button", name="J'ouvre le dossier").click()


def _deposer(page: Page, titre: str, type_code: str) -> None:
    page.goto("/ps/depot/")
    page.get_by_label("Fichier").set_input_files(
        {"name": "document.pdf", "mimeType": "application/pdf", "buffer": s.pdf(titre)}
    )
    page.get_by_label("Type de document").select_option(type_code)
    page.get_by_label("Titre du document").fill(titre)
    page.get_by_role("button", name="Je dépose le document").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Accusé de dépôt")
    faire_les_travaux()


@pytest.mark.regle("R-PS-02", "R-PS-03", "R-ALI-02", "R-URG-05", "R-URG-08", "R-HAB-02")
def test_le_jeune_suivi_en_ime_de_l_equipe_a_l_urgence_puis_au_neurologue(
    ouvrir: Ouvrir,
) -> None:
    s.poser_matrice({("10", code): True for code in types_documents()} | {("21", ORDONNANCE): True})
    espace = s.creer_espace("ines")
    traitant = s.creer_exercice("medecin")
    s.deposer(s.acteur_ps("medecin"), espace, titre="Synthèse du médecin traitant", type_code=VSM)
    RoleDeclare.objects.create(
        espace=espace, professionnel=traitant.professionnel, role=Role.MEDECIN_TRAITANT
    )
    BoiteMSS.objects.create(
        adresse="traitant@ps.mssante.test", type="PER", professionnel=traitant.professionnel
    )

    # The IME's physician, with the parents' agreement gathered once for the team.
    ime = s.creer_structure("990009037", "IME DÉMO")
    page = _entrer(ouvrir, _exercice("99700907110", "DEMO-IME", ime))
    page.get_by_label("membre de l'équipe de soins").check()
    page.get_by_label("Le patient, informé, a donné son consentement").check()
    page.get_by_label("sur papier").check()
    page.get_by_label("J'ai pris connaissance du rappel").check()
    page.get_by_role("button", name="J'ouvre le dossier").click()
    expect(page.get_by_role("link", name="Synthèse du médecin traitant").first).to_be_visible()
    assert ConsentementInitial.objects.get().structure == ime
    assert violations(page) == []
    page.goto("/ps/depot/")
    page.get_by_role("button", name="Je l'ai informé sur papier").click()
    expect(page.get_by_text("Informé", exact=False).first).to_be_visible()
    _deposer(page, "Liaison d'urgence de l'IME", DLU)
    _deposer(page, "Observation de l'éducateur", CONSULTATION)

    # A colleague of the same IME passes without a new box: the team's consent holds for all.
    collegue = _entrer(ouvrir, _exercice("99700907128", "DEMO-COLLEGUE", ime), largeur=320)
    collegue.get_by_label("membre de l'équipe de soins").check()
    expect(collegue.get_by_label("Le patient, informé, a donné son consentement")).to_have_count(0)
    collegue.get_by_label("J'ai pris connaissance du rappel").check()
    collegue.get_by_role("button", name="J'ouvre le dossier").click()
    expect(collegue.get_by_role("heading", level=1)).to_have_text("Récapitulatif du dossier")

    # A fit in the street: the emergency physician breaks the glass and reads the liaison document.
    clinique = s.creer_structure("990009045", "Urgences DÉMO")
    client = Client()
    connecter_professionnel(client, _exercice("99700907136", "DEMO-URGENCE", clinique, "SM59"))
    urgence = ouvrir(client, PS)
    urgence.goto("/ps/urgence/")
    urgence.get_by_label("Nom de naissance").fill("DEMO-UN")
    urgence.get_by_label("Premier prénom").fill("INES")
    urgence.get_by_label("Date de naissance").fill("2014-06-30")
    urgence.get_by_label("Il est inconscient").check()
    urgence.get_by_label("Justification").fill("Crise convulsive sur la voie publique.")
    urgence.get_by_label("J'atteste que la personne").check()
    urgence.get_by_role("button", name="en urgence").click()
    expect(urgence.get_by_role("link", name="Liaison d'urgence de l'IME").first).to_be_visible()
    faire_les_travaux()
    (prevenu,) = [m for m in mail.outbox if m.to == ["traitant@ps.mssante.test"]]
    assert "DEMO-UN" not in prevenu.body.upper()

    # The neurologist feeds without consent, and reads only once the family agreed.
    cabinet = s.creer_structure("990009052", "Cabinet de neurologie DÉMO")
    neurologue = _entrer(ouvrir, _exercice("99700907144", "DEMO-NEURO", cabinet))
    _deposer(neurologue, "Consultation de neurologie", CONSULTATION)
    _deposer(neurologue, "Ordonnance de neurologie", ORDONNANCE)
    refuse = neurologue.request.get("/ps/dossier/documents/")
    assert refuse.status == 403
    neurologue.goto("/ps/patients/declaration/")
    _ouvrir_avec_l_accord(neurologue)
    expect(
        neurologue.get_by_role("link", name="Synthèse du médecin traitant").first
    ).to_be_visible()

    # The pharmacist checks the prescription, and nothing else exists for him.
    pharmacie = _entrer(ouvrir, s.creer_exercice("pharmacien"))
    _ouvrir_avec_l_accord(pharmacie)
    expect(pharmacie.get_by_role("link", name="Ordonnance de neurologie").first).to_be_visible()
    expect(pharmacie.get_by_text("Consultation de neurologie")).to_have_count(0)
    expect(pharmacie.get_by_text("Synthèse du médecin traitant")).to_have_count(0)
