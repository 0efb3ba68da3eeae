//! Widths of text, from the metrics that Arial, Helvetica and Liberation Sans share.
//!
//! Layout must not depend on the fonts of the machine that draws, so no font is asked: the widths are a table. A viewer
//! with none of these fonts may be a few percent off, which the spacing of labels allows for.

/// Advances of the characters U+0020 to U+007E in thousandths of the font size. Source: Liberation Sans 2.1.5, table `hmtx`.
const REGULAR: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
const BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667,
    611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556,
    278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];
/// Of an accented letter and of anything else that is not in the table.
const OTHER: u16 = 590;

/// Width of `text` in the units of `size`.
pub fn width(text: &str, size: f64, bold: bool) -> f64 {
    let table = if bold { &BOLD } else { &REGULAR };
    let thousandths: u32 = text.chars().map(|c| u32::from(advance(c, table))).sum();
    f64::from(thousandths) * size / 1000.0
}

fn advance(c: char, table: &[u16; 95]) -> u16 {
    match c {
        ' '..='~' => table[c as usize - 0x20],
        '\u{a0}' | '‘' | '’' => 278,
        '—' | '…' => 1000,
        _ => OTHER,
    }
}

/// `text` broken at ordinary spaces into lines no wider than `limit`; a longer word stands alone.
pub fn wrap(text: &str, size: f64, bold: bool, limit: f64) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if !line.is_empty() && width(&longer, size, bold) > limit {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        } else {
            line = longer;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// As `wrap`, with lines of about the same length, so that no last word stands alone.
pub fn wrap_evenly(text: &str, size: f64, bold: bool, limit: f64) -> Vec<String> {
    let lines = wrap(text, size, bold, limit);
    let mut narrower = limit;
    while narrower > limit / 2.0 {
        narrower -= size;
        let even = wrap(text, size, bold, narrower);
        if even.len() > lines.len() || even.iter().any(|line| width(line, size, bold) > limit) {
            break;
        }
    }
    wrap(text, size, bold, narrower + size)
}

/// `text`, or as much of it as fits in `limit` with an ellipsis.
pub fn shorten(text: &str, size: f64, bold: bool, limit: f64) -> String {
    if width(text, size, bold) <= limit {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if width(&kept, size, bold) + width("…", size, bold) > limit {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_follow_the_metrics() {
        assert_eq!(width("100", 10.0, false), 16.68);
        assert!(width("Within 4 hours", 13.0, true) > width("Within 4 hours", 13.0, false));
    }

    #[test]
    fn wrapping_breaks_at_spaces_and_keeps_every_word() {
        let text = "Ambulance handover: 41 % within 15\u{a0}minutes under Networked";
        let lines = wrap(text, 18.0, true, 200.0);
        assert!(lines.iter().all(|line| width(line, 18.0, true) <= 200.0));
        assert_eq!(lines.join(" "), text);
    }

    #[test]
    fn even_lines_leave_no_word_alone() {
        let text = "A&E attendances, type 1: 914 patients a day under Networked, 162 fewer than Devon 2023";
        let lines = wrap_evenly(text, 18.0, true, 736.0);
        assert_eq!(lines.len(), wrap(text, 18.0, true, 736.0).len());
        assert!(lines[1].split(' ').count() > 3, "{lines:?}");
    }

    #[test]
    fn a_shortened_text_fits() {
        let short = shorten("Royal Devon University Healthcare", 12.0, false, 90.0);
        assert!(short.ends_with('…') && width(&short, 12.0, false) <= 90.0);
    }
}
