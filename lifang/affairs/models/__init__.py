from lifang.affairs.models.application import Application, Intake, Laid, Part, Result

__all__ = ["Application", "Intake", "Laid", "Part", "Result"]
