"""Names the demo's customers and suppliers are made from; all invented."""

# code, name, parts: percent, months, days, end of month, days after it
TERMS = (
    ("NOW", "At once", ((100, 0, 0, False, 0),)),
    ("NET14", "14 days", ((100, 0, 14, False, 0),)),
    ("NET30", "30 days", ((100, 0, 30, False, 0),)),
    ("EOM15", "15 days after month end", ((100, 0, 0, True, 15),)),
    ("3070", "30 % at once, 70 % in 60 days", ((30, 0, 0, False, 0), (70, 0, 60, False, 0))),
    (
        "THIRDS",
        "Three monthly parts",
        (("33.34", 0, 0, False, 0), ("33.33", 1, 0, False, 0), ("33.33", 2, 0, False, 0)),
    ),
)

# country: territory, currency, language, share of customers, name pattern, words, cities, streets, trades
COUNTRIES = {
    "LT": (
        "BALT",
        "EUR",
        "lt",
        26,
        "UAB „{word} {trade}“",
        "Ąžuolo Žaibo Gintaro Nemuno Šilo Vėjo Beržo Kuršių Aušros Žvirblio Pušyno Rasos Švyturio Tako Lapės",
        "Vilnius Kaunas Klaipėda Šiauliai Panevėžys Alytus",
        "Gedimino pr.|Laisvės al.|Žalgirio g.|Tilžės g.|Pušų g.",
        "ratai dviračiai sportas",
    ),
    "LV": (
        "BALT",
        "EUR",
        "en",
        10,
        "SIA {word} {trade}",
        "Daugava Ozols Saule Dzintars Priede Vējš Gauja Zvaigzne",
        "Rīga Liepāja Jelgava",
        "Brīvības iela|Jūras iela|Ozolu iela",
        "velo riteņi",
    ),
    "EE": (
        "BALT",
        "EUR",
        "en",
        8,
        "OÜ {word} {trade}",
        "Tamme Meri Kask Päike Põhja Saare Tuule",
        "Tallinn Tartu Pärnu",
        "Pikk tn|Tartu mnt|Kalda tee",
        "Rattad Velo",
    ),
    "DE": (
        "DACH",
        "EUR",
        "en",
        18,
        "{word} {trade} GmbH",
        "Ahrens Brandt Dietz Falk Grünwald Hoffstedt Jansen Köhlmann Lindner Morgenroth Nagel Ostermann",
        "Hamburg Bremen Berlin Leipzig Köln München",
        "Hafenstraße|Lindenweg|Am Markt|Bahnhofstraße",
        "Fahrräder Zweirad Radhaus",
    ),
    "PL": (
        "PL",
        "PLN",
        "en",
        12,
        "{word} {trade} Sp. z o.o.",
        "Zielona Wisła Tatry Bursztyn Jaskółka Dębowa Polna Orla",
        "Warszawa Kraków Gdańsk Poznań",
        "ul. Polna|ul. Długa|ul. Leśna",
        "Rowery Sport",
    ),
    "SE": (
        "NORD",
        "SEK",
        "en",
        8,
        "{word} {trade} AB",
        "Norrskog Björk Mälar Lövholm Fjäll Ängs",
        "Stockholm Göteborg Malmö",
        "Storgatan|Skolvägen|Hamngatan",
        "Cykel Cyklar",
    ),
    "CN": (
        "CN-E",
        "CNY",
        "zh-hans",
        12,
        "{city}{word}{trade}有限公司",
        "飞驰 远行 青山 顺风 晨光 骏马 海燕 长路 星河",
        "上海 杭州 南京 苏州 宁波",
        "人民路|中山路|建设路|解放路",
        "自行车 运动器材",
    ),
    "US": (
        "AM",
        "USD",
        "en",
        6,
        "{word} {trade} LLC",
        "Ridgeline Harbor Juniper Copper Prairie Bluebird",
        "Portland Denver Austin",
        "Oak Street|Main Street|River Road",
        "Cycles Bikeworks",
    ),
}

# Suppliers elsewhere: cities and streets.
PLACES = {"TW": ("Taichung Changhua", "Zhongshan Road|Gongye Road"), "JP": ("Sakai Osaka", "Chuo|Minami")}

LIMIT_FACTORS = {"PLN": 4, "SEK": 11, "CNY": 8}
"""Credit limits are given in the customer's currency."""

# code, name, country, currency, terms, what is bought there (item categories)
SUPPLIERS = (
    ("ALUNORD", "Alunord Profiles GmbH", "DE", "EUR", "NET30", "RAW"),
    ("TAIHUB", "Formosa Hub & Rim Works", "TW", "USD", "3070", "WHEEL"),
    ("BALTRUB", "SIA Baltijas Riepas", "LV", "EUR", "NET30", "WHEEL"),
    ("DRIVEX", "Drivex Components", "JP", "JPY", "NET30", "DRIVE"),
    ("NBOCHAIN", "宁波金链传动有限公司", "CN", "CNY", "3070", "DRIVE"),
    ("STOPPER", "Stopper Bremsen GmbH", "DE", "EUR", "NET30", "BRAKE"),
    ("SEATCO", "Sėdynė ir Vairas, UAB", "LT", "EUR", "EOM15", "SEAT"),
    ("VOLTA", "苏州伏特电驱动有限公司", "CN", "CNY", "3070", "ELEC"),
    ("PAKAS", "UAB „Pako dėžės“", "LT", "EUR", "NET14", "PACK"),
    ("SPALVA", "MB Spalvų cechas", "LT", "EUR", "NET14", "RAW"),
    ("VEZA", "UAB „Vežėjų sąjunga“", "LT", "EUR", "EOM15", "SERV"),
    ("HUADONG", "华东自行车制造有限公司", "CN", "CNY", "NET30", "FG"),
    ("PARTSHUB", "Parts Hub Polska Sp. z o.o.", "PL", "PLN", "NET30", "PART"),
)

# country: (digits of a VAT number, fixed end)
VAT = {"LT": (9, ""), "LV": (11, ""), "EE": (9, ""), "DE": (9, ""), "PL": (10, ""), "SE": (10, "01")}
PHONES = {
    "LT": ("+3706", 7),
    "LV": ("+3712", 7),
    "EE": ("+37251", 6),
    "DE": ("+49151", 8),
    "PL": ("+4860", 7),
    "SE": ("+4670", 7),
    "CN": ("+86138", 8),
    "US": ("+1212", 7),
    "TW": ("+8869", 8),
    "JP": ("+8190", 8),
}
POSTAL = {"LT": 5, "LV": 4, "EE": 5, "DE": 5, "PL": 5, "SE": 5, "CN": 6, "US": 5, "TW": 5, "JP": 7}

# Given and family name belong together: in Lithuanian both say whether it is a woman or a man.
PERSONS = {
    "lt": (
        "Ona Jankauskienė",
        "Jonas Kazlauskas",
        "Rūta Mikalauskaitė",
        "Lukas Butkus",
        "Aistė Urbonaitė",
        "Karolis Šimkus",
        "Giedrė Norkienė",
        "Andrius Vasiliauskas",
        "Daiva Petrauskienė",
        "Rokas Stankus",
    ),
    "en": (
        "Anna Weber",
        "Peter Schmitz",
        "Ilze Ozola",
        "Jaan Tamm",
        "Katrin Lund",
        "Piotr Nowak",
        "Erik Berg",
        "Julia Collins",
        "Mark Hollis",
        "Marta Kalniņa",
    ),
    "zh-hans": ("伟 王", "芳 李", "娜 张", "敏 刘", "静 陈", "磊 杨", "洋 黄", "艳 周", "军 吴", "丽 徐"),
}
JOBS = ("Owner", "Buyer", "Accountant", "Store manager", "Logistics")
