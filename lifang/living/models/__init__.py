from lifang.living.models.bill import Bill, BillLine, Meter, Reading, ReceiptPaper, Run, Tariff
from lifang.living.models.community import Complaint, Inspection, LedgerLine
from lifang.living.models.deed import Deed
from lifang.living.models.gate import Gate, Pass, Passage, Permit
from lifang.living.models.machine import Machine, MachineNote, MachinePaper
from lifang.living.models.need import NeedAnswer, NeedSurvey
from lifang.living.models.order import Grant, Order, Payout
from lifang.living.models.outage import Outage, OutageBuilding
from lifang.living.models.parcel import Neighbour, Parcel
from lifang.living.models.repair import Repair, RepairPart
from lifang.living.models.shop import Offer, Shop, ShopLicence
from lifang.living.models.venue import Booking, Venue

__all__ = [
    "Bill",
    "BillLine",
    "Booking",
    "Complaint",
    "Deed",
    "Gate",
    "Grant",
    "Inspection",
    "LedgerLine",
    "Machine",
    "MachineNote",
    "MachinePaper",
    "Meter",
    "NeedAnswer",
    "NeedSurvey",
    "Neighbour",
    "Offer",
    "Order",
    "Outage",
    "OutageBuilding",
    "Parcel",
    "Pass",
    "Passage",
    "Payout",
    "Permit",
    "Reading",
    "ReceiptPaper",
    "Repair",
    "RepairPart",
    "Run",
    "Shop",
    "ShopLicence",
    "Tariff",
    "Venue",
]
