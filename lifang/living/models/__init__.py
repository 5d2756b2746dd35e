from lifang.living.models.bill import Bill, BillLine, Meter, Reading, Run, Tariff

__all__ = ["Bill", "BillLine", "Meter", "Reading", "Run", "Tariff"]
