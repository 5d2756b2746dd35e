"""What an outside system does with its keys: walk the course, see how it stands, draw its key; and the list for others."""

from ninja import Router

from lifang.exchange.api import admission, runs, systems

router = Router()
router.add_router("/admission", admission.router)
router.add_router("/runs", runs.router)
router.add_router("/systems", systems.router)
