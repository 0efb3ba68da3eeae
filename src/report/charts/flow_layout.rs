//! Lays out and draws a Sankey: bars in columns, streams between them, as wide as their size on one scale.
//!
//! Bars of a column stand in the order of where their streams come from, so that streams cross little.

use crate::report::format::number;

use super::canvas::{Align, Canvas, Lettering};
use super::labels::spread;
use super::text;
use super::theme::{self, INK, MARGIN, PANEL_TITLE_SIZE, QUIET, TICK_SIZE, WIDTH};

const HEADING_ROOM: f64 = 22.0;
const COLUMNS_ROOM: f64 = 20.0;
const PANEL_GAP: f64 = 22.0;
/// Of the streams and of the gaps between the bars of a column.
const STREAMS_HEIGHT: f64 = 270.0;
const GAP: f64 = 13.0;
const BAR_WIDTH: f64 = 9.0;
const LABEL_LINE: f64 = 13.0;
/// To the right of the last column.
const LAST_LABEL_ROOM: f64 = 158.0;
const STREAM_OPACITY: f64 = 0.34;

pub struct Node {
    pub column: usize,
    pub name: String,
    /// Stands for several that are too thin.
    pub is_others: bool,
    /// The larger of what comes and what goes, known once links are.
    pub size: f64,
}

#[derive(Clone, Copy)]
pub struct Link {
    pub from: usize,
    pub to: usize,
    pub per_day: f64,
}

pub struct Sankey {
    n_columns: usize,
    nodes: Vec<Node>,
    links: Vec<Link>,
}

impl Sankey {
    pub fn new(n_columns: usize) -> Self {
        Self {
            n_columns,
            nodes: Vec::new(),
            links: Vec::new(),
        }
    }

    /// The position of this node, which is added unless it is there.
    pub fn node(&mut self, node: Node) -> usize {
        let known = self
            .nodes
            .iter()
            .position(|known| known.column == node.column && known.name == node.name);
        known.unwrap_or_else(|| {
            self.nodes.push(node);
            self.nodes.len() - 1
        })
    }

    /// Takes the links, those between the same nodes together, and puts nodes and links in order.
    pub fn link(&mut self, links: Vec<Link>) {
        for link in links {
            let same = |known: &&mut Link| known.from == link.from && known.to == link.to;
            match self.links.iter_mut().find(same) {
                Some(known) => known.per_day += link.per_day,
                None => self.links.push(link),
            }
        }
        for position in 0..self.nodes.len() {
            let of = |end: fn(&Link) -> usize| -> f64 {
                let touching = self.links.iter().filter(|link| end(link) == position);
                touching.map(|link| link.per_day).sum()
            };
            self.nodes[position].size = of(|link| link.from).max(of(|link| link.to));
        }
    }

    /// Nodes of a column from top to bottom: the first by size, the others by where their streams come from.
    fn ordered(&self) -> Vec<Vec<usize>> {
        let mut rank = vec![0.0; self.nodes.len()];
        let mut columns = Vec::new();
        for column in 0..self.n_columns {
            let mut nodes: Vec<usize> = (0..self.nodes.len())
                .filter(|&node| self.nodes[node].column == column)
                .collect();
            let weight = |node: usize| -> f64 {
                if column == 0 {
                    return -self.nodes[node].size;
                }
                let into = self.links.iter().filter(|link| link.to == node);
                let (sum, size) = into.fold((0.0, 0.0), |(sum, size), link| {
                    (sum + rank[link.from] * link.per_day, size + link.per_day)
                });
                sum / f64::max(size, 1e-12)
            };
            let weights: Vec<f64> = (0..self.nodes.len()).map(weight).collect();
            nodes.sort_by(|&a, &b| {
                let others = self.nodes[a].is_others.cmp(&self.nodes[b].is_others);
                others
                    .then(weights[a].total_cmp(&weights[b]))
                    .then(a.cmp(&b))
            });
            let n = nodes.len().max(1) as f64;
            for (position, &node) in nodes.iter().enumerate() {
                rank[node] = (position as f64 + 0.5) / n;
            }
            columns.push(nodes);
        }
        columns
    }

    fn column_size(&self, column: usize) -> f64 {
        let nodes = self.nodes.iter().filter(|node| node.column == column);
        nodes.map(|node| node.size).sum()
    }

    fn most_nodes(&self) -> usize {
        let count = |column| {
            self.nodes
                .iter()
                .filter(|node| node.column == column)
                .count()
        };
        (0..self.n_columns).map(count).max().unwrap_or(0)
    }

    fn height(&self) -> f64 {
        STREAMS_HEIGHT + self.most_nodes() as f64 * GAP
    }
}

/// Of all panels.
pub fn height(sankeys: &[Sankey]) -> f64 {
    let panel = |sankey: &Sankey| HEADING_ROOM + COLUMNS_ROOM + sankey.height() + PANEL_GAP;
    sankeys.iter().map(panel).sum::<f64>() - PANEL_GAP
}

/// One below the other on one scale; an empty label draws no heading.
pub fn paint(canvas: &Canvas, sankeys: &[Sankey], labels: &[&str], top: f64) {
    let largest = sankeys
        .iter()
        .flat_map(|sankey| (0..sankey.n_columns).map(|column| sankey.column_size(column)))
        .fold(1e-12, f64::max);
    let scale = STREAMS_HEIGHT / largest;
    let mut top = top;
    for (position, (sankey, label)) in sankeys.iter().zip(labels).enumerate() {
        if !label.is_empty() {
            let colour = theme::series(position).text;
            let bold = Lettering::plain(PANEL_TITLE_SIZE, colour).bold();
            canvas.text(MARGIN, top + 8.0, label, bold);
        }
        paint_one(canvas, sankey, scale, top + HEADING_ROOM);
        top += HEADING_ROOM + COLUMNS_ROOM + sankey.height() + PANEL_GAP;
    }
}

fn column_x(sankey: &Sankey, column: usize) -> f64 {
    let room = WIDTH - 2.0 * MARGIN - LAST_LABEL_ROOM - BAR_WIDTH;
    MARGIN + room * column as f64 / (sankey.n_columns - 1).max(1) as f64
}

fn paint_one(canvas: &Canvas, sankey: &Sankey, scale: f64, top: f64) {
    const ORDER: [&str; 5] = ["First service", "Second", "Third", "Fourth", "Fifth, later"];
    for column in 0..sankey.n_columns {
        let words = match column + 1 == sankey.n_columns {
            true => "How it ends",
            false => ORDER.get(column).copied().unwrap_or_default(),
        };
        let quiet = Lettering::plain(TICK_SIZE, QUIET);
        canvas.text(column_x(sankey, column), top + 7.0, words, quiet);
    }
    let columns = sankey.ordered();
    let tops = node_tops(sankey, &columns, scale, top + COLUMNS_ROOM);
    paint_streams(canvas, sankey, &columns, &tops, scale);
    for nodes in &columns {
        for &node in nodes {
            let drawn = &sankey.nodes[node];
            let x = column_x(sankey, drawn.column);
            let tip = format!("{}: {} patients a day", drawn.name, number(drawn.size));
            canvas.tip(&tip, || {
                let y = tops[node]..tops[node] + (drawn.size * scale).max(1.0);
                canvas.rectangle(x..x + BAR_WIDTH, y, node_colour(drawn));
            });
        }
    }
    for nodes in &columns {
        paint_labels(canvas, sankey, nodes, &tops, scale);
    }
}

fn node_colour(node: &Node) -> plotters::style::RGBColor {
    match node.is_others {
        true => QUIET,
        false => theme::series(0).colour,
    }
}

/// Each column is centred in the height of the panel.
fn node_tops(sankey: &Sankey, columns: &[Vec<usize>], scale: f64, top: f64) -> Vec<f64> {
    let mut tops = vec![top; sankey.nodes.len()];
    for (column, nodes) in columns.iter().enumerate() {
        let used = sankey.column_size(column) * scale + GAP * nodes.len() as f64;
        let mut y = top + ((sankey.height() - used) / 2.0).max(0.0);
        for &node in nodes {
            tops[node] = y;
            y += sankey.nodes[node].size * scale + GAP;
        }
    }
    tops
}

fn paint_streams(
    canvas: &Canvas,
    sankey: &Sankey,
    columns: &[Vec<usize>],
    tops: &[f64],
    scale: f64,
) {
    let mut from_at = tops.to_vec();
    let mut to_at = tops.to_vec();
    let position: Vec<(usize, usize)> = (0..sankey.nodes.len())
        .map(|node| {
            let column = sankey.nodes[node].column;
            let place = columns[column].iter().position(|&other| other == node);
            (column, place.unwrap_or(0))
        })
        .collect();
    // Streams leave a bar in the order of where they go and enter one in the order of where they come from.
    let mut leaving: Vec<usize> = (0..sankey.links.len()).collect();
    leaving.sort_by_key(|&link| (sankey.links[link].from, position[sankey.links[link].to]));
    let mut starts = vec![0.0; sankey.links.len()];
    for &link in &leaving {
        let from = sankey.links[link].from;
        starts[link] = from_at[from];
        from_at[from] += sankey.links[link].per_day * scale;
    }
    let mut entering: Vec<usize> = (0..sankey.links.len()).collect();
    entering.sort_by_key(|&link| (sankey.links[link].to, position[sankey.links[link].from]));
    for &link in &entering {
        let drawn = sankey.links[link];
        let width = drawn.per_day * scale;
        let end = to_at[drawn.to];
        to_at[drawn.to] += width;
        let (from, to) = (&sankey.nodes[drawn.from], &sankey.nodes[drawn.to]);
        let is_end = to.column + 1 == sankey.n_columns;
        let colour = match is_end {
            true => QUIET,
            false => theme::band(2, 5).0,
        };
        let x = column_x(sankey, from.column) + BAR_WIDTH..column_x(sankey, to.column);
        let words = format!(
            "{} to {}: {} patients a day",
            from.name,
            to.name,
            number(drawn.per_day)
        );
        let corners = stream(x, starts[link], end, width.max(0.5));
        let opacity = if is_end {
            STREAM_OPACITY * 0.55
        } else {
            STREAM_OPACITY
        };
        canvas.tip(&words, || canvas.band(&corners, colour, opacity));
    }
}

/// The outline of a stream that leaves and arrives level.
fn stream(x: std::ops::Range<f64>, from: f64, to: f64, width: f64) -> Vec<(f64, f64)> {
    const PIECES: usize = 14;
    let edge = |offset: f64| {
        (0..=PIECES).map(move |piece| {
            let share = piece as f64 / PIECES as f64;
            let smooth = share * share * (3.0 - 2.0 * share);
            (share, smooth, offset)
        })
    };
    let at = |(share, smooth, offset): (f64, f64, f64)| {
        let y = from + (to - from) * smooth + offset;
        (x.start + (x.end - x.start) * share, y)
    };
    let lower: Vec<_> = edge(width).map(at).collect();
    edge(0.0).map(at).chain(lower.into_iter().rev()).collect()
}

fn paint_labels(canvas: &Canvas, sankey: &Sankey, nodes: &[usize], tops: &[f64], scale: f64) {
    let Some(&first) = nodes.first() else { return };
    let column = sankey.nodes[first].column;
    let x = column_x(sankey, column) + BAR_WIDTH + 5.0;
    let room = match column + 1 == sankey.n_columns {
        true => WIDTH - x - 4.0,
        false => column_x(sankey, column + 1) - x - 6.0,
    };
    let words: Vec<String> = nodes
        .iter()
        .map(|&node| {
            let node = &sankey.nodes[node];
            let value = format!(" {}", number(node.size));
            let left = room - text::width(&value, TICK_SIZE, false);
            text::shorten(&node.name, TICK_SIZE, false, left) + &value
        })
        .collect();
    let middles: Vec<f64> = nodes
        .iter()
        .map(|&node| tops[node] + sankey.nodes[node].size * scale / 2.0)
        .collect();
    let low = tops[nodes[0]] - LABEL_LINE;
    let high = middles.last().copied().unwrap_or(low) + 2.0 * LABEL_LINE;
    let placed = spread(
        &middles,
        LABEL_LINE,
        low,
        high.max(low + LABEL_LINE * nodes.len() as f64),
    );
    for (words, y) in words.iter().zip(placed) {
        let lettering = Lettering::plain(TICK_SIZE, INK).align(Align::Left).halo();
        canvas.text(x, y, words, lettering);
    }
}
