"""Ways in for devices and their makers; alarms for other systems."""

from ninja import Router

from lifang.sensing.api import alarms, history, lines, networks, receptions, safety, tours

router = Router()
router.add_router("/alarms", alarms.router)
router.add_router("/devices", history.router)
router.add_router("/lines", lines.router)
router.add_router("/networks", networks.router)
router.add_router("/receptions", receptions.router)
router.add_router("/safety", safety.router)
router.add_router("/tours", tours.router)
