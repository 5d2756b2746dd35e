"""Home Assistant's words and units beside ours."""

from typing import Final

from lifang.sensing.rules import Refusing
from lifang.sensing.terms import Poison

LONG: Final = {
    "avty": "availability", "avty_mode": "availability_mode", "avty_t": "availability_topic", "avty_tpl": "availability_template", "cmps": "components",
    "dev": "device", "dev_cla": "device_class", "ids": "identifiers", "o": "origin", "p": "platform", "pl_avail": "payload_available",
    "pl_not_avail": "payload_not_available", "pl_off": "payload_off", "pl_on": "payload_on", "stat_t": "state_topic", "t": "topic",
    "uniq_id": "unique_id", "unit_of_meas": "unit_of_measurement", "val_tpl": "value_template",
}  # fmt: skip
# What is on when it is "on"; a class that says too little (safety, sound, vibration …) is refused.
BINARY: Final = {
    "smoke": "smoke", "gas": "gas", "carbon_monoxide": "carbon_monoxide", "heat": "heat", "moisture": "flooded", "door": "open", "garage_door": "open",
    "opening": "open", "window": "open", "motion": "motion", "occupancy": "motion", "presence": "motion", "tamper": "tamper", "battery": "battery_low",
    "connectivity": "online", "problem": "outage",
}  # fmt: skip
SENSOR: Final = {
    "atmospheric_pressure": "pressure", "battery": "battery", "current": "current", "energy": "energy_total", "gas": "gas_total", "humidity": "humidity",
    "pm10": "pm10", "pm25": "pm25", "power": "power", "precipitation": "rain", "pressure": "pressure", "signal_strength": "rssi", "sound_pressure": "noise",
    "temperature": "temperature", "voltage": "voltage", "volume_flow_rate": "flow", "water": "water_total", "weight": "weight", "wind_speed": "wind",
}  # fmt: skip
_M3: Final = {"m³": 1.0, "m3": 1.0, "L": 0.001, "ft³": 0.028316846592}
_AIR: Final = {"µg/m³": 1.0, "μg/m³": 1.0, "ug/m3": 1.0, "mg/m³": 1000.0}
_PERCENT: Final = {"%": 1.0}
# By our word: how much of our unit is one of theirs. A word that is missing here takes numbers as they are.
UNITS: Final[dict[str, dict[str, float]]] = {
    "temperature": {"°C": 1.0, "℃": 1.0, "C": 1.0, "°F": 5 / 9, "K": 1.0}, "humidity": _PERCENT, "battery": _PERCENT,
    "power": {"W": 1.0, "kW": 1000.0, "mW": 0.001}, "energy_total": {"kWh": 1.0, "Wh": 0.001, "MWh": 1000.0}, "voltage": {"V": 1.0, "mV": 0.001},
    "current": {"A": 1.0, "mA": 0.001}, "water_total": _M3, "gas_total": _M3, "flow": {"L/h": 1.0, "L/min": 60.0, "m³/h": 1000.0},
    "pressure": {"hPa": 1.0, "mbar": 1.0, "Pa": 0.01, "kPa": 10.0, "mmHg": 1.33322387415}, "pm25": _AIR, "pm10": _AIR, "noise": {"dB": 1.0, "dBA": 1.0},
    "rssi": {"dBm": 1.0, "dB": 1.0}, "wind": {"m/s": 1.0, "km/h": 1 / 3.6, "mph": 0.44704, "kn": 0.514444}, "rain": {"mm": 1.0, "cm": 10.0, "in": 25.4},
    "weight": {"kg": 1.0, "g": 0.001, "lb": 0.45359237}, "water_level": {"m": 1.0, "cm": 0.01, "mm": 0.001},
}  # fmt: skip
_ZERO: Final = {"°F": 32.0, "K": 273.15}  # what they call our nought


def in_our_unit(word: str, value: float, unit: str) -> float:
    """The same in the unit of the measure; without a unit it is taken as ours. Raises `Refusing`."""
    known = UNITS.get(word)
    if not unit or known is None:
        return value
    factor = known.get(unit)
    if factor is None:
        raise Refusing(Poison.VALUE, f"{word} in {unit[:20]}")
    return round((value - _ZERO.get(unit, 0.0)) * factor, 9)
