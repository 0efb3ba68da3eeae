//! How every chart looks: colours, sizes, dashes and markers, in one place.
//!
//! Colours are those of the Government Analysis Function's categorical palette, chosen so that neighbours differ for
//! colour-blind readers; scenarios differ by dash and marker as well, so colour never carries meaning alone. Lengths are in
//! the chart's units (one CSS pixel at natural size).

use plotters::style::RGBColor;

pub const WIDTH: f64 = 760.0;
pub const MARGIN: f64 = 12.0;

pub const TITLE_SIZE: f64 = 18.0;
pub const SUBTITLE_SIZE: f64 = 13.0;
pub const PANEL_TITLE_SIZE: f64 = 13.0;
pub const LABEL_SIZE: f64 = 13.0;
pub const TICK_SIZE: f64 = 12.0;
pub const FOOTER_SIZE: f64 = 12.0;
/// Distance between lines of text, in font sizes.
pub const LINE_HEIGHT: f64 = 1.3;

/// Fonts tried by a viewer; widths are measured with metrics that Arial, Helvetica and Liberation Sans share.
pub const FONT_FAMILIES: &str = "Arial, Helvetica, 'Liberation Sans', 'Uecsim Sans', sans-serif";

/// Text, contrast with white 16:1.
pub const INK: RGBColor = RGBColor(0x1F, 0x1F, 0x1F);
/// Secondary text, contrast 7:1.
pub const QUIET: RGBColor = RGBColor(0x59, 0x59, 0x59);
/// Axis lines.
pub const AXIS: RGBColor = RGBColor(0x59, 0x59, 0x59);
/// Grid lines: decoration, so without a contrast to reach.
pub const GRID: RGBColor = RGBColor(0xE2, 0xE2, 0xE2);
/// Standards and guide lines: burgundy, contrast 9.8:1, always labelled in words.
pub const STANDARD: RGBColor = RGBColor(0x80, 0x16, 0x50);
/// A difference for the better, with the word beside it.
pub const BETTER: RGBColor = RGBColor(0x12, 0x43, 0x6D);
/// A difference for the worse, and its hue dark enough for text.
pub const WORSE: RGBColor = RGBColor(0xF4, 0x6A, 0x25);
pub const WORSE_TEXT: RGBColor = RGBColor(0xA9, 0x44, 0x09);
/// Signs of a control chart, as NHS England draws them; light ones get a dark edge, and each has a shape of its own.
pub const COMMON_CAUSE: RGBColor = RGBColor(0x7B, 0x7D, 0x7D);
pub const IMPROVEMENT: RGBColor = RGBColor(0x28, 0x9D, 0xE0);
pub const CONCERN: RGBColor = RGBColor(0xFA, 0xB4, 0x28);
pub const NEUTRAL_SIGN: RGBColor = RGBColor(0x36, 0x14, 0x75);
pub const PAPER: RGBColor = RGBColor(0xFF, 0xFF, 0xFF);

pub const LINE_WIDTH: f64 = 2.0;
pub const GRID_WIDTH: f64 = 1.0;
pub const RIBBON_OPACITY: f64 = 0.18;
pub const MARKER_RADIUS: f64 = 4.5;

/// Shape of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    Circle,
    Square,
    Triangle,
    TriangleDown,
    Diamond,
}

/// What sets one scenario apart from the others.
#[derive(Clone, Copy, Debug)]
pub struct SeriesStyle {
    /// Lines, points and ribbons: at least 3:1 on white.
    pub colour: RGBColor,
    /// The same hue dark enough for text: at least 4.5:1 on white.
    pub text: RGBColor,
    /// SVG dash pattern; empty is solid.
    pub dash: &'static str,
    pub marker: Marker,
}

const SERIES: [SeriesStyle; 4] = [
    SeriesStyle {
        colour: RGBColor(0x12, 0x43, 0x6D),
        text: RGBColor(0x12, 0x43, 0x6D),
        dash: "",
        marker: Marker::Circle,
    },
    SeriesStyle {
        colour: RGBColor(0xF4, 0x6A, 0x25),
        text: RGBColor(0xA9, 0x44, 0x09),
        dash: "7 3",
        marker: Marker::Diamond,
    },
    SeriesStyle {
        colour: RGBColor(0x28, 0xA1, 0x97),
        text: RGBColor(0x17, 0x75, 0x6D),
        dash: "2.5 2.5",
        marker: Marker::Triangle,
    },
    SeriesStyle {
        colour: RGBColor(0x3D, 0x3D, 0x3D),
        text: RGBColor(0x3D, 0x3D, 0x3D),
        dash: "9 3 2 3",
        marker: Marker::Square,
    },
];

/// Scenarios drawn together in one chart; further ones are in the tables.
pub const MAX_SERIES: usize = SERIES.len();

/// Style of the scenario at `position` (0 is the baseline).
pub fn series(position: usize) -> SeriesStyle {
    SERIES[position % SERIES.len()]
}

/// Fill and text colour of ordered band `band` of `n_bands`, light to dark.
pub fn band(band: usize, n_bands: usize) -> (RGBColor, RGBColor) {
    const STEPS: [RGBColor; 5] = [
        RGBColor(0xD6, 0xE8, 0xF7),
        RGBColor(0x9C, 0xC8, 0xEE),
        RGBColor(0x5B, 0x9B, 0xD1),
        RGBColor(0x20, 0x64, 0xA4),
        RGBColor(0x12, 0x2F, 0x50),
    ];
    let last = STEPS.len() - 1;
    let step = if n_bands < 2 {
        0
    } else {
        (band * last + (n_bands - 1) / 2) / (n_bands - 1)
    };
    let step = step.min(last);
    (STEPS[step], if step < 3 { INK } else { PAPER })
}

/// Fill of ordered band `band` (0 to 3) of what is for the worse, light to dark.
pub fn worse_band(band: usize) -> RGBColor {
    const STEPS: [RGBColor; 4] = [
        RGBColor(0xFA, 0xC8, 0xAC),
        RGBColor(0xF4, 0x6A, 0x25),
        RGBColor(0xA9, 0x44, 0x09),
        RGBColor(0x5E, 0x24, 0x02),
    ];
    STEPS[band.min(STEPS.len() - 1)]
}
