//! Charts as PNG, drawn from their SVG with the font that is part of the program.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, Options, Tree};

use super::fonts::{BOLD, FAMILY, REGULAR};

/// Pixels per unit of the chart: sharp on a dense screen and in print at report width.
const PIXELS_PER_UNIT: f32 = 2.0;

/// The bytes of a PNG file.
///
/// Errors: what is wrong with the SVG, in words; a chart of this program has nothing wrong.
pub fn from_svg(svg: &str) -> Result<Vec<u8>, String> {
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(REGULAR.to_vec());
    fonts.load_font_data(BOLD.to_vec());
    fonts.set_sans_serif_family(FAMILY);
    let options = Options {
        fontdb: Arc::new(fonts),
        font_family: FAMILY.to_owned(),
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let size = tree.size();
    let (width, height) = (
        (size.width() * PIXELS_PER_UNIT).ceil(),
        (size.height() * PIXELS_PER_UNIT).ceil(),
    );
    let mut pixels = Pixmap::new(width as u32, height as u32)
        .ok_or_else(|| format!("an image of {width} by {height} pixels"))?;
    resvg::render(
        &tree,
        Transform::from_scale(PIXELS_PER_UNIT, PIXELS_PER_UNIT),
        &mut pixels.as_mut(),
    );
    pixels.encode_png().map_err(|error| error.to_string())
}
