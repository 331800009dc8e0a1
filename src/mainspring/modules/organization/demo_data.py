"""The demo companies as tables: invented names, real places."""

PASSWORD = "mainspring-demo"
"""The password of every person of the demo. It is written down in the guide and opens demo data only."""

# code, name, currency, country, time zone, registry code, VAT number, address
COMPANIES = (
    ("MSB", "Mainspring Bikes UAB", "EUR", "LT", "Europe/Vilnius", "305000017", "", "Meistrų g. 8, LT-02189 Vilnius"),
    (
        "MSC",
        "Mainspring Bikes (Suzhou) Co., Ltd.",
        "CNY",
        "CN",
        "Asia/Shanghai",
        "",
        "",
        "苏州工业园区星湖街88号, 215000 苏州",
    ),
)

# company, code, name, kind, time zone, address, calendar
SITES = (
    ("MSB", "VNO", "Vilnius plant", "plant", "Europe/Vilnius", "Meistrų g. 8, Vilnius", "LT-2S"),
    ("MSB", "KUN", "Kaunas wheel plant", "plant", "Europe/Vilnius", "Taikos pr. 141, Kaunas", "LT-DAY"),
    ("MSB", "KLA", "Klaipėda distribution center", "dc", "Europe/Vilnius", "Uosto g. 3, Klaipėda", "LT-DAY"),
    ("MSB", "WAW", "Warsaw distribution center", "dc", "Europe/Warsaw", "ul. Magazynowa 5, Warszawa", "PL-DAY"),
    ("MSB", "HAM", "Hamburg distribution center", "dc", "Europe/Berlin", "Speicherweg 12, Hamburg", "DE-DAY"),
    ("MSC", "SUZ", "Suzhou assembly", "plant", "Asia/Shanghai", "星湖街88号, 苏州", "CN-DAY"),
)

# code, name, country, shifts of Monday to Friday
CALENDARS = (
    ("LT-DAY", "Lithuania, one shift", "LT", (("08:00", "12:00"), ("12:30", "16:30"))),
    ("LT-2S", "Lithuania, two shifts", "LT", (("06:00", "14:00"), ("14:00", "22:00"))),
    ("LT-NIGHT", "Lithuania, around the clock", "LT", (("06:00", "14:00"), ("14:00", "22:00"), ("22:00", "06:00"))),
    ("PL-DAY", "Poland, one shift", "PL", (("08:00", "16:00"),)),
    ("DE-DAY", "Germany, one shift", "DE", (("07:00", "11:30"), ("12:00", "15:30"))),
    ("CN-DAY", "China, one shift", "CN", (("08:00", "12:00"), ("13:00", "17:00"))),
)

# code, name, part of
TERRITORIES = (
    ("EU", "Europe", ""),
    ("BALT", "Baltic states", "EU"),
    ("DACH", "Germany, Austria, Switzerland", "EU"),
    ("NORD", "Nordic countries", "EU"),
    ("PL", "Poland", "EU"),
    ("WEST", "Western Europe", "EU"),
    ("ASIA", "Asia", ""),
    ("CN-E", "East China", "ASIA"),
    ("CN-S", "South China", "ASIA"),
    ("AM", "America", ""),
)

# code, name, part of, manager
DEPARTMENTS = (
    ("MGT", "Management", "", "manager"),
    ("SALES", "Sales", "MGT", "sales_manager"),
    ("BUY", "Purchasing", "MGT", "buyer"),
    ("PLAN", "Planning", "MGT", "planner"),
    ("PROD", "Production", "MGT", "workshop"),
    ("FRM", "Frame shop", "PROD", "workshop"),
    ("ASM", "Assembly", "PROD", "workshop"),
    ("WHS", "Wheel shop", "PROD", "workshop"),
    ("ENG", "Engineering", "MGT", "engineer"),
    ("WH", "Warehouses", "MGT", "warehouse"),
    ("FIN", "Finance", "MGT", "controller"),
    ("HR", "People", "MGT", "hr"),
    ("IT", "Information technology", "MGT", "admin"),
)

# user name, given name, family name, role, department, company ("" is all), language, territories
PEOPLE = (
    ("admin", "Rasa", "Vaitkutė", "administrator", "IT", "", "en", ""),
    ("manager", "Jonas", "Petraitis", "manager", "MGT", "", "lt", ""),
    ("sales_manager", "Eglė", "Stankevičienė", "sales_manager", "SALES", "MSB", "lt", ""),
    ("sales", "Tomas", "Urbonas", "sales_rep", "SALES", "MSB", "lt", "BALT"),
    ("sales_de", "Anna", "Brandt", "sales_rep", "SALES", "MSB", "en", "DACH NORD WEST"),
    ("sales_pl", "Marek", "Zieliński", "sales_rep", "SALES", "MSB", "en", "PL"),
    ("buyer", "Laura", "Jankauskaitė", "buyer", "BUY", "MSB", "lt", ""),
    ("planner", "Mantas", "Kazlauskas", "planner", "PLAN", "MSB", "lt", ""),
    ("warehouse", "Darius", "Žukauskas", "warehouse", "WH", "MSB", "lt", ""),
    ("workshop", "Vytautas", "Balčiūnas", "workshop", "PROD", "MSB", "lt", ""),
    ("engineer", "Gintarė", "Šimkutė", "engineer", "ENG", "MSB", "lt", ""),
    ("accountant", "Dalia", "Paulauskienė", "accountant", "FIN", "MSB", "lt", ""),
    ("controller", "Paulius", "Rimkus", "controller", "FIN", "", "en", ""),
    ("hr", "Ieva", "Butkutė", "hr", "HR", "MSB", "lt", ""),
    ("auditor", "Sofia", "Lindqvist", "auditor", "", "", "en", ""),
    ("integrator", "EDI", "gateway", "integrator", "IT", "", "en", ""),
    ("sales_cn", "丽", "陈", "sales_rep", "", "MSC", "zh-hans", "ASIA"),
    ("buyer_cn", "强", "刘", "buyer", "", "MSC", "zh-hans", ""),
    ("planner_cn", "敏", "王", "planner", "", "MSC", "zh-hans", ""),
    ("warehouse_cn", "伟", "张", "warehouse", "", "MSC", "zh-hans", ""),
    ("accountant_cn", "静", "赵", "accountant", "", "MSC", "zh-hans", ""),
)

# one euro in currencies, about
RATES = {
    "USD": "1.0850",
    "CNY": "7.8200",
    "PLN": "4.2800",
    "SEK": "11.2500",
    "GBP": "0.8550",
    "CHF": "0.9450",
    "JPY": "163.00",
    "TWD": "35.10",
}
