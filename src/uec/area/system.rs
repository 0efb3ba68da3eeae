//! The scenario, the system and its tables, as text.

use std::fmt::Write;

use super::Wanted;
use super::departments::AcuteSite;
use super::facts::Facts;
use super::places;
use super::pools::{
    BASE_CLINICIANS, CALL_HANDLERS, CALL_TAKERS, CLINICAL_DESK, CLINICIANS, CREWS, RESPONDERS,
    Scale, Shift, TELEPHONE_CLINICIANS, VISITING, roster,
};
use super::zones::{Shipped, Zones};

/// Part of beds and support that are taken when the run begins, as in Devon.
const TAKEN: f64 = 0.9;

/// Routes that need no place: service, rule.
const BY_TELEPHONE: [(&str, &str); 6] = [
    ("first_contact", "nearest"),
    ("pharmacy", "nearest"),
    ("dental", "nearest"),
    ("nhs111", "nearest"),
    ("ambulance_control", "nearest"),
    ("gp_out_of_hours", "nearest"),
];

/// Ward stays of adults in the library: who, mean and standard deviation in days.
const STAYS: [(&str, f64, f64); 6] = [
    ("age = [\"15-24\", \"25-44\"], ", 5.0, 6.2),
    ("condition = \"stroke_neuro\", ", 10.6, 11.5),
    ("age = \"45-64\", ", 7.2, 8.8),
    ("age = \"65-74\", ", 8.4, 9.8),
    ("age = \"75-84\", ", 9.1, 10.2),
    ("", 9.6, 10.4),
];

/// All files but those of targets; the scenario comes first.
pub fn files(
    wanted: &Wanted,
    facts: &Facts,
    zones: &Zones,
    scale: &Scale,
    shipped: &Shipped,
) -> Vec<(String, String)> {
    let name = &wanted.name;
    let in_folder = |file: &str| format!("{name}/{file}");
    let mut files = vec![
        (format!("{name}.toml"), scenario(wanted, facts)),
        (
            in_folder("system.toml"),
            system(facts, zones, scale, shipped),
        ),
        (in_folder("zones.csv"), places::zones_table(zones)),
        (in_folder("points.csv"), places::points_table(zones)),
        (in_folder("gp_groups.csv"), places::practices(zones, scale)),
        (in_folder("gp_catchment.csv"), places::registered(zones)),
        (
            in_folder("ed_catchment.csv"),
            places::departments(facts, zones),
        ),
    ];
    let stations = places::stations(zones);
    let fleets: [(&str, &[Shift], usize); 3] = [
        ("crews.csv", &CREWS, stations.len()),
        ("responders.csv", &RESPONDERS, stations.len()),
        ("visiting_clinicians.csv", &VISITING, 1),
    ];
    for (file, shifts, n_stations) in fleets {
        let text = places::units(&stations[..n_stations], shifts, scale.contacts);
        files.push((in_folder(file), text));
    }
    for site in &facts.sites {
        let beds: f64 = scale.beds(site).iter().map(|(_, beds)| beds).sum();
        let inside = already(&shipped.in_beds, beds * TAKEN);
        files.push((
            in_folder(&format!("in_at_start/{}_beds.csv", site.id)),
            inside,
        ));
        let support = 784.0 / 2445.0 * beds;
        let inside = already(&shipped.in_support, support * TAKEN);
        files.push((
            in_folder(&format!("in_at_start/{}_support.csv", site.id)),
            inside,
        ));
    }
    files
}

fn scenario(wanted: &Wanted, facts: &Facts) -> String {
    let name = &wanted.name;
    format!(
        "# The area of {} ({}), {} to {}: a first system, written by `uecsim area new`.\n\
         # Next: uecsim check {name}.toml, uecsim run {name}.toml, then\n\
         # uecsim calibrate {name}.toml --to {name}/targets.csv --free {name}/free.csv\n\
         title = \"{}, {} to {}\"\n\
         description = \"A first system from published figures; what is not published is scaled from Devon.\"\n\
         system = \"{name}/system.toml\"\n\n\
         [run]\nstart = {}-01\nwarm_up = \"28 days\"\nlength = \"365 days\"\nreplications = 10\nseed = 2023\n",
        facts.name,
        facts.code,
        facts.from,
        facts.until,
        facts.name,
        facts.from,
        facts.until,
        facts.from
    )
}

fn system(facts: &Facts, zones: &Zones, scale: &Scale, shipped: &Shipped) -> String {
    let mut text = head(facts, zones);
    demand(&mut text, scale, shipped);
    routes(&mut text);
    telephone(&mut text, facts, zones, scale);
    fleets(&mut text, facts);
    for site in &facts.sites {
        hospital(&mut text, site, facts, zones, scale);
    }
    centres(&mut text, facts, zones, scale);
    text
}

fn head(facts: &Facts, zones: &Zones) -> String {
    format!(
        "# The area of {} ({}): {:.0} residents, {} emergency department(s).\n\
         title = \"{}\"\n\
         limits = [\n  \
           \"A first system: rosters, rooms and crews are scaled from the fitted system of Devon, not known here. Calibrate before use.\",\n  \
           \"Residents of a district are parted among trusts by where their patients live; all of a district stand on a disc of its area.\",\n  \
           \"Which hospitals have an emergency department, and how attendances part among them, is no published list: see the sites.\",\n\
         ]\n\
         library = [\n  \
           \"library/attributes.toml\", \"library/profiles.toml\", \"library/needs.toml\",\n  \
           \"library/services/first_contact.toml\", \"library/services/general_practice.toml\", \"library/services/pharmacy.toml\",\n  \
           \"library/services/nhs111.toml\", \"library/services/gp_out_of_hours.toml\", \"library/services/ambulance.toml\",\n  \
           \"library/services/emergency_department.toml\", \"library/services/single_specialty.toml\",\n  \
           \"library/services/urgent_treatment_centre.toml\", \"library/services/hospital.toml\",\n  \
           \"library/measures.toml\", \"library/charts.toml\", \"library/costs.toml\",\n]\n\n\
         [people]\nzones = \"zones.csv\"\npoints = \"points.csv\"\n\
         source = \"ONS mid-2020 by district and IMD 2019 quintile; parted among trusts by the districts of their patients (trust_catchment_ltla_shares) and their activity\"\n\n",
        facts.name,
        facts.code,
        zones.residents(),
        facts.sites.len(),
        facts.name
    )
}

fn demand(text: &mut String, scale: &Scale, shipped: &Shipped) {
    let needs = scale.needs;
    text.push_str("# ---- demand ----\n");
    for need in &shipped.needs {
        let _ = writeln!(
            text,
            "[needs.{need}]\nmultiply = {needs:.3}\nassumed = \"Type 1 and type 3 attendances per expected contact, beside Devon's\"\nnature = \"calibrated\""
        );
    }
    let share = scale.to_centre;
    let _ = write!(
        text,
        "\n[windows]\nutc_day = \"Mon-Sun 08:00-20:00\"\n\n\
         [choices.walk_in_place]\nby = [\"open:utc_day\"]\noutcomes = [\"emergency_department\", \"urgent_treatment_centre\"]\n\
         rows = [\n  {{ \"open:utc_day\" = \"yes\", shares = [{:.3}, {share:.3}] }},\n  {{ shares = [1, 0] }},\n]\n\
         assumed = \"By day in proportion to the trust's type 3 attendances, as in Devon\"\nnature = \"calibrated\"\n\n\
         [durations.ward_stay]\nby = [\"condition\", \"age\"]\n\
         assumed = \"The library's stays times {:.2}: beds occupied over discharges a day beside Devon's, then so that the estimated load of adult beds is the published occupancy\"\nnature = \"calibrated\"\nrows = [\n  \
           {{ condition = \"planned\", is = {{ lognormal = {{ mean = \"3.4 days\", sd = \"3.6 days\" }} }} }},\n  \
           {{ age = [\"0-4\", \"5-14\"], is = {{ lognormal = {{ mean = \"2.0 days\", sd = \"2.6 days\" }} }} }},\n",
        1.0 - share,
        scale.stay
    );
    for (who, mean, sd) in STAYS {
        let (mean, sd) = (mean * scale.stay, sd * scale.stay);
        let _ = writeln!(
            text,
            "  {{ {who}is = {{ lognormal = {{ mean = \"{mean:.2} days\", sd = \"{sd:.2} days\" }} }} }},"
        );
    }
    text.push_str("]\n\n");
}

fn routes(text: &mut String) {
    text.push_str("# ---- ways ----\n");
    for (service, rule) in BY_TELEPHONE {
        let _ = writeln!(
            text,
            "[routes.{service}]\nservice = \"{service}\"\nrule = \"{rule}\"\ntravel = \"none\""
        );
    }
    let source = "source = \"geo.detour_index; speeds between geo.travel_speed.urban_blue_light_kmh and rural (assumed there)\"";
    let _ = write!(
        text,
        "[routes.general_practice]\nservice = \"general_practice\"\nrule = \"shares\"\nfile = \"gp_catchment.csv\"\ntravel = \"none\"\nany_time = true\n\
         [routes.out_of_hours_base]\nservice = \"out_of_hours_base\"\nrule = \"nearest\"\ntravel = {{ speed_kmh = 48, detour = 1.4 }}\n{source}\n\
         [routes.urgent_treatment_centre]\nservice = \"urgent_treatment_centre\"\nrule = \"nearest\"\ntravel = {{ speed_kmh = 40, detour = 1.4 }}\n{source}\n\
         [routes.urgent_conveyance]\nservice = \"urgent_treatment_centre\"\nrule = \"nearest\"\ntravel = {{ speed_kmh = 48, detour = 1.4 }}\n{source}\n\
         [routes.emergency_department]\nservice = \"emergency_department\"\nrule = \"shares\"\nfile = \"ed_catchment.csv\"\ntravel = {{ speed_kmh = 40, detour = 1.4 }}\n{source}\n\
         [routes.conveyance]\nservice = \"emergency_department\"\nrule = \"shares\"\nfile = \"ed_catchment.csv\"\ntravel = {{ speed_kmh = 48, detour = 1.4 }}\n{source}\n\
         [routes.hospital_conveyance]\nservice = \"hospital\"\nrule = \"shares\"\nfile = \"ed_catchment.csv\"\ntravel = {{ speed_kmh = 48, detour = 1.4 }}\n{source}\n\
         [routes.hospital]\nservice = \"hospital\"\nrule = \"same_site\"\ntravel = \"none\"\n\
         [routes.hospital_direct]\nservice = \"hospital\"\nrule = \"shares\"\nfile = \"ed_catchment.csv\"\ntravel = {{ speed_kmh = 40, detour = 1.4 }}\n{source}\n\n"
    );
}

fn telephone(text: &mut String, facts: &Facts, zones: &Zones, scale: &Scale) {
    let middle = zones.largest();
    let place = format!(
        "place = {{ lat = {:.4}, lon = {:.4} }}",
        middle.lat, middle.lon
    );
    let ratio = scale.contacts;
    let said = "assumed = \"Rosters are not public: Devon's fitted ones per contact\"\nnature = \"calibrated\"";
    let _ = write!(
        text,
        "# ---- at home and on the telephone ----\n\
         [sites.home]\ntitle = \"At home and in the high street\"\nservices = [\"first_contact\", \"pharmacy\", \"dental\"]\n{place}\n\n\
         [sites.nhs111]\ntitle = \"NHS 111, contract {}, this area's part\"\nservices = [\"nhs111\"]\n{place}\n\
         [sites.nhs111.pools]\n{said}\ncall_handlers = {}\nclinicians = {}\n\n\
         [sites.out_of_hours_hub]\ntitle = \"GP out of hours\"\nservices = [\"gp_out_of_hours\"]\n{place}\n\
         [sites.out_of_hours_hub.pools]\n{said}\ntelephone_clinicians = {}\n\n\
         [sites.control_room]\ntitle = \"Ambulance control of {}, this area's part\"\nservices = [\"ambulance_control\"]\n{place}\n\
         [sites.control_room.pools]\n{said}\ncall_takers = {}\nclinical_desk = {}\n\n\
         [sites_from.gp]\nfile = \"gp_groups.csv\"\nservices = [\"general_practice\"]\nhours = \"Mon-Fri 08:00-18:30\"\n\
         assumed = \"Same-day appointments per contact as fitted in Devon\"\nnature = \"calibrated\"\n\n",
        facts.contract,
        roster(CALL_HANDLERS, ratio),
        roster(CLINICIANS, ratio),
        roster(TELEPHONE_CLINICIANS, ratio),
        facts.ambulance_service,
        roster(CALL_TAKERS, ratio),
        roster(CLINICAL_DESK, ratio),
    );
}

fn fleets(text: &mut String, facts: &Facts) {
    let service = &facts.ambulance_service;
    let said = format!(
        "source = \"geo.detour_index; geo.travel_speed.*\"\nassumed = \"Crews of {service} are not public: Devon's fitted number per contact, at places spread over the districts\"\nnature = \"calibrated\""
    );
    let _ = write!(
        text,
        "# ---- crews and visiting clinicians ----\n\
         [fleets.ambulances]\nunits_from = \"crews.csv\"\nspeed_kmh = 48\ndetour = 1.4\nresponding = 0.72\nconveying = 0.95\nreassign = {{ saves = \"3 min\" }}\nrank = \"category\"\n{said}\n\n\
         [fleets.responders]\nunits_from = \"responders.csv\"\nspeed_kmh = 48\ndetour = 1.4\nresponding = 0.72\nrank = \"category\"\n{said}\n\n\
         [fleets.visiting_clinicians]\nunits_from = \"visiting_clinicians.csv\"\nspeed_kmh = 48\ndetour = 1.4\nrank = \"level\"\n\
         assumed = \"Not public: Devon's number per contact\"\nnature = \"calibrated\"\n\n"
    );
}

fn hospital(text: &mut String, site: &AcuteSite, facts: &Facts, zones: &Zones, scale: &Scale) {
    let AcuteSite {
        id,
        title,
        lat,
        lon,
        share,
        why,
    } = site;
    let zone = &places::nearest(zones, *lat, *lon).id;
    let percent = share * 100.0;
    let title = title.replace('"', "'");
    let why = why.replace('"', "'");
    let place = format!("place = {{ lat = {lat:.6}, lon = {lon:.6} }}");
    let part = format!("{percent:.0} % of the trust's, {why}");
    let _ = write!(
        text,
        "# ---- {title} ----\n\
         [sites.{id}]\ntitle = \"{title}\"\nservices = [\"emergency_department\", \"hospital\"]\n{place}\n\
         [sites.{id}.pools]\nnature = \"calibrated\"\nassumed = \"Beds: general and acute beds of {code}, {part}, kinds as in Devon. Rooms and rosters: Devon's fitted ones per attendance; support per admission\"\n{pools}\n\
         [sites.{id}_base]\ntitle = \"Out-of-hours base, {title}\"\nservices = [\"out_of_hours_base\"]\n{place}\nhours = \"out_of_hours\"\n\
         [sites.{id}_base.pools]\nassumed = \"Not public: Devon's per contact\"\nnature = \"calibrated\"\nbase_clinicians = {base}\n\n\
         [arrivals.planned_{id}]\nrate = \"{planned:.0} per year\"\nprofile = \"planned\"\nto = \"hospital.planned\"\nsite = \"{id}\"\nplace = {{ zone = \"{zone}\" }}\n\
         set = {{ zone = \"{zone}\", condition = \"planned\", level = \"primary_care\" }}\n\
         shares = {{ age = {{ \"15-24\" = 0.07, \"25-44\" = 0.18, \"45-64\" = 0.31, \"65-74\" = 0.23, \"75-84\" = 0.17, \"85+\" = 0.04 }} }}\n\
         assumed = \"Planned overnight admissions: Devon's per bed\"\nnature = \"calibrated\"\n\n\
         [arrivals.from_clinics_{id}]\nrate = \"{clinics:.0} per year\"\nprofile = \"clinics\"\nto = \"hospital.direct\"\nsite = \"{id}\"\nplace = {{ zone = \"{zone}\" }}\n\
         set = {{ zone = \"{zone}\", route = \"general_practice\" }}\n\
         shares = {{ condition = {{ abdominal_urinary = 0.3, respiratory = 0.12, infection = 0.15, cardiac = 0.15, pregnancy_gynae = 0.12, falls_frailty = 0.06, child_illness = 0.1 }}, level = {{ emergency = 0.55, urgent = 0.45 }}, age = {{ \"0-4\" = 0.07, \"5-14\" = 0.06, \"15-24\" = 0.09, \"25-44\" = 0.17, \"45-64\" = 0.22, \"65-74\" = 0.15, \"75-84\" = 0.16, \"85+\" = 0.08 }} }}\n\
         assumed = \"Emergency admissions from clinics and midwives: of those published as not through A&E the part that Devon has from clinics\"\nnature = \"calibrated\"\n\n\
         [arrivals.in_at_start_beds_{id}]\nfile = \"in_at_start/{id}_beds.csv\"\nto = \"hospital.already_in\"\nsite = \"{id}\"\nassumed = \"Nine tenths of the places are taken when the simulation begins\"\n\
         [arrivals.in_at_start_support_{id}]\nfile = \"in_at_start/{id}_support.csv\"\nto = \"hospital.already_supported\"\nsite = \"{id}\"\nassumed = \"Nine tenths of the places are taken when the simulation begins\"\n\n",
        code = facts.code,
        pools = scale.hospital(site),
        base = roster(BASE_CLINICIANS, scale.contacts * share),
        planned = (scale.planned_per_year * share).max(1.0),
        clinics = (scale.from_clinics_per_year * share).max(1.0),
    );
}

/// The urgent treatment centre, and a clinic for type 2 if the trust has any.
fn centres(text: &mut String, facts: &Facts, zones: &Zones, scale: &Scale) {
    let first = &facts.sites[0];
    let place = format!(
        "place = {{ lat = {:.6}, lon = {:.6} }}",
        first.lat, first.lon
    );
    let why = match scale.has_centre {
        true => {
            "One centre beside the first hospital stands for all of the trust's type 3 sites; clinicians per attendance as fitted in Devon"
        }
        false => {
            "The trust reports hardly any type 3: one centre stands for those that others run, sized for a fifth of its type 1 attendances"
        }
    };
    let (clinicians, slots) = (scale.centre_clinicians(), scale.centre_slots());
    let _ = write!(
        text,
        "# ---- urgent treatment ----\n\
         [sites.urgent_treatment]\ntitle = \"Urgent treatment and minor injuries\"\nservices = [\"urgent_treatment_centre\"]\n{place}\nhours = \"Mon-Sun 08:00-20:00\"\nassumed = \"{why}\"\n\
         [sites.urgent_treatment.pools]\nassumed = \"{why}\"\nnature = \"calibrated\"\nutc_clinicians = [{{ from = \"00:00\", units = 0 }}, {{ from = \"08:00\", units = {clinicians} }}, {{ from = \"20:00\", units = 0 }}]\nutc_imaging = {}\n\
         [sites.urgent_treatment.slots]\nassumed = \"{why}\"\nutc_slots = {{ per_hour = {slots}, hours = \"Mon-Sun 08:00-20:00\" }}\n\n",
        (clinicians / 2.0).ceil()
    );
    let type2 = facts.attendances(2);
    let rooms = (type2 / 800.0).ceil() + 1.0;
    let why = match type2 < 1.0 {
        true => "The trust reports no type 2 attendances: nobody comes",
        false => "One room for each 800 attendances a year, as in Devon, and one more",
    };
    let _ = write!(
        text,
        "[sites.eye_clinic]\ntitle = \"Single-specialty clinic (type 2)\"\nservices = [\"single_specialty\"]\n{place}\npools = {{ clinic_rooms = {rooms} }}\nassumed = \"{why}\"\n"
    );
    if type2 < 1.0 {
        return;
    }
    let zone = &places::nearest(zones, first.lat, first.lon).id;
    let _ = write!(
        text,
        "[arrivals.type_2]\nrate = \"{type2:.0} per year\"\nprofile = \"clinics\"\nto = \"single_specialty.arrive\"\nsite = \"eye_clinic\"\nset = {{ condition = \"eye_ear\", level = \"urgent\", age = \"45-64\", zone = \"{zone}\" }}\nplace = {{ zone = \"{zone}\" }}\n\
         source = \"Type 2 attendances of {}, {} to {} (NHS England A&E monthly)\"\n",
        facts.code, facts.from, facts.until
    );
}

/// As many patients as places are taken, mixed as in Devon.
pub fn already(of: &[(String, String)], n: f64) -> String {
    let n = n.round().max(0.0) as usize;
    let mut text = "time,age,condition\n".to_owned();
    for at in 0..n {
        // Evenly over the list, which is sorted by age: the mix stays whatever the number.
        let (age, condition) = &of[at * of.len() / n];
        let _ = writeln!(text, "0 min,{age},{condition}");
    }
    text
}
