"""guanxi (关系): an agent-based simulator of social-commerce growth strategies.

`from sim import Scenario, compare, run, sweep`. Names load on first use (PEP 562), so that the shells
start quickly; nothing inside the package imports this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.api import Scenario, attribute, compare, optimise, run, sensitivity, sweep
    from sim.model.mesa_model import SocialCommerceModel

__version__ = "0.1.0"
__all__ = ["Scenario", "SocialCommerceModel", "__version__", "attribute", "compare", "optimise", "run", "sensitivity", "sweep"]

_HOMES = {
    "Scenario": "sim.api",
    "attribute": "sim.api",
    "compare": "sim.api",
    "optimise": "sim.api",
    "run": "sim.api",
    "sensitivity": "sim.api",
    "sweep": "sim.api",
    "SocialCommerceModel": "sim.model.mesa_model",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its home on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
