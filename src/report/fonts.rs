//! The fonts that are part of the program: for PNG, and for the charts of the report where a reader has none with the
//! same widths. Licence: `fonts/LICENSE-OFL.txt`.

pub const FAMILY: &str = "Uecsim Sans";
pub const REGULAR: &[u8] = include_bytes!("fonts/uecsim-sans-regular.ttf");
pub const BOLD: &[u8] = include_bytes!("fonts/uecsim-sans-bold.ttf");

/// CSS that defines the family within a page.
pub fn font_faces() -> String {
    let face = |weight: &str, font: &[u8]| {
        format!(
            "@font-face {{ font-family: \"{FAMILY}\"; font-weight: {weight}; src: url(data:font/ttf;base64,{}); }}\n",
            base64(font)
        )
    };
    face("normal", REGULAR) + &face("bold", BOLD)
}

/// RFC 4648 with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |position: usize| u32::from(chunk.get(position).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for position in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * position) & 63) as usize];
            text.push(if position > chunk.len() {
                '='
            } else {
                char::from(digit)
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        let written: Vec<String> = ["", "f", "fo", "foo", "foob"]
            .iter()
            .map(|text| base64(text.as_bytes()))
            .collect();
        assert_eq!(written, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]);
    }
}
