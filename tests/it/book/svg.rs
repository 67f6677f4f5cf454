//! A screen as an SVG picture: a dark window, one text for each run of one look, on a grid of cells.
//!
//! Every run says how wide it is, so that whatever font is at hand keeps to the grid; a wide character is a
//! run of its own, of two cells.

use std::fmt::Write as _;

/// A cell, in pixels.
const CELL: (u32, u32) = (9, 19);

/// What stands around the text, and the bar above it.
const MARGIN: u32 = 12;
const BAR: u32 = 28;

/// The size of the font, and how far a row's base line lies below its top.
const FONT: u32 = 15;
const BASE: u32 = 14;

const PAPER: &str = "#16191d";
const INK: &str = "#d8dce2";

/// The sixteen colours of a terminal that has its own.
const PALETTE: [&str; 16] = [
    "#3b4048", "#e0686f", "#8fbf76", "#d9b35b", "#6fa3e0", "#c08ad6", "#5fbdbd", "#c6cad0", "#6b717b",
    "#f08a90", "#a9d691", "#ecca7c", "#8fbcf0", "#d6a8e8", "#80d6d6", "#f2f4f7",
];

/// How a run looks.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Look {
    ink: String,
    paper: Option<String>,
    is_bold: bool,
    is_dim: bool,
    is_slanted: bool,
}

/// A run of one look in one row.
#[derive(Debug)]
struct Run {
    text: String,
    look: Look,
    column: u16,
    cells: u16,
    is_wide: bool,
}

/// The picture of `screen`, as far down as something stands on it; `title` says what it shows.
pub(super) fn draw(screen: &vt100::Screen, title: &str) -> String {
    let (rows, columns) = screen.size();
    let used = (0..rows).rev().find(|row| (0..columns).any(|column| is_drawn(screen, *row, column)));
    let rows = used.map_or(1, |row| row + 1);
    let (width, height) =
        (u32::from(columns) * CELL.0 + 2 * MARGIN, u32::from(rows) * CELL.1 + MARGIN + BAR + MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n\
         <title>{}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{PAPER}\"/>\n",
        escaped(title)
    );
    for (at, color) in ["#e0686f", "#d9b35b", "#8fbf76"].iter().enumerate() {
        let x = MARGIN + 6 + 18 * u32::try_from(at).unwrap_or(0);
        let _ = writeln!(svg, "<circle cx=\"{x}\" cy=\"15\" r=\"5\" fill=\"{color}\"/>");
    }
    let _ = writeln!(
        svg,
        "<g font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"{FONT}\" fill=\"{INK}\" xml:space=\"preserve\">"
    );
    for row in 0..rows {
        for run in runs(screen, row, columns) {
            draw_run(&mut svg, &run, row);
        }
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

fn is_drawn(screen: &vt100::Screen, row: u16, column: u16) -> bool {
    screen
        .cell(row, column)
        .is_some_and(|cell| cell.contents().trim() != "" || cell.bgcolor() != vt100::Color::Default)
}

fn draw_run(svg: &mut String, run: &Run, row: u16) {
    let (x, y) = (MARGIN + u32::from(run.column) * CELL.0, BAR + u32::from(row) * CELL.1);
    let length = u32::from(run.cells) * CELL.0;
    if let Some(paper) = &run.look.paper {
        let _ = writeln!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{length}\" height=\"{}\" fill=\"{paper}\"/>",
            CELL.1
        );
    }
    if run.text.trim().is_empty() {
        return;
    }
    let mut style = String::new();
    if run.look.ink != INK {
        let _ = write!(style, " fill=\"{}\"", run.look.ink);
    }
    for (is_so, attribute) in [
        (run.look.is_bold, " font-weight=\"bold\""),
        (run.look.is_dim, " opacity=\"0.65\""),
        (run.look.is_slanted, " font-style=\"italic\""),
    ] {
        style.push_str(if is_so { attribute } else { "" });
    }
    let y = y + BASE;
    let text = escaped(&run.text);
    let _ = writeln!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" textLength=\"{length}\" lengthAdjust=\"spacingAndGlyphs\"{style}>{text}</text>"
    );
}

/// The runs of a row. Empty cells between words belong to a run; a gap ends it, so that columns of tables
/// stay where they are in every font.
fn runs(screen: &vt100::Screen, row: u16, columns: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut blanks = 0;
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column) else { continue };
        if cell.is_wide_continuation() {
            continue;
        }
        let (text, look) = (if cell.has_contents() { cell.contents() } else { " " }, look(cell));
        if text == " " && look.paper.is_none() {
            blanks += 1;
            continue;
        }
        let is_wide = cell.is_wide();
        let cells = if is_wide { 2 } else { 1 };
        match runs.last_mut() {
            Some(last) if last.look == look && !last.is_wide && !is_wide && blanks <= 1 => {
                last.text.push_str(&" ".repeat(blanks));
                last.text.push_str(text);
                last.cells += cells + u16::try_from(blanks).unwrap_or(0);
            }
            _ => runs.push(Run { text: text.to_owned(), look, column, cells, is_wide }),
        }
        blanks = 0;
    }
    runs
}

fn look(cell: &vt100::Cell) -> Look {
    let (mut ink, mut paper) = (color(cell.fgcolor()), color(cell.bgcolor()));
    if cell.inverse() {
        (ink, paper) =
            (Some(paper.unwrap_or_else(|| PAPER.to_owned())), Some(ink.unwrap_or_else(|| INK.to_owned())));
    }
    Look {
        ink: ink.unwrap_or_else(|| INK.to_owned()),
        paper,
        is_bold: cell.bold(),
        is_dim: cell.dim(),
        is_slanted: cell.italic(),
    }
}

fn color(color: vt100::Color) -> Option<String> {
    match color {
        vt100::Color::Default => None,
        vt100::Color::Idx(index) => Some(match (PALETTE.get(usize::from(index)), index) {
            (Some(color), _) => (*color).to_owned(),
            // The cube of six to the third, and the greys above it.
            (None, 16..=231) => {
                let part = |part: u8| if part == 0 { 0 } else { 55 + 40 * u32::from(part) };
                let at = index - 16;
                format!("#{:02x}{:02x}{:02x}", part(at / 36), part(at / 6 % 6), part(at % 6))
            }
            (None, _) => format!("#{0:02x}{0:02x}{0:02x}", 8 + 10 * (u32::from(index) - 232)),
        }),
        vt100::Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[test]
fn wide_characters_take_two_cells_and_colours_are_kept() {
    let mut parser = vt100::Parser::new(5, 20, 0);
    parser.process("a <b>  \u{1b}[1;32m集群\u{1b}[0m c".as_bytes());
    let svg = draw(parser.screen(), "a & b");
    assert!(svg.contains("<title>a &amp; b</title>"), "{svg}");
    assert!(svg.contains("textLength=\"45\" lengthAdjust=\"spacingAndGlyphs\">a &lt;b&gt;</text>"), "{svg}");
    for character in ["集", "群"] {
        let run = format!(
            "textLength=\"18\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#8fbf76\" font-weight=\"bold\">{character}<"
        );
        assert!(svg.contains(&run), "{svg}");
    }
}
