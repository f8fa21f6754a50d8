"""The tests run where and as they should."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_les_tests_tournent_en_mes_app_sur_une_base_de_test():
    with connection.cursor() as curseur:
        curseur.execute("SELECT session_user, current_user, current_database()")
        session, courant, base = curseur.fetchone()
    assert (session, courant) == ("mes_app", "mes_app")
    assert base.startswith("test_")


@pytest.mark.django_db(transaction=True)
def test_un_test_transactionnel_est_vide_par_le_proprietaire():
    with connection.cursor() as curseur:
        curseur.execute("SELECT session_user, count(*) FROM usagers_espacesante GROUP BY 1")
        assert curseur.fetchall() == []
