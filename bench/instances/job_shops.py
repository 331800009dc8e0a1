"""Job shops by Taillard's published recipe, some of two sets of machines, and flexible ones by Brandimarte's.

Sources: Taillard, European Journal of Operational Research 64 (1993), with the seeds printed there; best known values
as collected in the literature up to 2024. Brandimarte, Annals of Operations Research 41 (1993): his ranges; the draws
are ours, since his were not published with a generator.
"""

import numpy as np

from mainspring.engines.scheduling import data

# (jobs, machines): (name, seed of durations, seed of machines, best known makespan)
TAILLARD = {
    (15, 15): [
        ("ta01", 840612802, 398197754, 1231),
        ("ta02", 1314640371, 386720536, 1244),
        ("ta03", 1227221349, 316176388, 1218),
        ("ta04", 342269428, 1806358582, 1175),
        ("ta05", 1603221416, 1501949241, 1224),
        ("ta06", 1357584978, 1734077082, 1238),
        ("ta07", 44531661, 1374316395, 1227),
        ("ta08", 302545136, 2092186050, 1217),
        ("ta09", 1153780144, 1393392374, 1274),
        ("ta10", 73896786, 1544979948, 1241),
    ],
    (20, 15): [
        ("ta11", 533484900, 317419073, 1357),
        ("ta12", 1894307698, 1474268163, 1367),
        ("ta13", 874340513, 509669280, 1342),
        ("ta14", 1124986343, 1209573668, 1345),
        ("ta15", 1463788335, 529048107, 1339),
        ("ta16", 1056908795, 25321885, 1360),
        ("ta17", 195672285, 1717580117, 1462),
        ("ta18", 961965583, 1353003786, 1396),
        ("ta19", 1610169733, 1734469503, 1332),
        ("ta20", 532794656, 998486810, 1348),
    ],
    (20, 20): [
        ("ta21", 1035939303, 773961798, 1642),
        ("ta22", 5997802, 1872541150, 1600),
        ("ta23", 1357503601, 722225039, 1557),
        ("ta24", 806159563, 1166962073, 1644),
        ("ta25", 1902815253, 1879990068, 1595),
        ("ta26", 1503184031, 1850351876, 1643),
        ("ta27", 1032645967, 99711329, 1680),
        ("ta28", 229894219, 1158117804, 1603),
        ("ta29", 823349822, 108033225, 1625),
        ("ta30", 1297900341, 489486403, 1584),
    ],
    (30, 15): [
        ("ta31", 98640593, 1981283465, 1764),
        ("ta32", 1839268120, 248890888, 1784),
        ("ta33", 573875290, 2081512253, 1788),
        ("ta34", 1670898570, 788294565, 1828),
        ("ta35", 1118914567, 1074349202, 2007),
        ("ta36", 178750207, 294279708, 1819),
        ("ta37", 1549372605, 596993084, 1771),
        ("ta38", 798174738, 151685779, 1673),
        ("ta39", 553410952, 1329272528, 1795),
        ("ta40", 1661531649, 1173386294, 1669),
    ],
    (30, 20): [
        ("ta41", 1841414609, 1357882888, 2005),
        ("ta42", 2116959593, 1546338557, 1937),
        ("ta43", 796392706, 1230864158, 1846),
        ("ta44", 532496463, 254174057, 1976),
        ("ta45", 2020525633, 978943053, 2000),
        ("ta46", 524444252, 185526083, 2004),
        ("ta47", 1569394691, 487269855, 1889),
        ("ta48", 1460267840, 1631446539, 1937),
        ("ta49", 198324822, 1937476577, 1960),
        ("ta50", 38071822, 1541985579, 1923),
    ],
    (50, 15): [
        ("ta51", 17271, 718939, 2760),
        ("ta52", 660481279, 449650254, 2756),
        ("ta53", 352229765, 949737911, 2717),
        ("ta54", 1197518780, 166840558, 2839),
        ("ta55", 1376020303, 483922052, 2679),
        ("ta56", 2106639239, 955932362, 2781),
        ("ta57", 1765352082, 1209982549, 2943),
        ("ta58", 1105092880, 1349003108, 2885),
        ("ta59", 907248070, 919544535, 2655),
        ("ta60", 2011630757, 1845447001, 2723),
    ],
    (50, 20): [
        ("ta61", 8493988, 2738939, 2868),
        ("ta62", 1991925010, 709517751, 2869),
        ("ta63", 342093237, 786960785, 2755),
        ("ta64", 1634043183, 973178279, 2702),
        ("ta65", 341706507, 286513148, 2725),
        ("ta66", 320167954, 1411193018, 2845),
        ("ta67", 1089696753, 298068750, 2825),
        ("ta68", 433032965, 1589656152, 2784),
        ("ta69", 615974477, 331205412, 3071),
        ("ta70", 236150141, 592292984, 2995),
    ],
    (100, 20): [
        ("ta71", 302034063, 1203569070, 5464),
        ("ta72", 1437643198, 1692025209, 5181),
        ("ta73", 1792475497, 1039908559, 5568),
        ("ta74", 1647273132, 1012841433, 5339),
        ("ta75", 696480901, 1689682358, 5392),
        ("ta76", 1785569423, 1092647459, 5342),
        ("ta77", 117806902, 739059626, 5436),
        ("ta78", 1639154709, 1319962509, 5394),
        ("ta79", 2007423389, 749368241, 5358),
        ("ta80", 682761130, 262763021, 5183),
    ],
}
# Name: jobs, machines, operations a job, most alternatives, durations.
BRANDIMARTE = {
    "like mk01": (10, 6, (5, 7), 3, (1, 7)),
    "like mk02": (10, 6, (5, 7), 6, (1, 7)),
    "like mk03": (15, 8, (10, 10), 5, (1, 20)),
    "like mk04": (15, 8, (3, 10), 3, (1, 10)),
    "like mk05": (15, 4, (5, 10), 2, (5, 10)),
    "like mk06": (10, 15, (15, 15), 5, (1, 10)),
    "like mk07": (20, 5, (5, 5), 5, (1, 20)),
    "like mk08": (20, 10, (5, 15), 2, (5, 20)),
    "like mk09": (20, 10, (10, 15), 5, (5, 20)),
    "like mk10": (20, 15, (10, 15), 5, (5, 20)),
}


def taillard(jobs: int, machines: int, duration_seed: int, machine_seed: int) -> data.JobShop:
    """The instance these two seeds stand for."""
    lengths = np.zeros((jobs, machines), np.int64)
    for row in range(jobs):
        for column in range(machines):
            duration_seed, lengths[row, column] = _uniform(duration_seed, 1, 99)
    order = np.tile(np.arange(machines), (jobs, 1))
    for row in range(jobs):
        for column in range(machines):
            machine_seed, other = _uniform(machine_seed, column, machines - 1)
            order[row, [column, other]] = order[row, [other, column]]
    return data.JobShop(np.arange(jobs + 1) * machines, order.ravel(), lengths.ravel(), machines)


def two_sets(jobs: int, machines: int, seed: int = 1) -> data.JobShop:
    """Every job visits one half of the machines before the other: far harder than any order (the draws are ours).

    Source of the recipe: Storer, Wu and Vaccari, Management Science 38 (1992).
    """
    random, half = np.random.default_rng([jobs, machines, seed]), machines // 2
    route = [
        np.concatenate([random.permutation(half), half + random.permutation(machines - half)]) for _ in range(jobs)
    ]
    lengths = random.integers(1, 101, jobs * machines)
    return data.JobShop(np.arange(jobs + 1) * machines, np.concatenate(route), lengths, machines)


def _uniform(seed: int, low: int, high: int) -> tuple[int, int]:
    """Bratley, Fox and Schrage's generator: next seed, and a number from low to high."""
    seed = 16807 * (seed % 127773) - 2836 * (seed // 127773)
    seed += 2147483647 * (seed < 0)
    return seed, low + int(seed / 2147483647 * (high - low + 1))


def brandimarte(name: str, seed: int = 0) -> data.FlexibleJobShop:
    """A flexible job shop within the ranges of one of his ten."""
    jobs, machines, steps, alternatives, durations = BRANDIMARTE[name]
    random = np.random.default_rng([list(BRANDIMARTE).index(name), seed])
    made = []
    for _ in range(jobs):
        operations = []
        for _ in range(random.integers(steps[0], steps[1] + 1)):
            chosen = random.choice(machines, min(machines, random.integers(1, alternatives + 1)), replace=False)
            operations.append([(int(each), int(random.integers(durations[0], durations[1] + 1))) for each in chosen])
        made.append(operations)
    return data.FlexibleJobShop.of(made, machines)
