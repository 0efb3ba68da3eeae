//! The system as text, and the files that it is made of.

use std::fmt::Write;

use super::super::pools::{
    BASE_CLINICIANS, BEDS, BY_ADMISSIONS, BY_ATTENDANCES, CALL_HANDLERS, CALL_TAKERS,
    CENTRE_CLINICIANS, CLINICAL_DESK, CLINICIANS, CREWS, RESPONDERS, TELEPHONE_CLINICIANS,
    VISITING, roster,
};
use super::super::system::already;
use super::super::zones::Shipped;
use super::areas::Found;
use super::sizes::{PLACES, Size};
use super::{demand, tables};

/// Patients who are in when the simulation begins, more than any trust has beds or places of support: who finds none is not there.
const IN_BEDS: f64 = 2_600.0;
const IN_SUPPORT: f64 = 900.0;
/// Slots an hour of Devon's centres.
const CENTRE_SLOTS: &str = "40";

pub fn files(
    name: &str,
    found: &Found,
    sizes: &[Size],
    shipped: &Shipped,
) -> Vec<(String, String)> {
    let in_folder = |file: &str| format!("{name}/{file}");
    vec![
        (format!("{name}.toml"), system(name, found, shipped)),
        (in_folder("areas.csv"), tables::areas(found, sizes)),
        (in_folder("zones.csv"), tables::zones(found)),
        (in_folder("points.csv"), tables::place_points(found)),
        (
            in_folder("crews.csv"),
            tables::units(found, sizes, &CREWS, |size| size.crews, usize::MAX),
        ),
        (
            in_folder("responders.csv"),
            tables::units(
                found,
                sizes,
                &RESPONDERS,
                |size| size.responders,
                usize::MAX,
            ),
        ),
        (
            in_folder("visiting_clinicians.csv"),
            tables::units(found, sizes, &VISITING, |size| size.visiting, 1),
        ),
        (
            in_folder("disposition.csv"),
            demand::disposition(found, sizes),
        ),
        (in_folder("in_beds.csv"), already(&shipped.in_beds, IN_BEDS)),
        (
            in_folder("in_support.csv"),
            already(&shipped.in_support, IN_SUPPORT),
        ),
        (in_folder("published.csv"), found.published.table()),
    ]
}

fn system(name: &str, found: &Found, shipped: &Shipped) -> String {
    let mut text = head(name, found);
    demand::tables(&mut text, name);
    ways(&mut text);
    sites(&mut text);
    fleets(&mut text, name);
    arrivals(&mut text, name);
    set(&mut text, name, shipped);
    text
}

fn head(name: &str, found: &Found) -> String {
    let residents: f64 = found.areas.iter().map(|area| area.zones.residents()).sum();
    format!(
        "# England, {from} to {until}, as {n} areas that do not exchange patients: {trusts} acute trusts and what is left of the national figures.\n\
         # Written by `uecsim area england --from {from}`; do not edit. Parameters are national; volumes and sizes by area stand in {name}/areas.csv.\n\
         title = \"England\"\n\
         limits = [\n  \
           \"Areas do not exchange patients: an ambulance service and an NHS 111 contract are parted among trusts by residents, so that no crew or call handler helps the next area; waits are longer than in one large service with as many staff.\",\n  \
           \"The hospitals of a trust are one department with one set of beds, which waits less than several smaller ones with as many rooms.\",\n  \
           \"What no trust reports (centres of community providers, contracts that no board has) is one more area, with one large centre, and is nowhere in particular.\",\n  \
           \"Residents of a trust's districts stand in five zones, one for each quintile of deprivation, at up to sixteen points.\",\n  \
           \"Rosters, rooms and crews are not published: Devon's fitted ones by the rules that stand beside them. They are not fitted area by area; of each trust only its volumes, its admissions, its beds and how full those are come from what it publishes.\",\n  \
           \"Trusts that publish adult beds fuller than 94 % are held at this: hospitals as full as that discharge earlier and open more beds, which the model does not.\",\n\
         ]\n\
         library = [\n  \
           \"library/attributes.toml\", \"library/profiles.toml\", \"library/urgent_contacts.toml\",\n  \
           \"library/services/urgent_first_contact.toml\", \"library/services/pharmacy.toml\",\n  \
           \"library/services/nhs111.toml\", \"library/services/gp_out_of_hours.toml\", \"library/services/ambulance.toml\",\n  \
           \"library/services/emergency_department.toml\", \"library/services/single_specialty.toml\",\n  \
           \"library/services/urgent_treatment_centre.toml\", \"library/services/hospital.toml\",\n  \
           \"library/national_measures.toml\",\n]\n\n\
         # {residents:.0} residents (mid-2020).\n\
         [people]\nzones = \"{name}/zones.csv\"\npoints = \"{name}/points.csv\"\n\
         source = \"ONS mid-2020 by district and IMD 2019 quintile; OHID catchments of trusts, parted among districts like their patients (trust_catchment_ltla_shares)\"\n\n",
        from = found.from,
        until = found.until,
        n = found.areas.len(),
        trusts = found.areas.len() - 1,
    )
}

fn ways(text: &mut String) {
    text.push_str("# ---- ways ----\n");
    let at_home = [
        "first_contact",
        "pharmacy",
        "dental",
        "nhs111",
        "ambulance_control",
        "gp_out_of_hours",
    ];
    for service in at_home {
        let _ = writeln!(
            text,
            "[routes.{service}]\nservice = \"{service}\"\nrule = \"nearest\"\ntravel = \"none\""
        );
    }
    text.push_str("[routes.general_practice]\nservice = \"general_practice\"\nrule = \"nearest\"\ntravel = \"none\"\nany_time = true\n");
    text.push_str(
        "[routes.hospital]\nservice = \"hospital\"\nrule = \"same_site\"\ntravel = \"none\"\n",
    );
    let by_road = [
        ("out_of_hours_base", "out_of_hours_base", 48),
        ("urgent_treatment_centre", "urgent_treatment_centre", 40),
        ("urgent_conveyance", "urgent_treatment_centre", 48),
        ("emergency_department", "emergency_department", 40),
        ("conveyance", "emergency_department", 48),
        ("hospital_conveyance", "hospital", 48),
        ("hospital_direct", "hospital", 40),
    ];
    for (route, service, speed) in by_road {
        let _ = writeln!(
            text,
            "[routes.{route}]\nservice = \"{service}\"\nrule = \"nearest\"\ntravel = {{ speed_kmh = {speed}, detour = 1.4 }}\n\
             source = \"geo.detour_index; speeds between geo.travel_speed.urban_blue_light_kmh and rural (assumed there)\""
        );
    }
    text.push('\n');
}

/// Sites with Devon's whole teams; every area scales them.
fn sites(text: &mut String) {
    let said = "assumed = \"Rosters are not public: Devon's fitted ones, which every area scales to its volume ([areas.set])\"\nnature = \"calibrated\"";
    let place = "place = { lat = 52.5, lon = -1.5 }";
    let _ = write!(
        text,
        "# ---- sites, with the teams of all Devon; places and sizes are set by area ----\n\
         [sites.home]\ntitle = \"At home and in the high street\"\nservices = [\"first_contact\", \"general_practice\", \"pharmacy\", \"dental\"]\n{place}\n\n\
         [sites.nhs111]\ntitle = \"NHS 111\"\nservices = [\"nhs111\"]\n{place}\n\
         [sites.nhs111.pools]\n{said}\ncall_handlers = {}\nclinicians = {}\n\n\
         [sites.out_of_hours_hub]\ntitle = \"GP out of hours\"\nservices = [\"gp_out_of_hours\"]\n{place}\n\
         [sites.out_of_hours_hub.pools]\n{said}\ntelephone_clinicians = {}\n\n\
         [sites.out_of_hours_base]\ntitle = \"Out-of-hours base\"\nservices = [\"out_of_hours_base\"]\nhours = \"out_of_hours\"\n{place}\n\
         [sites.out_of_hours_base.pools]\n{said}\nbase_clinicians = {}\n\n\
         [sites.control_room]\ntitle = \"Ambulance control\"\nservices = [\"ambulance_control\"]\n{place}\n\
         [sites.control_room.pools]\n{said}\ncall_takers = {}\nclinical_desk = {}\n\n",
        roster(CALL_HANDLERS, 1.0),
        roster(CLINICIANS, 1.0),
        roster(TELEPHONE_CLINICIANS, 1.0),
        roster(BASE_CLINICIANS, 1.0),
        roster(CALL_TAKERS, 1.0),
        roster(CLINICAL_DESK, 1.0),
    );
    let _ = write!(
        text,
        "[sites.acute]\ntitle = \"Hospitals of the trust\"\nservices = [\"emergency_department\", \"hospital\"]\n{place}\n[sites.acute.pools]\n{said}\n"
    );
    for (pool, rows) in BY_ATTENDANCES.iter().chain(&BY_ADMISSIONS) {
        let _ = writeln!(text, "{pool} = {}", roster(rows, 1.0));
    }
    for (kind, _) in BEDS {
        let _ = writeln!(text, "{kind} = 100");
    }
    let _ = write!(
        text,
        "childrens_beds = 100\n\n\
         [sites.urgent_treatment]\ntitle = \"Urgent treatment and minor injuries\"\nservices = [\"urgent_treatment_centre\"]\nhours = \"Mon-Sun 08:00-20:00\"\n{place}\n\
         [sites.urgent_treatment.pools]\n{said}\nutc_clinicians = [{{ from = \"00:00\", units = 0 }}, {{ from = \"08:00\", units = {CENTRE_CLINICIANS} }}, {{ from = \"20:00\", units = 0 }}]\nutc_imaging = {}\n\
         [sites.urgent_treatment.slots]\n{said}\nutc_slots = {{ per_hour = {CENTRE_SLOTS}, hours = \"Mon-Sun 08:00-20:00\" }}\n\n\
         [sites.eye_clinic]\ntitle = \"Single-specialty clinics (type 2)\"\nservices = [\"single_specialty\"]\n{place}\n\
         [sites.eye_clinic.pools]\nassumed = \"One room for each 800 attendances a year, as in Devon, and one more\"\nclinic_rooms = 4\n\n",
        (CENTRE_CLINICIANS / 2.0).ceil()
    );
}

fn fleets(text: &mut String, name: &str) {
    let said = "source = \"geo.detour_index; geo.travel_speed.*\"\nassumed = \"Crews are not public: Devon's fitted number per incident, at places spread over the districts by residents\"\nnature = \"calibrated\"";
    let _ = write!(
        text,
        "# ---- crews and visiting clinicians ----\n\
         [fleets.ambulances]\nunits_from = \"{name}/crews.csv\"\nspeed_kmh = 48\ndetour = 1.4\nresponding = 0.72\nconveying = 0.95\nreassign = {{ saves = \"3 min\" }}\nrank = \"category\"\n{said}\n\n\
         [fleets.responders]\nunits_from = \"{name}/responders.csv\"\nspeed_kmh = 48\ndetour = 1.4\nresponding = 0.72\nrank = \"category\"\n{said}\n\n\
         [fleets.visiting_clinicians]\nunits_from = \"{name}/visiting_clinicians.csv\"\nspeed_kmh = 48\ndetour = 1.4\nrank = \"level\"\n\
         assumed = \"Not public: Devon's number per call to NHS 111\"\nnature = \"calibrated\"\n\n"
    );
}

fn arrivals(text: &mut String, name: &str) {
    let middle = "place = { zone = \"quintile_3\" }";
    let _ = write!(
        text,
        "# ---- planned care, clinics, and those who are in at the start ----\n\
         [arrivals.planned]\nrate = \"100 per year\"\nprofile = \"planned\"\nto = \"hospital.planned\"\nsite = \"acute\"\n{middle}\n\
         set = {{ zone = \"quintile_3\", condition = \"planned\", level = \"primary_care\" }}\n\
         shares = {{ age = {{ \"15-24\" = 0.07, \"25-44\" = 0.18, \"45-64\" = 0.31, \"65-74\" = 0.23, \"75-84\" = 0.17, \"85+\" = 0.04 }} }}\n\
         assumed = \"Planned overnight admissions: Devon's per bed\"\nnature = \"calibrated\"\n\n\
         [arrivals.from_clinics]\nrate = \"100 per year\"\nprofile = \"clinics\"\nto = \"hospital.direct\"\nsite = \"acute\"\n{middle}\n\
         set = {{ zone = \"quintile_3\", route = \"general_practice\" }}\n\
         shares = {{ condition = {{ abdominal_urinary = 0.3, respiratory = 0.12, infection = 0.15, cardiac = 0.15, pregnancy_gynae = 0.12, falls_frailty = 0.06, child_illness = 0.1 }}, level = {{ emergency = 0.55, urgent = 0.45 }}, age = {{ \"0-4\" = 0.07, \"5-14\" = 0.06, \"15-24\" = 0.09, \"25-44\" = 0.17, \"45-64\" = 0.22, \"65-74\" = 0.15, \"75-84\" = 0.16, \"85+\" = 0.08 }} }}\n\
         source = \"Emergency admissions that are not through A&E (NHS England A&E monthly), less those that follow from calls; kinds as in Devon\"\nnature = \"calibrated\"\n\n\
         [arrivals.type_2]\nrate = \"100 per year\"\nprofile = \"clinics\"\nto = \"single_specialty.arrive\"\nsite = \"eye_clinic\"\n{middle}\n\
         set = {{ condition = \"eye_ear\", level = \"urgent\", age = \"45-64\", zone = \"quintile_3\" }}\n\
         source = \"Type 2 attendances (NHS England A&E monthly)\"\n\n\
         [arrivals.in_at_start_beds]\nfile = \"{name}/in_beds.csv\"\nto = \"hospital.already_in\"\nsite = \"acute\"\nset = {{ zone = \"quintile_3\" }}\n\
         assumed = \"All beds are taken when the simulation begins; who finds none is not there\"\n\
         [arrivals.in_at_start_support]\nfile = \"{name}/in_support.csv\"\nto = \"hospital.already_supported\"\nsite = \"acute\"\nset = {{ zone = \"quintile_3\" }}\n\
         assumed = \"All places of support are taken when the simulation begins; who finds none is not there\"\n\n"
    );
}

/// What the columns of the table of areas set.
fn set(text: &mut String, name: &str, shipped: &Shipped) {
    let _ = write!(
        text,
        "# ---- areas ----\n[areas]\nfile = \"{name}/areas.csv\"\n\n[areas.set]\n"
    );
    for place in PLACES {
        let said = match place {
            "calls" => {
                "source = \"Calls received by the contract (A01), parted among areas by residents\""
            }
            "emergency_calls" => {
                "source = \"Incidents of the ambulance service, parted among areas by residents, less those that NHS 111 sends\""
            }
            "walk_in" => {
                "source = \"Type 1 attendances of the trust, less those that 111, 999 and centres send\""
            }
            _ => "source = \"Type 3 attendances of the trust, less those that 111 and 999 send\"",
        };
        for need in shipped
            .first_contacts
            .iter()
            .filter(|need| is_at(need, place))
        {
            let _ = writeln!(
                text,
                "\"needs.{need}.multiply\" = {{ column = \"{place}\", {said} }}"
            );
        }
    }
    for arrival in ["planned", "from_clinics", "type_2"] {
        let _ = writeln!(
            text,
            "\"arrivals.{arrival}.rate\" = {{ column = \"{arrival}\" }}"
        );
    }
    let scaled = |text: &mut String, site: &str, pools: &[&str], column: &str, why: &str| {
        for pool in pools {
            let _ = writeln!(
                text,
                "\"sites.{site}.pools.{pool}\" = {{ multiply = {{ column = \"{column}\" }}, assumed = \"{why}\" }}"
            );
        }
    };
    let spare = "staff grow with the volume and spare staff with its square root";
    scaled(
        text,
        "nhs111",
        &["call_handlers", "clinicians"],
        "nhs111",
        &format!("Calls over Devon's; {spare}"),
    );
    scaled(
        text,
        "out_of_hours_hub",
        &["telephone_clinicians"],
        "nhs111",
        &format!("Calls over Devon's; {spare}"),
    );
    scaled(
        text,
        "out_of_hours_base",
        &["base_clinicians"],
        "nhs111",
        &format!("Calls over Devon's; {spare}"),
    );
    scaled(
        text,
        "control_room",
        &["call_takers", "clinical_desk"],
        "control",
        &format!("Incidents over Devon's; {spare}"),
    );
    let departments = BY_ATTENDANCES.map(|(pool, _)| pool);
    let (same_day, departments): (Vec<&str>, Vec<&str>) = departments
        .iter()
        .partition(|pool| **pool == "same_day_spaces");
    scaled(
        text,
        "acute",
        &departments,
        "departments",
        &format!("Type 1 attendances over Devon's; {spare}"),
    );
    let by_work = "parted among areas by the work that their patients are (uecsim check)";
    for (pool, _) in BY_ADMISSIONS {
        let why = format!("Devon's for each emergency admission, {by_work}");
        scaled(text, "acute", &[pool], pool, &why);
    }
    let why = format!("Devon's for each attendance of type 1, {by_work}");
    scaled(text, "acute", &same_day, "same_day", &why);
    scaled(
        text,
        "urgent_treatment",
        &["utc_clinicians", "utc_imaging"],
        "centres",
        &format!("Type 3 attendances over Devon's; {spare}"),
    );
    for (kind, _) in BEDS.iter().chain(&[("childrens_beds", 0.0)]) {
        let _ = writeln!(
            text,
            "\"sites.acute.pools.{kind}\" = {{ column = \"{kind}\", source = \"General and acute beds of the trust (NHS England); parts by kind by the work that the area's patients are, so that all kinds are about as full (library/england_rules.csv)\" }}"
        );
    }
    let _ = writeln!(
        text,
        "\"sites.eye_clinic.pools.clinic_rooms\" = {{ column = \"clinic_rooms\", assumed = \"One room for each 800 attendances of type 2 a year, and one more\" }}\n\
         \"durations.ward_stay\" = {{ multiply = {{ column = \"stay\" }}, assumed = \"So that the work estimated for the beds for adults is what is published of their occupancy (library/england_rules.csv)\" }}\n\
         \"durations.acute_unit_stay\" = {{ multiply = {{ column = \"stay\" }}, assumed = \"As ward_stay\" }}"
    );
    for site in [
        "home",
        "nhs111",
        "out_of_hours_hub",
        "out_of_hours_base",
        "control_room",
        "acute",
        "urgent_treatment",
        "eye_clinic",
    ] {
        let _ = writeln!(
            text,
            "\"sites.{site}.place\" = {{ lat = {{ column = \"lat\" }}, lon = {{ column = \"lon\" }} }}"
        );
    }
}

/// Whether a need of the library is a first contact at this place.
fn is_at(need: &str, place: &str) -> bool {
    need.strip_prefix(place)
        .is_some_and(|rest| rest.starts_with('_'))
}
