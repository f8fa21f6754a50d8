import pytest
from django.test import Client
@pytest.mark.django_db
def test_fumee():
    c=Client()
    for u in ["/connexion/","/ps/connexion/","/connexion/moyen/","/accueil/","/ps/patients/"]:
        r=c.get(u); print(u, r.status_code, r.headers.get("Location"), dict(r.headers))
