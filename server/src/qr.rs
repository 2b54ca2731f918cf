//! A link as a QR code, for a phone to scan from the screen.

use std::fmt::Write;

use qrcode::{Color, EcLevel, QrCode};

/// The quiet zone that readers ask for, in modules.
const MARGIN: usize = 4;

/// An SVG image, black on white in either theme, or nothing if the text is too long for a code.
pub fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, colors) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (row, line) in colors.chunks(width).enumerate() {
        for (column, _) in line.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
            // Writing into a string cannot fail.
            let _ = write!(path, "M{} {}h1v1h-1z", column + MARGIN, row + MARGIN);
        }
    }
    let size = width + 2 * MARGIN;
    Some(format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" aria-label="QR code of the link" shape-rendering="crispEdges"><rect width="{size}" height="{size}" fill="#fff"/><path d="{path}" fill="#000"/></svg>"##
    ))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn the_image_has_the_three_corners_a_reader_looks_for_and_nothing_of_the_text() {
        let image = svg("https://cs.example.com/enrol#<ABCD>").unwrap();
        for corner in ["M4 4h1", "M10 4h1", "M4 10h1"] {
            assert!(image.contains(corner), "{corner}");
        }
        assert!(!image.contains("ABCD") && image.ends_with("</svg>"));
        assert_eq!(svg(&"x".repeat(5000)), None);
    }
}
