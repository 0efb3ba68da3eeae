#!/usr/bin/env python3
"""Writes urgent_contacts.toml and its tables from needs.toml, needs_rates.csv, profiles.toml and first_contact.toml.

The whole library follows every need for same-day care, most of which general practice and pharmacies see. This is the lean form for
models of urgent and emergency care alone: only those needs that come to NHS 111, to 999 or to an A&E department of type 1 or 3
first, one stream for each condition and place of first contact, with the rates by age and deprivation and the levels that follow
from the library's own choice of first contact. Who lives in a care home is in the rates but no longer known: nobody there walks in. Run in this folder; needs nothing but Python 3.11.
"""

import csv
import gzip
import tomllib

AGES = ["0-4", "5-14", "15-24", "25-44", "45-64", "65-74", "75-84", "85+"]
# Columns of the table of residents that make up each age.
PARTS = [["0_4"], ["5_14"], ["15_24"], ["25_34", "35_44"], ["45_54", "55_64"], ["65_74"], ["75_84"], ["85_plus"]]
LEVELS = ["life_threatening", "emergency", "urgent", "primary_care", "pharmacy", "self_care"]
# Of those whom a treatment centre could treat, how many go to one: as many type 3 as type 1 walk-in attendances (assumed).
TO_CENTRE = 0.5
# A condition with a smaller part of a place's first contacts is left out; an area's volume is set for the place as a whole.
SMALLEST = 0.015

needs = tomllib.load(open("needs.toml", "rb"))["needs"]
profiles = tomllib.load(open("profiles.toml", "rb"))["profiles"]
choices = tomllib.load(open("services/first_contact.toml", "rb"))["choices"]
choice, homes = choices["first_contact"], choices["residence"]
rates = list(csv.DictReader(open("needs_rates.csv")))
# Residents of England by age and deprivation, mid-2020.
england = dict.fromkeys(((row["age"], row["deprivation"]) for row in rates), 0.0)
with gzip.open("../../data/population_ltla_imd2019quintile_age_mid2020.csv.gz", "rt") as file:
    for row in csv.DictReader(file):
        for age, parts in zip(AGES, PARTS):
            if row["ltla22_code"].startswith("E"):
                england[age, row["imd2019_quintile"]] += sum(float(row[f"age_{part}"]) for part in parts)


def is_in_hours(hour):
    """Monday to Friday 08:00 to 18:30; the half hour counts for its hour in half."""
    day, of_day = divmod(hour, 24)
    if day > 4:
        return 0.0
    return 1.0 if 8 <= of_day < 18 else 0.5 if of_day == 18 else 0.0


def week(profile):
    days = profile.get("days", [1] * 7)
    values = [profile["hours"][h % 24] * days[h // 24] for h in range(168)]
    total = sum(values)
    return [value / total for value in values]


def drawn(table, person):
    """Shares of a table's outcomes for such a person: the first row that matches."""
    def matches(wanted, value):
        return value == wanted or (isinstance(wanted, list) and value in wanted)
    for row in table["rows"]:
        if all(matches(wanted, person[key]) for key, wanted in row.items() if key != "shares"):
            return dict(zip(table["outcomes"], row["shares"]))
    raise ValueError("no row matches")


def shares(condition, age, level, open_):
    """Where such people turn first: of those at home and in care homes, as many as the library has of this age."""
    turned = dict.fromkeys(choice["outcomes"], 0.0)
    for residence, part_of in drawn(homes, {"age": age}).items():
        person = {"residence": residence, "condition": condition, "age": age, "level": level, "open:in_hours": open_}
        for outcome, share in drawn(choice, person).items():
            turned[outcome] += part_of * share
    return turned


# Which part of walk-ins with a level could go to a centre (first_contact.walk_in).
FIT_FOR_CENTRE = {"life_threatening": 0.0, "emergency": 0.3}
PLACES = {
    "calls": ("NHS 111", "nhs111", "first_contact.calls_111"),
    "emergency_calls": ("999", "ambulance", "first_contact.calls_999"),
    "walk_in": ("emergency department", "walk_in", "first_contact.comes_to_department"),
    "centre": ("urgent treatment centre", "walk_in", "first_contact.comes_to_centre"),
}


def part(place, level):
    fit = FIT_FOR_CENTRE.get(level, 1.0)
    return {"walk_in": 1 - fit * TO_CENTRE, "centre": fit * TO_CENTRE}.get(place, 1.0)


tables, levels, weeks = {}, {}, {place: [0.0] * 168 for place in PLACES}
for need, entry in needs.items():
    if not isinstance(entry, dict) or "shares" not in entry:
        continue
    hours = week(profiles[entry["profile"]])
    inside = sum(v * is_in_hours(h) for h, v in enumerate(hours))
    condition = entry["set"]["condition"]
    for place, (_, outcome, _) in PLACES.items():
        by_cell, by_level = {}, dict.fromkeys(LEVELS, 0.0)
        for row in rates:
            age = row["age"]
            ways = {o: {l: shares(condition, age, l, o)[outcome] * part(place, l) for l in LEVELS} for o in ("yes", "no")}
            rate = 0.0
            for level, share in entry["shares"]["level"].items():
                first = float(row[need]) * share
                each = first * (inside * ways["yes"][level] + (1 - inside) * ways["no"][level])
                rate += each
                weight = england[age, row["deprivation"]]
                by_level[level] += each * weight
                for h, v in enumerate(hours):
                    open_ = is_in_hours(h)
                    weeks[place][h] += first * v * weight * (open_ * ways["yes"][level] + (1 - open_) * ways["no"][level])
            by_cell[age, row["deprivation"]] = rate
        tables[place, need], levels[place, need] = by_cell, by_level

totals = {place: sum(sum(levels[p, n].values()) for p, n in levels if p == place) for place in PLACES}
kept = [key for key in tables if sum(levels[key].values()) >= SMALLEST * totals[key[0]]]
columns = [f"{place}_{need}" for place, need in kept]

with open("urgent_contacts_rates.csv", "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["age", "deprivation"] + columns)
    for row in rates:
        cell = row["age"], row["deprivation"]
        out.writerow([*cell] + [f"{tables[key][cell]:.3f}" for key in kept])

with open("urgent_contacts_week.csv", "w", newline="") as file:
    out = csv.writer(file, lineterminator="\n")
    out.writerow(["hour", "calls", "emergency_calls", "walk_in", "centre"])
    ae = week(profiles["ae_arrivals"])
    # Doors of centres are open from 08:00 to 20:00, and nobody comes in the last quarter of an hour.
    centre = [ae[h] if 8 <= h % 24 < 20 else 0.0 for h in range(168)]
    means = {"calls": weeks["calls"], "emergency_calls": weeks["emergency_calls"], "walk_in": ae, "centre": centre}
    scaled = {name: [168 * v / sum(values) for v in values] for name, values in means.items()}
    for h in range(168):
        out.writerow([h] + [f"{scaled[name][h]:.4f}" for name in means])

MONTHS = {"calls": "acute", "emergency_calls": "emergency", "walk_in": "emergency", "centre": "injury"}
with open("urgent_contacts.toml", "w") as file:
    file.write("""# First contacts with urgent and emergency care, by condition and place: the lean form of needs.toml and first_contact.toml, written
# by urgent_contacts.py. What general practice and pharmacies see first is left out; an area sets how many come by `multiply`.

[profiles]
assumed = "Hours: needs by their profiles and the library's choice of first contact; of walk-ins profiles.ae_arrivals, of centres its part from 08:00 to 20:00"
""")
    for place in PLACES:
        months = profiles[MONTHS[place]]["months"]
        file.write(f"""
[profiles.{place}]
week = {{ file = "urgent_contacts_week.csv", column = "{place}" }}
months = {months}
""")
    file.write("""
[needs]
assumed = "Follows from needs.toml, needs_rates.csv and choices.first_contact (urgent_contacts.py)"
nature = "calibrated"
""")
    for place, need in kept:
        title, _, to = PLACES[place]
        entry, by_level = needs[need], levels[place, need]
        total = sum(by_level.values())
        part_of = {level: round(n / total, 4) for level, n in by_level.items() if n / total >= 0.00005}
        most = max(part_of, key=part_of.get)
        part_of[most] = round(part_of[most] + 1 - sum(part_of.values()), 4)
        shares_text = ", ".join(f"{level} = {share}" for level, share in part_of.items())
        file.write(f"""
[needs.{place}_{need}]
title = "{entry['title']}: {title}"
rate_per_1000 = {{ by = ["age", "deprivation"], file = "urgent_contacts_rates.csv", column = "{place}_{need}" }}
profile = "{place}"
multiply = 1.0
set = {{ condition = "{entry['set']['condition']}" }}
shares = {{ level = {{ {shares_text} }} }}
to = "{to}"
""")
print(len(kept), {place: round(total / 1000) for place, total in totals.items()})
