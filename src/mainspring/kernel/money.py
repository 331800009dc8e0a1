"""Money in its currency: how many digits it has; rounding and sharing are those of `mainspring.rounding`."""

from mainspring.rounding import allocate, rounded

__all__ = ["allocate", "currency_digits", "rounded"]


# ISO 4217 minor units of active currencies; every other active currency has two.
_NONE = (
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "UYI",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
)
_THREE = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_FOUR = ("CLF", "UYW")
_DIGITS_NOT_TWO = dict.fromkeys(_NONE, 0) | dict.fromkeys(_THREE, 3) | dict.fromkeys(_FOUR, 4)


def currency_digits(code: str) -> int:
    """Digits after the point for an ISO 4217 code: JPY 0, EUR 2, KWD 3 (rule M01).

    Raises ValueError when the code is not three capital letters.
    """
    if len(code) != 3 or not (code.isascii() and code.isalpha() and code.isupper()):
        raise ValueError(f"currency code must be three capital letters: {code!r}")
    return _DIGITS_NOT_TWO.get(code, 2)
