//! Where a trust has its emergency departments.

use super::districts::District;
use super::tables::Sheet;

/// A hospital with an emergency department.
pub struct AcuteSite {
    pub id: String,
    pub title: String,
    pub lat: f64,
    pub lon: f64,
    /// Of the trust's attendances.
    pub share: f64,
    pub why: String,
}

/// The trust's departments; without a known one, one in the middle of its largest district.
pub fn of_trust(table: &Sheet, code: &str, name: &str, districts: &[District]) -> Vec<AcuteSite> {
    let rows: Vec<usize> = table.rows().filter(|&row| table.is(row, 0, code)).collect();
    let sizes: Vec<Option<f64>> = rows.iter().map(|&row| table.count(row, 5)).collect();
    let known: f64 = sizes.iter().flatten().sum();
    // Hospitals without stroke patients still have a department: parts are alike unless all are known.
    let by_size = known > 0.0 && sizes.iter().all(|size| size.is_some_and(|size| size > 0.0));
    let mut sites = Vec::new();
    for (&row, size) in rows.iter().zip(&sizes) {
        let (Some(lat), Some(lon)) = (table.number(row, 3), table.number(row, 4)) else {
            continue;
        };
        let share = match (by_size, size) {
            (true, Some(size)) => size / known,
            _ => 1.0 / rows.len() as f64,
        };
        let title = table.text(row, 2);
        sites.push(AcuteSite {
            id: unique(slug(&title), &sites),
            title,
            lat,
            lon,
            share,
            why: table.text(row, 6),
        });
    }
    if sites.is_empty() {
        let largest = &districts[0];
        sites.push(AcuteSite {
            id: "emergency_department".to_owned(),
            title: name.to_owned(),
            lat: largest.lat,
            lon: largest.lon,
            share: 1.0,
            why: format!(
                "no list names the trust's hospitals: one is assumed in the middle of {}",
                largest.name
            ),
        });
    }
    let total: f64 = sites.iter().map(|site| site.share).sum();
    sites.iter_mut().for_each(|site| site.share /= total);
    sites
}

fn unique(id: String, known: &[AcuteSite]) -> String {
    match known.iter().any(|site| site.id == id) {
        true => format!("{id}_{}", known.len() + 1),
        false => id,
    }
}

/// `St Mary's Hospital (HQ)` as `st_marys_hospital_hq`.
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    for letter in title.to_lowercase().chars() {
        match letter {
            'a'..='z' | '0'..='9' => slug.push(letter),
            '\'' | '’' => {}
            _ if !slug.is_empty() && !slug.ends_with('_') => slug.push('_'),
            _ => {}
        }
    }
    let slug = slug.trim_matches('_');
    match slug.starts_with(|letter: char| letter.is_ascii_digit()) {
        true => format!("site_{slug}"),
        false => slug.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_ids() {
        assert_eq!(slug("St Mary's Hospital (HQ)"), "st_marys_hospital_hq");
        assert_eq!(slug("1st Place"), "site_1st_place");
    }
}
