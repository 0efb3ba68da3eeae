//! What of the library's tables is England's own: how incidents are coded, who is conveyed, and who is admitted where.
//!
//! The library's are those of the South West, which Devon is fitted to. Here each is moved to the national figures of the same twelve months.

use std::fmt::Write;

use super::areas::Found;
use super::sizes::Size;

/// Tables that hold for all areas.
const NATIONAL: &str = r#"# ---- England's own tables, where the library's are the South West's ----
[choices.category]
by = ["level"]
outcomes = ["C1", "C2", "C3", "C4", "C5"]
source = "Categories of England's ambulance services, April 2023 to March 2024 (AmbSYS A8 to A12 over A7: 11.0, 53.6, 17.6, 0.7 %, rest 17.2 %) by true level"
nature = "calibrated"
rows = [
  { level = "life_threatening", shares = [0.49, 0.48, 0.03, 0, 0] },
  { level = "emergency", shares = [0.09, 0.606, 0.137, 0.0054, 0.1616] },
  { level = "urgent", shares = [0.034, 0.34, 0.205, 0.0054, 0.4156] },
  { shares = [0.009, 0.148, 0.17, 0.003, 0.67] },
]
[choices.category_from_nhs111]
by = ["advice", "level"]
outcomes = ["C1", "C2", "C3", "C4"]
source = "As `category`; NHS 111 emergency dispositions are nearly all category 2"
nature = "calibrated"
rows = [
  { advice = "ambulance_emergency", level = "life_threatening", shares = [0.31, 0.69, 0, 0] },
  { advice = "ambulance_emergency", shares = [0.044, 0.956, 0, 0] },
  { shares = [0, 0, 0.99, 0.01] },
]

# The odds of every row of the library are moved by the same factor.
[choices.conveyance]
by = ["condition", "age", "level"]
outcomes = ["emergency_department", "elsewhere", "scene"]
source = "England's ambulance services, April 2023 to March 2024 (AmbSYS): of those seen, 59.1 % conveyed to an emergency department, 5.5 % elsewhere, 35.4 % treated on scene"
nature = "calibrated"
rows = [
  { level = "life_threatening", shares = [0.9, 0.011, 0.089] },
  { condition = ["falls_frailty", "mental_health", "poisoning"], level = "emergency", shares = [0.637, 0.025, 0.338] },
  { level = "emergency", age = ["0-4", "5-14", "15-24", "25-44"], shares = [0.622, 0.013, 0.365] },
  { level = "emergency", shares = [0.734, 0.024, 0.242] },
  { level = "urgent", shares = [0.37, 0.028, 0.602] },
  { shares = [0.199, 0.015, 0.786] },
]

"#;

/// The national tables, and where the chances of admission by area stand.
pub fn tables(text: &mut String, name: &str) {
    text.push_str(NATIONAL);
    let _ = write!(
        text,
        "# ---- admissions by area ----\n\
         [choices.disposition]\nby = [\"level\", \"stream\", \"age\"]\noutcomes = [\"home\", \"admit\"]\nfile = \"{name}/disposition.csv\"\n\
         source = \"Emergency admissions through A&E of each trust over those that the library's chances give\"\nnature = \"calibrated\"\n\n"
    );
}

/// The library's chances of admission by level, stream and age (choices.disposition), times what a trust admits over that.
const ADMIT: [(&str, &str, &str, f64); 13] = [
    ("life_threatening", "", "0-4|5-14", 0.65),
    ("life_threatening", "", "", 0.87),
    ("emergency", "minors", "", 0.14),
    ("emergency", "", "0-4|5-14", 0.26),
    ("emergency", "", "15-24|25-44", 0.39),
    ("emergency", "", "45-64", 0.51),
    ("emergency", "", "65-74", 0.61),
    ("emergency", "", "", 0.715),
    ("urgent", "", "0-4|5-14", 0.05),
    ("urgent", "minors", "", 0.02),
    ("urgent", "", "75-84|85+", 0.22),
    ("urgent", "", "", 0.11),
    ("", "", "", 0.01),
];

pub fn disposition(found: &Found, sizes: &[Size]) -> String {
    let mut text = "area,level,stream,age,home,admit\n".to_owned();
    for (area, size) in found.areas.iter().zip(sizes) {
        for (level, stream, age, admit) in ADMIT {
            let admit = (admit * size.admitted).min(0.97);
            let _ = writeln!(
                text,
                "{},{level},{stream},{age},{:.4},{admit:.4}",
                area.id,
                1.0 - admit
            );
        }
    }
    text
}
