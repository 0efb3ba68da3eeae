//! The tables an area is drafted from, with their columns looked up once and every fault at its place.

use crate::scenario::codes::{CSV_CELL, CSV_COLUMN};
use crate::scenario::csv_table::CsvTable;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::workspace::Workspace;

/// A table and where its wanted columns are.
pub struct Sheet<'w, 's> {
    table: CsvTable,
    columns: Vec<usize>,
    workspace: &'w Workspace<'s>,
}

impl<'w, 's> Sheet<'w, 's> {
    /// Errors (reported): as those of [`CsvTable::parse`]; `S102` without the file, `S121` without a column.
    pub fn open(workspace: &'w Workspace<'s>, name: &str, wanted: &[&str]) -> Option<Self> {
        let file = workspace.open_root(&format!("{name}.csv"))?;
        let table = CsvTable::parse(file, &workspace.files(), &workspace.diagnostics)?;
        let mut columns = Vec::with_capacity(wanted.len());
        for column in wanted {
            match table.optional_column(column) {
                Some(at) => columns.push(at),
                None => {
                    let message = format!("{name}.csv has no column \"{column}\"");
                    let fault = Diagnostic::error(CSV_COLUMN, table.column_span(0), message);
                    let advice = "uecsim data shows what the columns are called";
                    workspace.diagnostics.report(fault.try_this(advice));
                }
            }
        }
        (columns.len() == wanted.len()).then_some(Self {
            table,
            columns,
            workspace,
        })
    }

    pub fn rows(&self) -> std::ops::Range<usize> {
        0..self.table.n_rows()
    }

    /// A cell by the position of its column among those wanted.
    pub fn text(&self, row: usize, column: usize) -> String {
        self.table.text(row, self.columns[column]).into_owned()
    }

    pub fn is(&self, row: usize, column: usize, text: &str) -> bool {
        self.table.text(row, self.columns[column]) == text
    }

    /// None of an empty cell.
    ///
    /// Errors (reported): `S123` for what is no number or negative where `is_count`.
    fn cell(&self, row: usize, column: usize, is_count: bool) -> Option<f64> {
        let at = self.columns[column];
        if self.table.is_empty(row, at) {
            return None;
        }
        let value = self.table.number(row, at, &self.workspace.diagnostics)?;
        if is_count && value < 0.0 {
            let span = self.table.span(row, at);
            let fault = Diagnostic::error(CSV_CELL, span, "a number of patients is not negative");
            let advice = "leave the cell empty if it is not known";
            self.workspace.diagnostics.report(fault.try_this(advice));
            return None;
        }
        Some(value)
    }

    /// A number that is not negative; none of an empty cell.
    pub fn count(&self, row: usize, column: usize) -> Option<f64> {
        self.cell(row, column, true)
    }

    /// Any number, such as a longitude; none of an empty cell.
    pub fn number(&self, row: usize, column: usize) -> Option<f64> {
        self.cell(row, column, false)
    }
}

/// All of them.
pub struct Sheets<'w, 's> {
    /// month, org_code, then twelve counts.
    pub attendances: Sheet<'w, 's>,
    /// org_code, name.
    pub names: Sheet<'w, 's>,
    /// month, org_code, adult available, adult occupied, children's available, children's occupied.
    pub beds: Sheet<'w, 's>,
    /// month, org_code, discharges a day, without criteria to reside.
    pub discharges: Sheet<'w, 's>,
    /// month, contract, A01, A03, B01, B02.
    pub calls: Sheet<'w, 's>,
    /// month, service, incidents, then by category incidents and mean response, handover mean.
    pub ambulance: Sheet<'w, 's>,
    /// district, name, quintile, ten ages.
    pub residents: Sheet<'w, 's>,
    /// trust, district, share of the trust's patients.
    pub shares: Sheet<'w, 's>,
    /// trust, board, catchment population.
    pub catchments: Sheet<'w, 's>,
    /// trust, site, name, lat, lon, stroke admissions, why.
    pub sites: Sheet<'w, 's>,
    /// district, lat, lon, area.
    pub places: Sheet<'w, 's>,
    /// board, contract, service, trust.
    pub boards: Sheet<'w, 's>,
}

pub const ATTENDANCES: [&str; 14] = [
    "month",
    "org_code",
    "att_t1",
    "att_t2",
    "att_t3",
    "over4h_t1",
    "over4h_t2",
    "over4h_t3",
    "em_adm_via_t1",
    "em_adm_via_t2",
    "em_adm_via_t3",
    "em_adm_not_via_ae",
    "dta_to_adm_over4h",
    "dta_to_adm_over12h",
];

impl<'w, 's> Sheets<'w, 's> {
    pub fn read(workspace: &'w Workspace<'s>) -> Option<Self> {
        let open = |name: &str, columns: &[&str]| Sheet::open(workspace, name, columns);
        // All are opened before any is missed, so that every fault is told.
        let attendances = open("ae_monthly_trust_2019_2024", &ATTENDANCES);
        let names = open("ae_org_lookup", &["org_code", "name"]);
        let beds = open(
            "beds_monthly_trust_2022_2024",
            &[
                "month",
                "org_code",
                "adult_ga_available",
                "adult_ga_occupied",
                "paed_ga_available",
                "paed_ga_occupied",
            ],
        );
        let discharges = open(
            "discharges_monthly_trust_2022_2024",
            &[
                "month",
                "org_code",
                "discharges_daily_mean",
                "nctr_daily_mean",
            ],
        );
        let calls = open(
            "nhs111_iucadc_contract_monthly_2023_24",
            &["month", "contract_code", "A01", "A03", "B01", "B02"],
        );
        let ambulance = open(
            "ambulance_ambsys_monthly_2017_2024",
            &[
                "month",
                "org_code",
                "incidents",
                "c1_incidents",
                "c1_resp_mean_s",
                "c2_incidents",
                "c2_resp_mean_s",
                "c3_incidents",
                "c3_resp_mean_s",
                "handovers_known",
                "handover_mean_s",
                "hear_and_treat",
                "see_and_treat",
                "conveyed_to_ed",
            ],
        );
        let residents = open(
            "population_ltla_imd2019quintile_age_mid2020",
            &[
                "ltla22_code",
                "ltla22_name",
                "imd2019_quintile",
                "age_0_4",
                "age_5_14",
                "age_15_24",
                "age_25_34",
                "age_35_44",
                "age_45_54",
                "age_55_64",
                "age_65_74",
                "age_75_84",
                "age_85_plus",
            ],
        );
        let shares = open(
            "trust_catchment_ltla_shares",
            &[
                "nhs_trust22_code",
                "ltla21_code",
                "proportion_trust_came_from_ltla",
            ],
        );
        let catchments = open(
            "trust_catchment_population_2026",
            &["org_code", "icb_code_2022", "catchment_population"],
        );
        let sites = open(
            "acute_sites",
            &[
                "trust_code",
                "site_code",
                "site_name",
                "lat",
                "lon",
                "stroke_admissions_2021_22",
                "why",
            ],
        );
        let places = open(
            "district_places",
            &["ltla22_code", "lat", "lon", "area_km2"],
        );
        let boards = open(
            "urgent_care_areas",
            &[
                "icb_code",
                "nhs111_contract",
                "ambulance_service",
                "only_for_trust",
            ],
        );
        Some(Self {
            attendances: attendances?,
            names: names?,
            beds: beds?,
            discharges: discharges?,
            calls: calls?,
            ambulance: ambulance?,
            residents: residents?,
            shares: shares?,
            catchments: catchments?,
            sites: sites?,
            places: places?,
            boards: boards?,
        })
    }
}
