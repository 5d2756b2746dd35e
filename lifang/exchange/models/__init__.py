from lifang.exchange.models.system import OutsideSystem, Run

__all__ = ["OutsideSystem", "Run"]
