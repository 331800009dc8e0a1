"""What the database holds from the start: the currencies of ISO 4217 with their digits (rule M01)."""

from babel import Locale

from mainspring.kernel import defaults, money
from mainspring.kernel.models import Currency

# Quoted daily by the European Central Bank: offered from the start. The others wait to be made active.
USUAL = (
    "EUR USD JPY CZK DKK GBP HUF PLN RON SEK CHF ISK NOK TRY AUD BRL CAD CNY HKD IDR ILS INR KRW MXN MYR NZD "
    "PHP SGD THB ZAR"
)
OTHER = (
    "AED AFN ALL AMD AOA ARS AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BSD BTN BWP BYN BZD CDF CLP COP CRC CUP "
    "CVE DJF DOP DZD EGP ERN ETB FJD FKP GEL GHS GIP GMD GNF GTQ GYD HNL HTG IQD IRR JMD JOD KES KGS KHR KMF "
    "KPW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MZN NAD NGN NIO NPR "
    "OMR PAB PEN PGK PKR PYG QAR RSD RUB RWF SAR SBD SCR SDG SHP SOS SRD SSP STN SVC SYP SZL TJS TMT TND TOP "
    "TTD TWD TZS UAH UGX UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZMW"
)

_english = Locale("en")


@defaults.declare("organization.currencies")
def currencies():
    """Every currency with its digits and its English name; those that are there stay as they are."""
    usual = set(USUAL.split())
    Currency.objects.bulk_create(
        [
            Currency(
                code=code,
                name=_english.currencies.get(code, code)[:60],
                digits=money.currency_digits(code),
                symbol=_english.currency_symbols.get(code, "")[:6],
                active=code in usual,
            )
            for code in f"{USUAL} {OTHER}".split()
        ],
        ignore_conflicts=True,
    )
