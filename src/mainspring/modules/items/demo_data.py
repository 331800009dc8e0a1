"""The bicycles of the demo and their parts as tables; costs in euro a stocking unit."""

# code, name, part of
CATEGORIES = (
    ("FG", "Bicycles", ""),
    ("WIP", "Made parts", ""),
    ("RAW", "Materials", ""),
    ("PART", "Bought parts", ""),
    ("WHEEL", "Wheel parts", "PART"),
    ("DRIVE", "Drive parts", "PART"),
    ("BRAKE", "Brake parts", "PART"),
    ("SEAT", "Saddles and bars", "PART"),
    ("ELEC", "Electric parts", "PART"),
    ("PACK", "Packing", ""),
    ("SERV", "Services", ""),
)

# code, English, Lithuanian, Chinese, wheel, retail price, parts beyond the common ones
FAMILIES = (
    (
        "NER",
        "Neris city bike",
        "Miesto dviratis Neris",
        "奈里斯城市自行车",
        "28",
        "649",
        "RACK MUDG LIGHT BELL GRIP SADC PEDC CRK1 CHN1 CAS8 DER8 BRKV",
    ),
    (
        "DZU",
        "Dzūkija trail bike",
        "Kalnų dviratis Dzūkija",
        "祖基亚山地自行车",
        "29",
        "1190",
        "GRIP SADS PEDT CRK2 CHN2 CASB DERB BRKD SFRK",
    ),
    (
        "ZVY",
        "Žvyras gravel bike",
        "Žvyrkelių dviratis Žvyras",
        "兹维拉斯砾石自行车",
        "28",
        "1490",
        "TAPE SADS PEDT CRK2 CHN2 CASB DERB BRKD",
    ),
    (
        "ELE",
        "Elektra e-bike",
        "Elektrinis dviratis Elektra",
        "伊莱克特电动自行车",
        "28",
        "2790",
        "RACK MUDG LIGHT BELL GRIP SADC PEDC CRK1 CHN2 CAS8 DER8 BRKD MOTR BATT DISP",
    ),
    (
        "PIP",
        "Pipiras kids' bike",
        "Vaikiškas dviratis Pipiras",
        "皮皮拉斯儿童自行车",
        "20",
        "289",
        "BELL GRIP SADK PEDC CRK1 CHN1 CAS8 DER8 BRKV",
    ),
)
SIZES = (("M", "M"), ("L", "L"), ("S", "S"), ("X", "XL"))
COLORS = (
    ("BK", "black", "juodas", "黑"),
    ("RD", "red", "raudonas", "红"),
    ("BL", "blue", "mėlynas", "蓝"),
    ("GR", "green", "žalias", "绿"),
    ("WH", "white", "baltas", "白"),
)
WHEELS = (("20", "20 in"), ("28", "28 in"), ("29", "29 in"))

# code, English, Lithuanian, Chinese, category, unit, cost, weight kg, lead time days
PARTS = (
    ("RIM{w}", "Rim {w} in", "Ratlankis {w}", "{w}寸轮圈", "WHEEL", "pcs", "11.40", "0.520", 35),
    ("TYR{w}", "Tyre {w} in", "Padanga {w}", "{w}寸外胎", "WHEEL", "pcs", "9.20", "0.680", 21),
    ("TUB{w}", "Inner tube {w} in", "Kamera {w}", "{w}寸内胎", "WHEEL", "pcs", "1.95", "0.170", 21),
    ("HUBF", "Front hub", "Priekinė stebulė", "前花鼓", "WHEEL", "pcs", "8.60", "0.180", 35),
    ("HUBR", "Rear hub", "Galinė stebulė", "后花鼓", "WHEEL", "pcs", "14.90", "0.330", 35),
    ("SPOK", "Spoke with nipple", "Stipinas su nipeliu", "辐条带帽", "WHEEL", "pcs", "0.085", "0.007", 14),
    ("TUBE", "Aluminium tube 6061", "Aliuminio vamzdis 6061", "6061铝管", "RAW", "m", "3.90", "0.410", 28),
    ("DROP", "Dropout pair", "Ašies laikikliai, pora", "勾爪一对", "RAW", "pair", "2.70", "0.110", 28),
    ("WIRE", "Welding wire 4043", "Suvirinimo viela 4043", "4043焊丝", "RAW", "kg", "12.50", "1", 14),
    ("PNT{c}", "Powder paint, {c}", "Milteliniai dažai, {c}", "粉末涂料 {c}", "RAW", "kg", "6.80", "1", 10),
    ("DECL", "Decal set", "Lipdukų rinkinys", "贴花套装", "RAW", "set", "1.10", "0.020", 10),
    ("FORK", "Rigid fork", "Standi šakė", "硬叉", "PART", "pcs", "21.50", "0.950", 42),
    (
        "SFRK",
        "Suspension fork 120 mm",
        "Amortizuojanti šakė 120 mm",
        "120毫米避震前叉",
        "PART",
        "pcs",
        "86.00",
        "2.150",
        56,
    ),
    ("HSET", "Headset", "Vairo kolonėlė", "碗组", "PART", "pcs", "6.30", "0.140", 28),
    ("STEM", "Stem", "Vairo iškyša", "把立", "SEAT", "pcs", "5.40", "0.150", 28),
    ("BAR", "Handlebar", "Vairas", "车把", "SEAT", "pcs", "7.20", "0.280", 28),
    ("SPST", "Seat post", "Balnelio vamzdis", "座杆", "SEAT", "pcs", "6.10", "0.260", 28),
    ("SADC", "Comfort saddle", "Patogus balnelis", "舒适鞍座", "SEAT", "pcs", "9.80", "0.540", 28),
    ("SADS", "Sport saddle", "Sportinis balnelis", "运动鞍座", "SEAT", "pcs", "12.40", "0.290", 28),
    ("SADK", "Kids' saddle", "Vaikiškas balnelis", "儿童鞍座", "SEAT", "pcs", "5.20", "0.310", 28),
    ("GRIP", "Grip pair", "Rankenėlės, pora", "握把一对", "SEAT", "pair", "2.60", "0.090", 21),
    ("TAPE", "Handlebar tape", "Vairo juosta", "把带", "SEAT", "set", "4.30", "0.080", 21),
    ("CRK1", "Crankset single", "Vienos žvaigždės švaistikliai", "单盘牙盘", "DRIVE", "pcs", "17.80", "0.780", 42),
    ("CRK2", "Crankset sport", "Sportiniai švaistikliai", "运动牙盘", "DRIVE", "pcs", "38.50", "0.690", 42),
    ("BBKT", "Bottom bracket", "Švaistiklių guolis", "中轴", "DRIVE", "pcs", "8.90", "0.250", 42),
    ("CHN1", "Chain 8 speed", "Grandinė, 8 pavaros", "8速链条", "DRIVE", "pcs", "5.60", "0.280", 28),
    ("CHN2", "Chain 11 speed", "Grandinė, 11 pavarų", "11速链条", "DRIVE", "pcs", "12.30", "0.250", 28),
    ("CAS8", "Cassette 8 speed", "Kasetė, 8 pavaros", "8速飞轮", "DRIVE", "pcs", "11.20", "0.340", 42),
    ("CASB", "Cassette 11 speed", "Kasetė, 11 pavarų", "11速飞轮", "DRIVE", "pcs", "29.60", "0.370", 42),
    ("DER8", "Rear derailleur 8 speed", "Galinis perjungiklis, 8", "8速后拨", "DRIVE", "pcs", "13.70", "0.290", 42),
    ("DERB", "Rear derailleur 11 speed", "Galinis perjungiklis, 11", "11速后拨", "DRIVE", "pcs", "41.00", "0.260", 42),
    ("PEDC", "City pedals", "Miesto pedalai", "城市脚踏", "DRIVE", "pair", "4.90", "0.360", 28),
    ("PEDT", "Trail pedals", "Kalnų pedalai", "山地脚踏", "DRIVE", "pair", "8.70", "0.400", 28),
    ("BRKV", "Rim brake set", "Ratlankio stabdžiai", "V刹套装", "BRAKE", "set", "14.60", "0.420", 35),
    ("BRKD", "Disc brake set", "Diskiniai stabdžiai", "碟刹套装", "BRAKE", "set", "44.00", "0.680", 35),
    ("CABL", "Cable", "Lynelis", "线管", "BRAKE", "m", "0.55", "0.030", 14),
    ("RACK", "Rear rack", "Bagažinė", "后货架", "PART", "pcs", "8.40", "0.620", 21),
    ("MUDG", "Mudguard set", "Purvasaugiai", "挡泥板套装", "PART", "set", "6.70", "0.450", 21),
    ("LIGHT", "Light set", "Žibintai", "车灯套装", "ELEC", "set", "9.90", "0.180", 28),
    ("BELL", "Bell", "Skambutis", "车铃", "PART", "pcs", "0.95", "0.040", 14),
    ("MOTR", "Hub motor 250 W", "Variklis 250 W", "250瓦轮毂电机", "ELEC", "pcs", "148.00", "2.900", 70),
    ("BATT", "Battery 500 Wh", "Baterija 500 Wh", "500瓦时电池", "ELEC", "pcs", "236.00", "2.700", 70),
    ("DISP", "Display", "Valdymo ekranas", "仪表", "ELEC", "pcs", "27.50", "0.110", 70),
    ("BOLT", "Bolt set M5", "Varžtų M5 rinkinys", "M5螺栓套装", "PART", "set", "0.80", "0.120", 7),
    ("CART", "Bicycle carton", "Dviračio dėžė", "自行车纸箱", "PACK", "pcs", "3.10", "1.900", 5),
)

# code, English, Lithuanian, Chinese, unit
SERVICES = (
    ("FREIGHT", "Freight", "Transportas", "运费", "pcs"),
    ("ASSEMBLY", "Assembly on site", "Surinkimas", "现场组装", "h"),
)
