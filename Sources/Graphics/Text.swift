import CPango

/// A line of text, laid out: any script, emoji where a font has them, cut with an ellipsis where it is too long.
public final class Text {
    /// Extent in units.
    public let width: Double
    /// Extent in units.
    public let height: Double
    private let layout: OpaquePointer

    /// - Parameters:
    ///   - size: of the letters, in units of the canvas.
    ///   - limit: longest extent in units; the middle of what is longer gives way to an ellipsis.
    public init(_ text: String, size: Double, bold: Bool = false, limit: Double? = nil, on canvas: Canvas) {
        layout = pango_cairo_create_layout(canvas.context)
        let font = pango_font_description_from_string(bold ? "DejaVu Sans,Sans Bold" : "DejaVu Sans,Sans")
        pango_font_description_set_absolute_size(font, max(size, 1) * Double(PANGO_SCALE))
        pango_layout_set_font_description(layout, font)
        pango_font_description_free(font)
        pango_layout_set_single_paragraph_mode(layout, 1)
        let shown = Text.printable(text)
        pango_layout_set_text(layout, shown, Int32(shown.utf8.count))
        if let limit {
            pango_layout_set_width(layout, Int32(min(max(limit, 1), 1e5) * Double(PANGO_SCALE)))
            pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_MIDDLE)
        }
        var extent = PangoRectangle()
        pango_layout_get_extents(layout, nil, &extent)
        width = Double(extent.width) / Double(PANGO_SCALE)
        height = Double(extent.height) / Double(PANGO_SCALE)
    }

    deinit { g_object_unref(UnsafeMutableRawPointer(layout)) }

    /// One line: control characters and line ends become spaces, and what nobody could read is left out.
    static func printable(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(1000) {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: result.append(" ")
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    fileprivate func show(in context: OpaquePointer) { pango_cairo_show_layout(context, layout) }
}

extension Canvas {
    /// Which part of a text stands at the place it is drawn at.
    public enum Anchor: Sendable {
        /// Left or upper end.
        case start
        /// Middle.
        case middle
        /// Right or lower end.
        case end

        fileprivate var share: Double { self == .start ? 0 : self == .middle ? 0.5 : 1 }
    }

    /// Draws a text that has been laid out on this canvas.
    public func draw(
        _ text: Text, at point: Point, _ color: Color, x horizontal: Anchor = .start, y vertical: Anchor = .start
    ) {
        set(color)
        cairo_move_to(
            context, point.x - text.width * horizontal.share, point.y - text.height * vertical.share)
        text.show(in: context)
        cairo_new_path(context)
    }
}
