"""What a view may say of itself to the portal's middlewares."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Vue = TypeVar("Vue", bound=Callable[..., object])


def hors_transaction(vue: Vue) -> Vue:
    """Marks a view that manages its own transactions: what it counts (login attempts) must survive
    a refusal. The wall cannot open there."""
    vue.hors_transaction = True  # type: ignore[attr-defined]
    return vue
