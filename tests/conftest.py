"""One database made by the owner, tests run as mes_app, the wall shut between tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.test.utils import setup_databases, teardown_databases


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Transactional tests flush through the owner: mes_app may neither truncate nor own."""
    for item in items:
        marque = item.get_closest_marker("django_db")
        transactionnel = {"transactional_db", "live_server"} & set(
            getattr(item, "fixturenames", ())
        )
        if transactionnel or (marque and marque.kwargs.get("transaction")):
            item.add_marker(
                pytest.mark.django_db(transaction=True, databases=["default", "proprietaire"]),
                append=False,
            )


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, django_db_modify_db_settings: None
) -> Iterator[None]:
    """The owner creates, migrates and walls the test database; `default` mirrors it as mes_app."""
    with django_db_blocker.unblock():
        avant = setup_databases(
            verbosity=0, interactive=False, aliases={"proprietaire"}, serialized_aliases=set()
        )
    yield
    with django_db_blocker.unblock():
        for connexion in connections.all():
            connexion.close()
            if hasattr(connexion, "close_pool"):
                connexion.close_pool()
        teardown_databases(avant, verbosity=0)
