"""« Que voit un pharmacien ? »: the matrix in force, for everybody, on screen and on paper."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

import habilitations
from habilitations import effets, que_voit
from habilitations.cases import codes_lisibles
from habilitations.matrice import approuver_matrice, proposer_matrice, retirer_matrice
from habilitations.models import VersionMatrice
from mes.socle import impression, travaux
from mes.socle.models import EtatTravail, Travail
from mes.socle.nomenclatures import professions, types_documents
from tests import situations as s
from tests.accueil.conftest import gabarits_stricts  # noqa: F401  # asked for by name
from tests.accueil.lecture import Page, lire, verifier_liens, verifier_structure

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.regle("R-HAB-04"),
    pytest.mark.usefixtures("gabarits_stricts"),
]

PAGE = "/que-voit-un-professionnel/"
PDF = f"{PAGE}pdf/?metier=21"


@pytest.fixture
def matrice() -> VersionMatrice:
    """The one that ships."""
    chemin = Path(habilitations.__file__).parent / "donnees" / "matrice_habilitations.csv"
    version = proposer_matrice(
        contenu=chemin.read_bytes(), source="essai", effet_le=date(2023, 10, 29), par="proposeuse"
    )
    return approuver_matrice(version_id=version.pk, par="approbateur")


def test_chacun_lit_ce_que_voit_un_metier_par_categorie(matrice: VersionMatrice) -> None:
    page = lire(Client(), f"{PAGE}?metier=21")
    verifier_structure(page, PAGE)
    verifier_liens(page, PAGE)
    lisibles = codes_lisibles(matrice.pk, "21", None)
    assert 0 < len(lisibles) < len(types_documents())
    assert (
        f"{len(lisibles)} types de documents accessibles sur {len(types_documents())}" in page.texte
    )
    assert "en vigueur depuis le 29 octobre 2023" in page.texte
    # Every type is in one list and one only, in its category.
    dits: dict[tuple[str, bool], list[str]] = {}
    for section in page.racine.xpath('//div[@class="que-voit"]/section'):
        (categorie,) = section.xpath("./h3")
        for liste in section.xpath("./ul"):
            accessible = page.mots(liste.getprevious()) == "Accessible"
            dits[page.mots(categorie), accessible] = [page.mots(e) for e in liste.iter("li")]
    attendus: dict[tuple[str, bool], list[str]] = {}
    for code, t in types_documents().items():
        cle = (t.libelle_categorie or "Autres documents", code in lisibles)
        attendus.setdefault(cle, []).append(" ".join(t.libelle.split()))
    assert dits == attendus


def test_la_page_suit_la_version_en_vigueur(matrice: VersionMatrice) -> None:
    s.poser_matrice({("21", "11488-4"): True})
    VersionMatrice.objects.filter(source="essai", bilan={}).update(
        effet_le=timezone.localdate() - timedelta(days=1)
    )
    assert "1 type de documents accessible sur" in lire(Client(), f"{PAGE}?metier=21").texte
    for version in VersionMatrice.objects.all():
        retirer_matrice(version_id=version.pk, par="approbateur")
    page = lire(Client(), f"{PAGE}?metier=21")
    assert "Aucune règle n'est en vigueur" in page.texte
    assert page.racine.xpath('//div[@class="que-voit"]') == []
    assert Client().get(PDF).status_code == 404


def test_tous_les_metiers_qui_lisent_sont_proposes_et_eux_seuls(matrice: VersionMatrice) -> None:
    page = lire(Client(), PAGE)
    codes = {option.get("value") for option in page.champ("metier").iter("option")}
    assert codes == {code for code, metier in professions().items() if metier.peut_lire_dmp}
    for code in codes:
        assert Client().get(PAGE, {"metier": code}).status_code == 200


@pytest.mark.parametrize("metier", ["", "999", "350", "<script>", "F10"])
def test_un_metier_inconnu_se_dit(matrice: VersionMatrice, metier: str) -> None:
    reponse = Client().get(PAGE, {"metier": metier})
    assert reponse.status_code == 422
    assert "<script>" not in Page(reponse).texte
    assert Client().get(f"{PAGE}pdf/", {"metier": metier}).status_code == 404


# --- On paper ------------------------------------------------------------------------------------


def obtenir_le_pdf() -> bytes:
    attente = Client().get(PDF)
    assert attente.status_code == 202
    assert "Votre PDF se prépare" in Page(attente).texte
    (travail,) = Travail.objects.filter(nature=que_voit.IMPRIMER)
    assert travail.file == "syntheses"
    assert travaux.faire(travail.pk)
    reponse = Client().get(PDF)
    assert reponse.status_code == 200
    assert reponse.headers["Content-Type"] == "application/pdf"
    assert 'filename="que-voit-21-2023-10-29.pdf"' in reponse.headers["Content-Disposition"]
    return bytes(reponse.content)


def polices(page: Any) -> dict[str, bool]:
    """Name → embedded, of the fonts that a page uses."""
    trouvees = {}
    for police in page.Resources.Font.values():
        descripteur = (
            police.DescendantFonts[0].FontDescriptor
            if "/DescendantFonts" in police
            else police.FontDescriptor
        )
        trouvees[str(police.BaseFont)] = any(
            nom in descripteur for nom in ("/FontFile", "/FontFile2", "/FontFile3")
        )
    return trouvees


def test_le_pdf_est_balise_titre_date_et_ses_polices_sont_dedans(matrice: VersionMatrice) -> None:
    with pikepdf.open(BytesIO(obtenir_le_pdf())) as document:
        racine = document.Root
        assert racine.MarkInfo.Marked
        assert str(racine.Lang) == "fr"
        assert racine.ViewerPreferences.DisplayDocTitle
        with document.open_metadata() as metadonnees:
            assert metadonnees["pdfuaid:part"] == "1"
            assert "Pharmacien" in metadonnees["dc:title"]
        balises = set()

        def parcourir(noeud: Any) -> None:
            if isinstance(noeud, pikepdf.Array):
                for enfant in noeud:
                    parcourir(enfant)
            elif isinstance(noeud, pikepdf.Dictionary):
                if "/S" in noeud:
                    balises.add(str(noeud.S))
                if "/K" in noeud:
                    parcourir(noeud.K)

        parcourir(racine.StructTreeRoot.K)
        assert {"/H1", "/H2", "/H3", "/L", "/LI", "/P"} <= balises
        for page in document.pages:
            assert page.Tabs == pikepdf.Name.S if "/Tabs" in page else True
            incluses = polices(page)
            assert incluses
            assert all(incluses.values()), incluses


def test_le_pdf_n_est_dessine_qu_une_fois_pour_tout_le_monde(
    matrice: VersionMatrice, monkeypatch: pytest.MonkeyPatch
) -> None:
    octets = obtenir_le_pdf()
    monkeypatch.setattr(effets, "imprimer", lambda *_: pytest.fail("dessiné deux fois"))
    assert Client().get(PDF).content == octets
    assert Travail.objects.filter(nature=que_voit.IMPRIMER).count() == 1


def test_perdu_par_le_cache_le_pdf_est_refait(matrice: VersionMatrice) -> None:
    obtenir_le_pdf()
    # Other tests share the cache: only this one is lost.
    assert cache.delete(que_voit.cle_du_pdf(que_voit.cible_du_pdf(matrice.pk, "21")))
    obtenir_le_pdf()


def test_sans_pango_la_page_le_dit_et_reessaie_plus_tard(
    matrice: VersionMatrice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def indisponible(*_: Any) -> bytes:
        raise impression.ImpressionIndisponible

    with monkeypatch.context() as sans_pango:
        sans_pango.setattr(effets, "imprimer", indisponible)
        assert Client().get(PDF).status_code == 202
        (travail,) = Travail.objects.filter(nature=que_voit.IMPRIMER)
        for _ in range(3):
            Travail.objects.update(pas_avant=timezone.now())
            assert not travaux.faire(travail.pk)
    reponse = Client().get(PDF)
    assert reponse.status_code == 503
    assert "n'est pas disponible" in Page(reponse).texte
    assert Travail.objects.get().etat == EtatTravail.ABANDONNE
    Travail.objects.update(pas_avant=timezone.now())
    Client().get(PDF)
    obtenir_le_pdf()


def test_un_travail_d_une_version_remplacee_ne_dessine_rien(matrice: VersionMatrice) -> None:
    Client().get(PDF)
    retirer_matrice(version_id=matrice.pk, par="approbateur")
    s.poser_matrice({("21", "11488-4"): True})
    (travail,) = Travail.objects.filter(nature=que_voit.IMPRIMER)
    assert travaux.faire(travail.pk)
    assert Client().get(PDF).status_code == 202  # the new version's own


def test_une_page_imprimee_ne_va_rien_chercher(
    matrice: VersionMatrice, monkeypatch: pytest.MonkeyPatch
) -> None:
    cherchees: list[str] = []
    refuser = impression._ne_rien_chercher

    def noter(adresse: str, *autres: Any, **options: Any) -> Any:
        cherchees.append(adresse)
        refuser(adresse, *autres, **options)

    monkeypatch.setattr(impression, "_ne_rien_chercher", noter)
    obtenir_le_pdf()
    assert cherchees == []
    with pytest.raises(ValueError, match="ne va rien chercher"):
        refuser("file:///etc/passwd")
