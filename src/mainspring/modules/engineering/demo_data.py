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

# work center: its department in Vilnius
OF_DEPARTMENT = {
    "CUT": "FRM", "WELD": "FRM", "PAINT": "FRM", "ASSY": "ASM", "PACK": "ASM", "LACE": "WHS", "TRUE": "WHS",
}  # fmt: skip

# work center, days from today: from, until; calendar, size, efficiency, reason
CHANGES = (
    ("ASSY", 14, 28, "", 10, None, "Two benches more before the season"),
    ("TRUE", 7, 21, "LT-2S", None, None, "Second shift while a robot is away"),
    ("WELD", 10, 15, "", None, "70", "New welders learn"),
)

# parts of the hourly cost: machine, overhead
COST_PARTS = ("0.35", "0.15")

# work center: (code, name) of its machines
MACHINES = {
    "CUT": (("SAW1", "Band saw 1"), ("SAW2", "Band saw 2")),
    "WELD": (("TIG1", "TIG cell 1"), ("TIG2", "TIG cell 2"), ("TIG3", "TIG cell 3"), ("TIG4", "TIG cell 4")),
    "PAINT": (("LINE1", "Powder line"),),
    "LACE": (("LAC1", "Lacing machine 1"), ("LAC2", "Lacing machine 2"), ("LAC3", "Lacing machine 3")),
    "TRUE": (("TRU1", "Truing robot 1"), ("TRU2", "Truing robot 2")),
}
SKILLS = (("WELD", "Welding, ISO 9606"), ("COAT", "Powder coating"), ("TRUE", "Wheel truing"))

# prefix of the item, sequence: skill, tool, instruction
STEPS = {
    ("RF", 10): ("WELD", "JIG-F", "Tack all joints first. Check the alignment in the jig before the last bead."),
    ("PF", 10): ("COAT", "", "Degrease, rinse twice, dry at 120 °C. Coat within four hours."),
    ("WHL", 20): ("TRUE", "", "Lateral run-out at most 0.3 mm, tension within 10 %."),
    ("", 20): ("", "", "Brakes, gears and lights are tried on every bicycle before it is packed."),
}
TOOLS = (("VNO", "JIG-F", "Frame jig", 4), ("VNO", "STAND", "Assembly stand", 8))

# prefix of the item, sequence: name, minimum, maximum, measured in
POINTS = (
    ("RF", 10, "Alignment of the head tube", "0", "0.8", "mm"),
    ("PF", 10, "Thickness of the coat", "60", "100", "µm"),
    ("WHL", 20, "Lateral run-out", "0", "0.3", "mm"),
    ("", 20, "Torque of the stem", "5", "6", "Nm"),
    ("", 20, "Brakes hold", None, None, ""),
)
