"""What the database holds from the start: the currencies of ISO 4217 with their digits (rule M01)."""

from babel import Locale

from mainspring.kernel import database, money

# Quoted daily by the European Central Bank: offered from the start. The others wait to be made active.
USUAL = ("EUR USD JPY CZK DKK GBP HUF PLN RON SEK CHF ISK NOK TRY AUD BRL CAD CNY HKD IDR ILS INR KRW MXN MYR NZD "
         "PHP SGD THB ZAR")
OTHER = ("AED AFN ALL AMD AOA ARS AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BSD BTN BWP BYN BZD CDF CLP COP CRC CUP "
         "CVE DJF DOP DZD EGP ERN ETB FJD FKP GEL GHS GIP GMD GNF GTQ GYD HNL HTG IQD IRR JMD JOD KES KGS KHR KMF "
         "KPW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MZN NAD NGN NIO NPR "
         "OMR PAB PEN PGK PKR PYG QAR RSD RUB RWF SAR SBD SCR SDG SHP SOS SRD SSP STN SVC SYP SZL TJS TMT TND TOP "
         "TTD TWD TZS UAH UGX UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZMW")

_english = Locale("en")


def _row(code: str) -> str:
    name, symbol = (text.replace("'", "''").replace("%", "%%") for text in (
        _english.currencies.get(code, code)[:60], _english.currency_symbols.get(code, "")[:6]))
    return f"('{code}', '{name}', {money.currency_digits(code)}, '{symbol}', {str(code in USUAL.split()).lower()}, 1)"


database.declare("organization_currencies", f"""
    INSERT INTO kernel_currency (code, name, digits, symbol, active, version)
    VALUES {", ".join(_row(code) for code in f"{USUAL} {OTHER}".split())} ON CONFLICT (code) DO NOTHING;""")
