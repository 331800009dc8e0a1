"""What people of the demo say and are called. All of them are invented."""

NEEDS = (
    "A fleet of city bicycles for the staff",
    "Forty touring bicycles for next spring",
    "A dealer in the old town",
    "Rental bicycles for a campsite",
    "Bicycles for the postal round",
    "A school wants to teach cycling",
)
TALKS = (
    "Talked about sizes and colors.",
    "Sent the price list.",
    "They compare us with two others.",
    "Visited the shop, they liked the paint.",
    "Wants delivery before Easter.",
    "Asked for longer payment terms.",
    "Decision after the board meets.",
)
FAULTS = ("Scratched in transit", "Wrong color delivered", "Bent fork", "Customer changed their mind")

_FIRST = {
    "LT": ("Aistė", "Domas", "Rūta", "Lukas", "Ugnė"),
    "DE": ("Lena", "Jonas", "Mia", "Felix"),
    "PL": ("Zofia", "Jakub", "Ewa", "Piotr"),
    "CN": ("伟", "芳", "娜", "磊"),
    "SE": ("Elsa", "Nils"),
    "US": ("Ava", "Liam"),
}
_LAST = {
    "LT": ("Mockutė", "Varnas", "Žemaitis", "Kubilius"),
    "DE": ("Krüger", "Vogel", "Huber", "Lang"),
    "PL": ("Wójcik", "Kaczmarek", "Mazur"),
    "CN": ("李", "黄", "周", "吴"),
    "SE": ("Berg", "Lund"),
    "US": ("Reed", "Hale"),
}
_TRADE = {
    "LT": ("Dviračių ratas", "Miesto mynimas", "Pedalas", "Žalias kelias"),
    "DE": ("Radhaus", "Stadtrad", "Tretlager"),
    "PL": ("Rowerownia", "Dwa Koła", "Szprycha"),
    "CN": ("骑行之家", "绿道单车", "飞轮车行"),
    "SE": ("Hjulet", "Cykelverket"),
    "US": ("Spoke & Chain", "Hilltop Cycles"),
}
_FORM = {"LT": "UAB {}", "DE": "{} GmbH", "PL": "{} Sp. z o.o.", "CN": "{}有限公司", "SE": "{} AB", "US": "{} Inc."}
_COUNTRY = {"BALT": "LT", "DACH": "DE", "NORD": "SE", "WEST": "DE", "PL": "PL", "AM": "US"}
_PHONE = {
    "LT": "+3706{:07d}",
    "DE": "+4915{:09d}",
    "PL": "+4850{:07d}",
    "CN": "+86138{:08d}",
    "SE": "+467{:08d}",
    "US": "+1202555{:04d}",
}


def prospect(rng, territory: str) -> tuple[str, str, str, str, str]:
    """(company, contact, mail, phone, country) of somebody who might buy."""
    country = "CN" if territory.startswith("CN") or territory == "ASIA" else _COUNTRY.get(territory, "LT")
    number = rng.randrange(10_000_000)
    name = _FORM[country].format(f"{rng.choice(_TRADE[country])} {rng.randrange(2, 9999)}")
    first, last = rng.choice(_FIRST[country]), rng.choice(_LAST[country])
    contact = f"{last}{first}" if country == "CN" else f"{first} {last}"
    digits = {"LT": 10_000_000, "DE": 10**9, "PL": 10**7, "CN": 10**8, "SE": 10**8, "US": 10_000}[country]
    return name, contact, f"hello{number}@riders.example", _PHONE[country].format(number % digits), country


NEXT_STEPS = (
    "Call again",
    "Send samples of the paint",
    "Offer delivery dates",
    "Visit the shop",
    "Ask for the decision",
)
DECLINED = ("Bought elsewhere", "Too dear", "No money left this year", "Delivery comes too late")
ACCEPTED = (
    "Agreed by phone with the supplier",
    "Metal surcharge as announced",
    "Small difference, not worth a dispute",
)
WANTED = (
    ("Torque wrench, 2 to 20 Nm", "The old one fails its calibration"),
    ("Safety shoes", "For the new colleague in welding"),
    ("Label printer", "For the packing table"),
    ("First aid boxes", "The old ones expire next month"),
    ("Software for drawing frames, one seat", "For the new model year"),
)

QUESTION = "Could the first half come in the second week already?"
SIGNER = "Rasa Kazlauskienė"
CONTRACT_TERMS = "Ownership passes when the goods are paid. Disputes are settled at the seller's seat."
TAX_ADDRESS = "As in the register"
UNHAPPY = "Scored 3 of 10 after the last delivery"
SAMPLES = "Wants to try a sample before deciding"
