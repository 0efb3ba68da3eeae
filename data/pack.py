#!/usr/bin/env python3
"""Packs the open data that the program carries: derives two small tables, compresses all, writes catalogue.csv.

    python3 pack.py FOLDER_OF_OPEN_DATA UK_LOCAL_AUTHORITIES.csv

FOLDER_OF_OPEN_DATA holds the files named in PACKED as collected from their publishers (see catalogue.csv).
UK_LOCAL_AUTHORITIES.csv is data/uk_local_authorities.csv of mysociety/uk_local_authority_names_and_codes.
Same inputs, same bytes: rows keep their order, the archives carry no time.
"""
import csv
import gzip
import hashlib
import io
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
OGL = "Open Government Licence v3.0"
NHSE = "NHS England; contains public sector information licensed under the Open Government Licence v3.0"
ONS = "ONS and MHCLG; contains National Statistics data and OS data © Crown copyright and database right"
# name: (what it is, source, licence, attribution)
PACKED = {
    "ae_monthly_trust_2019_2024": ("A&E attendances, 4-hour breaches, emergency admissions and long waits by provider and month, 2019-04 to 2024-03",
        "NHS England monthly A&E situation report, provider level, via emiataehi/nhs-ae-benchmarking @42de927", OGL, NHSE),
    "ae_monthly_england_2019_2024": ("The England row of the same", "as ae_monthly_trust_2019_2024", OGL, NHSE),
    "ae_org_lookup": ("Names and regions of the providers", "as ae_monthly_trust_2019_2024", OGL, NHSE),
    "ambulance_ambsys_monthly_2017_2024": ("Ambulance calls, incidents, responses, conveyance and handovers by service and month, 2017-08 to 2024-03",
        "NHS England Ambulance Quality Indicators (AmbSYS), via ambmodels/ambdes @fc43820", OGL, NHSE),
    "ambulance_org_lookup": ("Names of the ambulance services", "as ambulance_ambsys_monthly_2017_2024", OGL, NHSE),
    "beds_monthly_trust_2022_2024": ("General, acute, children's and critical-care beds, open and occupied, by trust and month, 2022-04 to 2024-03",
        "NHS England critical care and general and acute beds, via humaniverse/healthyr @ed2003e", OGL, NHSE),
    "discharges_monthly_trust_2022_2024": ("Discharges and patients without criteria to reside, daily means by trust and month, 2022-04 to 2024-03",
        "NHS England acute discharge situation report, via humaniverse/healthyr @ed2003e", OGL, NHSE),
    "nhs111_iucadc_contract_monthly_2023_24": ("NHS 111 and integrated urgent care, every item by contract and month, 2023-04 to 2024-03",
        "NHS England Integrated Urgent Care Aggregate Data Collection, via sonamkuamari1-sudo/NHS111-Demand-Analytics @780312c", OGL, NHSE),
    "nhs111_iucadc_item_definitions": ("What the items of NHS 111 mean", "NHS England, via Ardit-Islami/nhs111-triage-clustering @9ae0120", OGL, NHSE),
    "population_ltla_imd2019quintile_age_mid2020": ("Residents by district, deprivation quintile and age, mid-2020",
        "ONS estimates by LSOA and IMD 2019, via humaniverse/demographr @d041710 and IMD @2f6c905", OGL, ONS),
    "trust_catchment_ltla_shares": ("Share of each trust's patients who live in each district",
        "NHS England and ONS, via humaniverse/geographr @c026be5 (lookup_nhs_trusts22_ltla21)", OGL, ONS),
    "trust_catchment_population_2026": ("Catchment population, deprivation and integrated care board of acute trusts",
        "OHID trust catchment populations, April 2026, via sharia143/nhs-winter-pressure-intelligence @ef08f9a", OGL,
        "OHID; contains public sector information licensed under the Open Government Licence v3.0"),
}
DERIVED = {
    "acute_sites": ("Hospitals taken to have an emergency department, by trust, with the reason",
        "NHS Choices hospital list 2023 via DiiS-DataScience/MedMap2 @8dc5568; stroke hospitals 2021/22 via samuel-book/geography_data @b7d52ee (SSNAP); trust pages for Birmingham, Devon and Cumbria; chosen by pack.py",
        OGL + "; MIT (samuel-book/geography_data)", NHSE),
    "district_places": ("Middle and area (square kilometres) of every district of 2022",
        "ONS boundaries, via mysociety/uk_local_authority_names_and_codes @67ef8b1", OGL + "; MIT (mySociety)", ONS),
    "urgent_care_areas": ("NHS 111 contract and ambulance service of each integrated care board",
        "Put together by hand from the names of boards, contracts and services; a board that several serve has the one with most of its residents", "MIT OR Apache-2.0", ""),
}
# Codes of trusts that the site list of 2023 still uses for hospitals of a merged trust.
BEFORE = {"R0A": ["RM2", "RW3"], "R0B": ["RE9", "RLN"], "R0D": ["RDZ", "RD3"], "R1K": ["RV8", "RC3"], "RAL": ["RVL"], "RH5": ["RBA", "RA4"],
          "RH8": ["RBZ"], "RYR": ["RPC"], "RNN": ["RNL"]}
# Hospitals that only the list of stroke hospitals has, by its postcode.
ONLY_STROKE = {"R1K": ["HA13UJ"], "RTF": ["NE236NZ"]}
# Names of hospitals that hold no emergency department although they lie in a trust without a listed stroke hospital.
NOT_ACUTE = ("community", "cottage", "war memorial", "surgical centre", "health centre", "mile end", "bartholomew", "leonard", "finchley", "mount vernon",
             "ellesmere", "guy's", "wrightington", "leigh infirmary", "hammersmith", "queen charlotte", "western eye", "berwick", "alnwick", "hexham",
             "haltwhistle", "blyth", "morpeth", "castleberg", "skipton", "st margaret", "clinic", "rehabilitation", "day hospital", "birth", "hospice",
             "bromyard", "leominster", "ross on wye", "charing cross hospital outpatients", "north tyneside", "wansbeck")
# integrated care board: (111 contract, ambulance service)
BOARDS = {
    "QHM": ("111AA1", "RX6"), "QF7": ("111AI7", "RX8"), "QOQ": ("111AI7", "RX8"), "QWO": ("111AI7", "RX8"), "QE1": ("111AJ3", "RX7"), "QOP": ("111AJ3", "RX7"),
    "QYG": ("111AJ3", "RX7"), "QJ2": ("111AJ8", "RX9"), "QK1": ("111AK7", "RX9"), "QT1": ("111AL1", "RX9"), "QJM": ("111AK6", "RX9"), "QPM": ("111AC6", "RX9"),
    "QHL": ("111AL4", "RYA"), "QUA": ("111AL4", "RYA"), "QWU": ("111AL4", "RYA"), "QGH": ("111AL4", "RYA"), "QOC": ("111AL4", "RYA"), "QNC": ("111AF4", "RYA"),
    "QH8": ("111AH4", "RYC"), "QJG": ("111AH7", "RYC"), "QMM": ("111AG8", "RYC"), "QUE": ("111AC5", "RYC"), "QM7": ("111AB2", "RYC"), "QHG": ("111AG7", "RYC"),
    "QMJ": ("111AD5", "RRU"), "QMF": ("111AH5", "RRU"), "QKK": ("111AD7", "RRU"), "QRV": ("111AJ1", "RRU"), "QWE": ("111AK9", "RRU"), "QKS": ("111AI9", "RYD"),
    "QNX": ("111AI9", "RYD"), "QXU": ("111AI2", "RYD"), "QU9": ("111AG9", "RYE"), "QRL": ("111AH9", "RYE"), "QNQ": ("111AG9", "RYE"), "QOX": ("111AJ2", "RYF"),
    "QUY": ("111AI5", "RYF"), "QT6": ("111AL3", "RYF"), "QJK": ("111AL2", "RYF"), "QVV": ("111AI4", "RYF"), "QR1": ("111AH2", "RYF"), "QSL": ("111AL5", "RYF"),
}
# Trusts whose board the catchment table leaves empty.
BOARD_OF = {"RAP": "QMJ", "RVJ": "QUY", "RVY": "QYG"}


def read(path):
    with open(path, newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def table(header, rows):
    out = io.StringIO()
    w = csv.writer(out, lineterminator="\n")
    w.writerow(header)
    w.writerows(rows)
    return out.getvalue()


def acute_sites(folder, type1):
    """Hospitals with an emergency department: where a trust page or a stroke hospital says so, else by name."""
    stroke = {r["postcode"]: r for r in read(os.path.join(folder, "acute_stroke_hospitals_2022.csv"))}
    sites = read(os.path.join(folder, "nhs_hospital_sites_2023.csv"))
    focus = read(os.path.join(folder, "focus_acute_sites.csv"))
    rows = []
    for trust in type1:
        known = [s for s in focus if s["trust_ods_code"] == trust and (s["ed_status"].startswith("ED") or "not verified" in s["ed_status"])]
        if known:
            rows += [[trust, s["site_ods_code"], s["site_name"].strip(), s["lat"], s["lon"], "",
                      "emergency department according to the trust's page" if s["ed_status"].startswith("ED") else "the trust reports type 1 attendances"] for s in known]
            continue
        if trust in ONLY_STROKE:
            for r in (stroke[p] for p in ONLY_STROKE[trust] if p in stroke):
                rows.append([trust, r["postcode"], r["stroke_team"].strip(), r["lat"], r["lon"], r["stroke_admissions_2021_22"], "acute stroke hospital of 2021/22 of this trust"])
            continue
        mine = [s for s in sites if s["trust_ods_code"] in [trust, *BEFORE.get(trust, [])] and s["lat"]]
        acute = [s for s in mine if s["postcode"].replace(" ", "") in stroke]
        if acute:
            for s in acute:
                size = stroke[s["postcode"].replace(" ", "")]["stroke_admissions_2021_22"]
                rows.append([trust, s["site_ods_code"], s["site_name"].strip(), s["lat"], s["lon"], size, "acute stroke hospital of 2021/22 at its postcode"])
            continue
        named = [s for s in mine if not any(word in s["site_name"].lower() for word in NOT_ACUTE)]
        rows += [[trust, s["site_ods_code"], s["site_name"].strip(), s["lat"], s["lon"], "", "assumed from its name: no list says which hospitals have one"] for s in named]
    return rows


def main(folder, authorities):
    texts = {name: open(os.path.join(folder, name + ".csv"), encoding="utf-8").read() for name in PACKED}
    ae = csv.DictReader(io.StringIO(texts["ae_monthly_trust_2019_2024"]))
    type1 = sorted({r["org_code"] for r in ae if r["month"] >= "2023-04" and int(r["att_t1"] or 0) > 0 and r["org_code"] != "ENG"})
    texts["acute_sites"] = table(["trust_code", "site_code", "site_name", "lat", "lon", "stroke_admissions_2021_22", "why"], acute_sites(folder, type1))
    districts = {}
    for r in csv.DictReader(io.StringIO(texts["population_ltla_imd2019quintile_age_mid2020"])):
        districts.setdefault(r["ltla22_code"], r["ltla22_name"])
    la = {r["gss-code"]: r for r in read(authorities)}
    texts["district_places"] = table(["ltla22_code", "ltla22_name", "lat", "lon", "area_km2"],
        [[c, n, f"{float(la[c]['lat']):.4f}", f"{float(la[c]['long']):.4f}", f"{float(la[c]['area']):g}"] for c, n in districts.items()])
    boards = {r["icb_code_2022"]: r["icb_name_2022"] for r in csv.DictReader(io.StringIO(texts["trust_catchment_population_2026"]))}
    board_rows = [[b, boards.get(b, ""), *BOARDS[b], ""] for b in sorted(BOARDS)]
    board_rows += [[BOARD_OF[t], boards.get(BOARD_OF[t], ""), *BOARDS[BOARD_OF[t]], t] for t in sorted(BOARD_OF)]
    texts["urgent_care_areas"] = table(["icb_code", "icb_name", "nhs111_contract", "ambulance_service", "only_for_trust"], board_rows)
    catalogue = []
    for name, (what, source, licence, attribution) in {**PACKED, **DERIVED}.items():
        text = texts[name]
        rows = sum(1 for _ in csv.reader(io.StringIO(text))) - 1
        with open(os.path.join(HERE, name + ".csv.gz"), "wb") as f:
            f.write(gzip.compress(text.encode(), 9, mtime=0))
        catalogue.append([name, what, rows, len(text.encode()), hashlib.sha256(text.encode()).hexdigest(), source, licence, attribution])
    with open(os.path.join(HERE, "catalogue.csv"), "w", newline="", encoding="utf-8") as f:
        f.write(table(["name", "what", "rows", "bytes", "sha256", "source", "licence", "attribution"], catalogue))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
