#!/usr/bin/env python3
"""Derives targets.csv (April 2022 to March 2023) and monthly.csv (April 2019 to March 2024) from the packed data.

    python3 derive.py

Reads ../../../data/*.csv.gz. Same inputs, same bytes. No figure after March 2023 enters targets.csv but the calls to NHS 111, an input.
"""
import csv
import gzip
import os

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "..", "data")
TRUSTS = [  # title, codes (the Royal Devon was two trusts until April 2022), departments, centres, bed-occupancy measure and site
    ("Royal Devon", ["RH8", "RBZ"], "exeter+barnstaple",
     "exeter_walk_in+exmouth_miu+honiton_miu+sidmouth_miu+tiverton_utc+barnstaple_utc+ilfracombe_miu+south_molton_miu", ("bed_occupancy_royal_devon", "all")),
    ("University Hospitals Plymouth", ["RK9"], "derriford", "cumberland+derriford_utc+tavistock_miu+kingsbridge_miu", ("bed_occupancy", "derriford")),
    ("Torbay and South Devon", ["RA9"], "torbay", "newton_abbot_utc+totnes_miu+dawlish_miu", ("bed_occupancy", "torbay")),
]
YEAR = [f"2022-{m:02d}" for m in range(4, 13)] + [f"2023-{m:02d}" for m in range(1, 4)]
MONTHS = [f"{y}-{m:02d}" for y in range(2019, 2025) for m in range(1, 13) if "2019-04" <= f"{y}-{m:02d}" <= "2024-03"]
PART = 1_209_773 / 5_665_799  # residents of Devon among those of the seven integrated care boards of the South Western service
AE = "NHS England A&E monthly, provider level"
AMBULANCE = "NHS England Ambulance Quality Indicators, South Western service (RYF)"


def table(name):
    with gzip.open(os.path.join(DATA, name + ".csv.gz"), "rt", encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def number(text):
    return float(text) if text != "" else None


def total(rows, codes, month, columns):
    """Sum over codes and columns; None if any that reports the month lacks a value, or none reports it."""
    found = [rows[c, month] for c in codes if (c, month) in rows]
    values = [number(r[k]) for r in found for k in columns]
    return sum(values) if values and all(v is not None for v in values) else None


def main():
    ae = {(r["org_code"], r["month"]): r for r in table("ae_monthly_trust_2019_2024")}
    ambulance = {r["month"]: r for r in table("ambulance_ambsys_monthly_2017_2024") if r["org_code"] == "RYF"}
    beds = {(r["org_code"], r["month"]): r for r in table("beds_monthly_trust_2022_2024")}
    discharges = {(r["org_code"], r["month"]): r for r in table("discharges_monthly_trust_2022_2024")}
    calls = {r["month"]: r for r in table("nhs111_iucadc_contract_monthly_2023_24") if r["contract_code"] == "111AL2"}
    monthly, targets = [], []
    via = ["em_adm_via_t1", "em_adm_via_t2", "em_adm_via_t3"]
    for title, codes, departments, centres, (occupancy, bed_site) in TRUSTS:
        series = [
            ("Attendances type 1", "attendances_type1", "total", departments, "patients", lambda m: total(ae, codes, m, ["att_t1"])),
            ("Attendances type 3", "attendances_type3", "total", centres, "patients", lambda m: total(ae, codes, m, ["att_t3"])),
            ("Emergency admissions", "emergency_admissions", "total", departments, "admissions", lambda m: total(ae, codes, m, via + ["em_adm_not_via_ae"])),
            ("Within 4 h, type 1", "time_in_department", "within 4 h", departments, "%",
             lambda m: None if (o := total(ae, codes, m, ["over4h_t1"])) is None else 100 - 100 * o / total(ae, codes, m, ["att_t1"])),
        ]
        for name, measure, statistic, site, unit, value in series:
            for month in MONTHS:
                v = value(month)
                hidden = "the share within 4 hours of the trusts of the clinical review of standards was not published before June 2023" if v is None and unit == "%" else ""
                monthly.append([f"{name}, {title}", measure, statistic, site, "all", unit, month, "" if v is None else f"{v:.4f}", AE, hidden])
        year = lambda columns: sum(total(ae, codes, m, columns) or 0 for m in YEAR)
        source = f"{AE}, April 2022 to March 2023"
        targets.append(["A&E", f"Attendances type 1, {title}", "attendances_type1", "total", departments, "all", year(["att_t1"]), "patients", "2 %", source, ""])
        targets.append(["A&E", f"Attendances type 3, {title}", "attendances_type3", "total", centres, "all", year(["att_t3"]), "patients", "4 %", source, ""])
        if "RK9" not in codes:
            within = 100 - 100 * year(["over4h_t1"]) / year(["att_t1"])
            targets.append(["A&E", f"Within 4 h type 1, {title}", "time_in_department", "within 4 h", departments, "all", f"{within:.4f}", "%", "3 points", source, ""])
        for hours, column in (("4 h", "dta_to_adm_over4h"), ("12 h", "dta_to_adm_over12h")):
            targets.append(["A&E", f"Decision to admission over {hours}, {title}", "decision_to_admission", f"over {hours}", departments, "all",
                            f"{100 * year([column]) / year(via):.4f}", "%", "5 points", source, "of admissions through A&E"])
        targets.append(["Admissions", f"Emergency admissions, {title}", "emergency_admissions", "total", departments, "all", year(via + ["em_adm_not_via_ae"]), "admissions", "3 %", source, ""])
        # Plymouth counted in that year as through type 3 what it has counted as not through A&E since.
        direct, note = (["em_adm_via_t3"], "counted as through type 3 in that year") if "RK9" in codes else (["em_adm_not_via_ae"], "")
        targets.append(["Admissions", f"Emergency admissions not through A&E, {title}", "emergency_admissions_direct", "total", departments, "all", year(direct), "admissions", "5 %", source, note])
        daily = lambda column: sum(float(discharges[codes[0], m][column]) * float(discharges[codes[0], m]["days"]) for m in YEAR) / sum(float(discharges[codes[0], m]["days"]) for m in YEAR)
        left, ready = daily("discharges_daily_mean"), daily("nctr_daily_mean")
        source_of_discharges = "NHS England acute discharge situation report, daily, April 2022 to March 2023"
        targets.append(["Discharges", f"Discharges a day, {title}", "discharges", "per day", departments, "all", f"{left:.4f}", "patients", "5 %", source_of_discharges, "adults who stayed a day or more"])
        waiting, waiting_site = ("discharge_ready_royal_devon", "all") if title == "Royal Devon" else ("discharge_ready", departments)
        targets.append(["Discharges", f"Without criteria to reside, still in a bed, {title}", waiting, "mean", waiting_site, "all", f"{ready - left:.4f}", "patients", "5 %",
                        source_of_discharges, "those counted that day less those discharged that day"])
        mean = lambda rows, column: sum(float(rows[codes[0], m][column]) for m in YEAR) / 12
        busy = 100 * mean(beds, "ga_occupied") / mean(beds, "ga_available")
        targets.append(["Beds", f"Bed occupancy, {title}", occupancy, "mean", bed_site, "all", f"{busy:.4f}", "%", "4 points",
                        "NHS England critical care and general and acute beds, April 2022 to March 2023", ""])
    scored = [("Response, category 1, mean", "ambulance_response", "mean", "category=C1", "c1_resp_mean_s"), ("Response, category 2, mean", "ambulance_response", "mean", "category=C2", "c2_resp_mean_s"),
              ("Response, category 3, mean", "ambulance_response", "mean", "category=C3", "c3_resp_mean_s")]
    for name, measure, statistic, cohort, column in scored:
        for month in MONTHS:
            v = number(ambulance[month][column])
            monthly.append([name, measure, statistic, "all", cohort, "min", month, "" if v is None else f"{v / 60:.4f}", AMBULANCE, "whole service, of which Devon is a fifth"])
        n = column[:2] + "_incidents"
        weighted = sum(float(ambulance[m][column]) * float(ambulance[m][n]) for m in YEAR) / sum(float(ambulance[m][n]) for m in YEAR) / 60
        targets.append(["Ambulances", name, measure, statistic, "all", cohort, f"{weighted:.4f}", "min", "15 %", f"{AMBULANCE}, April 2022 to March 2023", "whole service"])
    incidents = sum(float(ambulance[m]["incidents"]) for m in YEAR) * PART
    targets.append(["Ambulances", "Incidents", "incidents", "total", "all", "all", f"{incidents:.1f}", "incidents", "4 %", f"{AMBULANCE}, April 2022 to March 2023",
                    "scaled by residents: Devon 1209773 of 5665799"])
    for cohort, name, count in (("C1", "Incidents, category 1", lambda r: float(r["c1_incidents"])), ("C3", "Incidents, category 3", lambda r: float(r["c3_incidents"])),
                                ("C5", "Incidents outside categories 1 to 4", lambda r: float(r["incidents"]) - sum(float(r[f"c{k}_incidents"]) for k in (1, 2, 3, 4)))):
        targets.append(["Ambulances", name, "incidents", "total", "all", f"category={cohort}", f"{sum(count(ambulance[m]) for m in YEAR) * PART:.1f}", "incidents", "4 %",
                        f"{AMBULANCE}, April 2022 to March 2023", "scaled by residents as all incidents"])
    for name, measure, column, tolerance in (("Conveyed to an emergency department", "conveyed_to_ed", "conveyed_to_ed", "3 points"), ("Conveyed elsewhere", "conveyed_elsewhere", "conveyed_non_ed", "1 points")):
        share = sum(float(ambulance[m][column]) for m in YEAR) / sum(float(ambulance[m]["incidents"]) for m in YEAR)
        targets.append(["Ambulances", name, measure, "percent", "all", "all", f"{100 * share:.4f}", "%", tolerance, f"{AMBULANCE}, April 2022 to March 2023", "whole service"])
    heard = sum(float(ambulance[m]["hear_and_treat"]) for m in YEAR) / sum(float(ambulance[m]["incidents"]) for m in YEAR)
    targets.append(["Ambulances", "Hear and treat", "hear_and_treat", "percent", "all", "all", f"{100 * heard:.4f}", "%", "2 points", f"{AMBULANCE}, April 2022 to March 2023", "whole service"])
    # An input: as many calls a day as in the only year of which they are published.
    a_year = sum(float(r["A01"]) for m, r in calls.items() if "2023-04" <= m <= "2024-03") / 366 * 365
    targets.append(["NHS 111", "Calls to NHS 111", "nhs111_calls", "total", "all", "all", f"{a_year:.1f}", "calls", "3 %", "Integrated Urgent Care ADC, contract 111AL2, April 2023 to March 2024",
                    "an input: published for that year only; by day"])
    for month in MONTHS:
        if month in calls:
            monthly.append(["NHS 111 calls, contract 111AL2", "nhs111_calls", "total", "all", "all", "calls", month, calls[month]["A01"], "Integrated Urgent Care ADC, contract 111AL2",
                            "input: published for April 2023 to March 2024 only; the scenario's rate of calls was fitted to that year"])
    for name, header, rows in (("targets.csv", "group,label,measure,statistic,site,cohort,published,unit,tolerance,source,note", targets),
                               ("monthly.csv", "series,measure,statistic,site,cohort,unit,month,published,source,note", monthly)):
        with open(os.path.join(HERE, name), "w", newline="", encoding="utf-8") as f:
            w = csv.writer(f, lineterminator="\n")
            w.writerow(header.split(","))
            w.writerows(rows)


if __name__ == "__main__":
    main()
