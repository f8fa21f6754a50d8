"""A draft"""
import pytest
from tests.accueil import scenes
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gabarits_stricts")]
def test_brouillon():
    scene = scenes.dossier_fourni()
    c = scene.patient()
    for chemin in ["/accueil/", "/documents/", "/documents/ajouter/", "/documents/confidentialite/", "/historique/", "/notifications/", "/reglages/",
       *(scene.url(n) for n in scene.documents if n!="annonce"), scene.url("pdf","qui-peut-voir/"), scene.url("image","supprimer/"), scene.url("pdf","avant-telechargement/")]:
        r = c.get(chemin)
        assert r.status_code==200, (chemin, r.content.decode()[:3000])
    p = scene.professionnel()
    for chemin in ["/ps/patients/", "/ps/dossier/", "/ps/dossier/documents/", "/ps/dossier/documents/?periode=tout", "/ps/depot/", *(scene.url_ps(n) for n in scene.documents), scene.url_ps("pdf","supprimer/"), "/ps/patients/declaration/"]:
        r = p.get(chemin)
