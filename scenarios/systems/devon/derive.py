#!/usr/bin/env python3
"""Derives the tables of geography beside this file from two public files.

    python3 derive.py LSOA_POPULATION.csv LSOA_TO_MIU_MINUTES.csv

LSOA_POPULATION.csv: ONS mid-2020 estimates by 2011 LSOA with IMD 2019 decile, rural-urban class, district, integrated care
board and centroid (Open Government Licence v3.0). Columns: lsoa11_name, ltla22_name, icb22_code_h, imd2019_decile, ruc,
lat, lon, total_population, age_0_4 … age_85_plus.
LSOA_TO_MIU_MINUTES.csv: minutes by car from each Devon LSOA to 15 urgent-care sites (hsma-tools/lokigi, MIT; roads ODbL).
Columns: lsoa_name, then one per site; empty is unreachable.

Writes zones.csv, points.csv, urgent_care_minutes.csv, gp_groups.csv, gp_catchment.csv and ed_catchment.csv. Same inputs, same bytes.
"""
import csv
import math
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# Where people of a district look for care: each LSOA joins the nearest of its district's places.
PLACES = {
    "East Devon": [("exmouth", "Exmouth", 50.620, -3.410), ("honiton", "Honiton and Axminster", 50.785, -3.100),
                   ("sidmouth", "Sidmouth and Ottery", 50.700, -3.250), ("cranbrook", "Cranbrook and Clyst", 50.750, -3.420)],
    "Exeter": [("exeter", "Exeter", 50.722, -3.530)],
    "Mid Devon": [("tiverton", "Tiverton and Cullompton", 50.890, -3.440), ("crediton", "Crediton", 50.790, -3.650)],
    "North Devon": [("barnstaple", "Barnstaple", 51.080, -4.060), ("ilfracombe", "Ilfracombe", 51.205, -4.120),
                    ("south_molton", "South Molton", 51.017, -3.830)],
    "Plymouth": [("plymouth_west", "Plymouth west", 50.375, -4.165), ("plymouth_north", "Plymouth north", 50.418, -4.125),
                 ("plymouth_east", "Plympton and Plymstock", 50.375, -4.065)],
    "South Hams": [("ivybridge", "Ivybridge", 50.390, -3.920), ("kingsbridge", "Kingsbridge", 50.284, -3.780),
                   ("totnes", "Totnes and Dartmouth", 50.400, -3.650)],
    "Teignbridge": [("newton_abbot", "Newton Abbot", 50.530, -3.610), ("teignmouth", "Teignmouth and Dawlish", 50.565, -3.485),
                    ("bovey", "Bovey Tracey and Moretonhampstead", 50.610, -3.700)],
    "Torbay": [("torquay", "Torquay", 50.475, -3.540), ("paignton", "Paignton and Brixham", 50.420, -3.550)],
    "Torridge": [("bideford", "Bideford and Torrington", 51.000, -4.190), ("holsworthy", "Holsworthy", 50.820, -4.340)],
    "West Devon": [("okehampton", "Okehampton", 50.740, -4.000), ("tavistock", "Tavistock", 50.550, -4.140)],
}
AGES = [("0-4", ["age_0_4"]), ("5-14", ["age_5_14"]), ("15-24", ["age_15_24"]), ("25-44", ["age_25_34", "age_35_44"]),
        ("45-64", ["age_45_54", "age_55_64"]), ("65-74", ["age_65_74"]), ("75-84", ["age_75_84"]), ("85+", ["age_85_plus"])]
SITES = {"Cumberland Centre (Plymouth)": "cumberland", "Dawlish Community Hospital": "dawlish_miu", "Derriford Hospital (UTC)": "derriford_utc",
         "Exmouth Minor Injury Unit": "exmouth_miu", "Honiton Hospital": "honiton_miu", "Ilfracombe & District Tyrrell Hospital": "ilfracombe_miu",
         "NHS Walk in Centre (Exeter)": "exeter_walk_in", "Newton Abbot Community Hospital": "newton_abbot_utc",
         "North Devon District Hospital": "barnstaple_utc", "South Hams Hospital (Kingsbridge)": "kingsbridge_miu",
         "South Molton Hospital": "south_molton_miu", "Tavistock Hospital": "tavistock_miu", "Tiverton & District Hospital": "tiverton_utc",
         "Totnes Community Hospital": "totnes_miu", "Victoria Hospital (Sidmouth)": "sidmouth_miu"}
DEPARTMENTS = {"exeter": (50.716709, -3.506666), "barnstaple": (51.092175, -4.050418),
               "derriford": (50.416729, -4.113671), "torbay": (50.482323, -3.553791)}
# Kilometres by which a department seems nearer than it is: the Torbay trust serves all of Teignbridge (trust catchments by district).
NEARER = {"torbay": 5.0}
SMALLEST_ZONE = 19_000  # residents; smaller deprivation groups of a place join the next one
# Minutes per kilometre of road at an ordinary pace: 40 km/h in towns, 65 km/h in the country
# (geo.travel_speed.urban_blue_light_kmh and geo.travel_speed.rural_blue_light_kmh, both assumed).
SLOWNESS = {"Urban": 60 / 40, "Rural": 60 / 65}


def km(a, b):
    """Straight-line kilometres between two (lat, lon), on the tangent plane."""
    return math.hypot((a[0] - b[0]) * 111.2, (a[1] - b[1]) * 111.2 * math.cos(math.radians(50.7)))


def read(path):
    with open(path, newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def write(name, header, rows):
    with open(os.path.join(HERE, name), "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(header)
        w.writerows(rows)


def residents(r):
    return int(float(r["total_population"]))


def zones_of(areas):
    """Groups areas by place, then by deprivation quintile, joining groups that are too small to the next quintile."""
    zones = []
    for district, places in PLACES.items():
        for place, title, lat, lon in places:
            mine = [r for r in areas if r["ltla22_name"] == district
                    and min(PLACES[district], key=lambda p: km((float(r["lat"]), float(r["lon"])), p[2:]))[0] == place]
            groups, current = [], []
            for q in range(1, 6):
                current += [r for r in mine if (int(r["imd2019_decile"]) + 1) // 2 == q]
                if sum(map(residents, current)) >= SMALLEST_ZONE:
                    groups.append(current)
                    current = []
            if current and groups:
                groups[-1] = groups[-1] + current
            elif current:
                groups.append(current)
            for g in groups:
                n = sum(map(residents, g))
                q = round(sum(residents(r) * ((int(r["imd2019_decile"]) + 1) // 2) for r in g) / n)
                zones.append((f"{place}_{q}", f"{title}, quintile {q}", q, g))
    return zones


def weighted(group, value):
    pairs = [(residents(r), value(r)) for r in group]
    pairs = [(w, v) for w, v in pairs if v is not None]
    total = sum(w for w, _ in pairs)
    return sum(w * v for w, v in pairs) / total if total else None


def main(population, minutes):
    areas = [r for r in read(population) if r["icb22_code_h"] == "QJK"]
    travel = {r["lsoa_name"]: r for r in read(minutes)}
    zones = zones_of(areas)
    assert sum(residents(r) for z in zones for r in z[3]) == 1_209_773
    assert len({z[0] for z in zones}) == len(zones), "two groups of a place round to one quintile"
    zone_rows, points, matrix, groups, catchment, emergency = [], [], [], [], [], []
    for zone, title, quintile, group in zones:
        lat, lon = weighted(group, lambda r: float(r["lat"])), weighted(group, lambda r: float(r["lon"]))
        rural = weighted(group, lambda r: 1.0 if r["ruc"] == "Rural" else 0.0)
        counts = [sum(int(float(r[c])) for r in group for c in columns) for _, columns in AGES]
        zone_rows.append([zone, title, f"{lat:.5f}", f"{lon:.5f}", int(rural >= 0.5), quintile, *counts])
        for r in group:
            points.append([zone, r["lat"], r["lon"], residents(r), f"{SLOWNESS['Rural' if r['ruc'] == 'Rural' else 'Urban']:.3f}"])
        for column, site in SITES.items():
            m = weighted(group, lambda r: float(travel[r["lsoa11_name"]][column]) if travel[r["lsoa11_name"]][column] else None)
            if m is not None:
                matrix.append([zone, site, f"{m:.1f}"])
        groups.append([f"gp_{zone}", f"General practice, {title}", f"{lat:.5f}", f"{lon:.5f}", sum(counts)])
        catchment.append([zone, f"gp_{zone}", 1])
        # Share of residents who live nearest each emergency department, softened: near the border both are used.
        for site, place in DEPARTMENTS.items():
            def pull(r, site=site):
                here = (float(r["lat"]), float(r["lon"]))
                weights = {s: math.exp(-(km(here, p) - NEARER.get(s, 0.0)) / 4.0) for s, p in DEPARTMENTS.items()}
                return weights[site] / sum(weights.values())
            share = weighted(group, pull)
            if share >= 0.01:
                emergency.append([zone, site, f"{share:.3f}"])
    write("zones.csv", ["zone", "title", "lat", "lon", "rural", "deprivation", *[a for a, _ in AGES]], zone_rows)
    write("points.csv", ["zone", "lat", "lon", "weight", "slowness"], points)
    write("urgent_care_minutes.csv", ["zone", "site", "minutes"], matrix)
    write("gp_groups.csv", ["id", "title", "lat", "lon", "residents"], groups)
    write("gp_catchment.csv", ["zone", "site", "weight"], catchment)
    write("ed_catchment.csv", ["zone", "site", "weight"], emergency)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
