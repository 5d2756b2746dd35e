from lifang.core.i18n.text import Text, text

__all__ = ["Text", "text"]
