"""Work centers and operations of the demo; hours a unit."""

# site, code, name, calendar, size, efficiency %, cost of an hour in the site's currency
WORK_CENTERS = (
    ("VNO", "CUT", "Tube cutting", "LT-2S", 2, 92, "28"),
    ("VNO", "WELD", "Frame welding", "LT-2S", 4, 85, "38"),
    ("VNO", "PAINT", "Powder coating line", "LT-2S", 1, 90, "55"),
    ("VNO", "ASSY", "Bicycle assembly", "LT-2S", 8, 95, "24"),
    ("VNO", "PACK", "Check and packing", "LT-DAY", 4, 100, "19"),
    ("KUN", "LACE", "Wheel lacing", "LT-DAY", 3, 90, "22"),
    ("KUN", "TRUE", "Wheel truing", "LT-DAY", 2, 88, "31"),
    ("SUZ", "CASSY", "Assembly", "CN-DAY", 6, 90, "65"),
)

# prefix of the item: operations (work center, name, set-up hours, run hours a unit, queue hours)
ROUTINGS = {
    "TS": (("CUT", "Cut and mitre tubes", "0.40", "0.08", "2"),),
    "RF": (("WELD", "Weld frame", "0.60", "0.55", "4"),),
    "PF": (("PAINT", "Pretreat and coat", "0.80", "0.12", "8"), ("PACK", "Apply decals", "0.10", "0.08", "1")),
    "WHL": (("LACE", "Lace spokes", "0.20", "0.22", "1"), ("TRUE", "True wheel", "0.15", "0.14", "2")),
    "": (("ASSY", "Assemble bicycle", "0.30", "1.10", "4"), ("PACK", "Check and pack", "0.10", "0.25", "1")),
}

# parts of every bicycle besides frame and wheels: code, quantity, scrap %, operation
COMMON = (
    ("FORK", "1", 0, 10),
    ("HSET", "1", 0, 10),
    ("STEM", "1", 0, 10),
    ("BAR", "1", 0, 10),
    ("SPST", "1", 0, 10),
    ("BBKT", "1", 0, 10),
    ("CABL", "3.2", 4, 10),
    ("BOLT", "1", 2, 10),
    ("CART", "1", 1, 20),
)
