import CPango
import Diagnostics

/// Something to draw on: opaque pixels, addressed in units that may be larger than a pixel. For one thread at a time.
public final class Canvas {
    /// The most pixels that a side may have: cairo counts them in 15 bits.
    public static let largestSide = 32_767

    /// Units to the right.
    public let width: Double
    /// Units down.
    public let height: Double
    /// Pixels to the right.
    public let columns: Int
    /// Pixels down.
    public let rows: Int
    let context: OpaquePointer
    private let surface: OpaquePointer

    /// An empty canvas.
    ///
    /// - Parameter scale: pixels of a unit.
    public init(width: Double, height: Double, scale: Double = 1, filled color: Color = .white) {
        columns = max(Int((width * scale).rounded()), 1)
        rows = max(Int((height * scale).rounded()), 1)
        self.width = width
        self.height = height
        surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(columns), Int32(rows))
        precondition(
            cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS, "no memory for a canvas of \(columns) × \(rows)")
        context = cairo_create(surface)
        cairo_scale(context, scale, scale)
        fill(Box(x: 0, y: 0, width: width, height: height), color)
    }

    /// A canvas over a picture: rows of red, green and blue bytes without gaps.
    ///
    /// - Parameter scale: pixels of a unit.
    public convenience init(width: Int, height: Int, rgb: UnsafePointer<UInt8>, scale: Double = 1) {
        self.init(width: Double(width) / scale, height: Double(height) / scale, scale: scale)
        paste(rgb, width: width, height: height, x: 0, y: 0)
    }

    deinit {
        cairo_destroy(context)
        cairo_surface_destroy(surface)
    }

    // MARK: Shapes

    /// Covers a rectangle.
    public func fill(_ box: Box, _ color: Color) {
        set(color)
        cairo_rectangle(context, box.x, box.y, box.width, box.height)
        cairo_fill(context)
    }

    /// Draws the sides of a rectangle; the line lies half inside, half outside.
    public func stroke(_ box: Box, _ color: Color, width: Double) {
        set(color)
        cairo_set_line_width(context, width)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_MITER)
        cairo_rectangle(context, box.x, box.y, box.width, box.height)
        cairo_stroke(context)
    }

    /// Draws a line through points.
    ///
    /// - Parameter dashes: lengths drawn and left out in turn; none for a line without gaps.
    public func line(_ points: [Point], _ color: Color, width: Double, dashes: [Double] = []) {
        guard let first = points.first else { return }
        set(color)
        cairo_set_line_width(context, width)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        cairo_set_line_cap(context, CAIRO_LINE_CAP_BUTT)
        cairo_set_dash(context, dashes, Int32(dashes.count), 0)
        cairo_move_to(context, first.x, first.y)
        for point in points.dropFirst() { cairo_line_to(context, point.x, point.y) }
        cairo_stroke(context)
        cairo_set_dash(context, nil, 0, 0)
    }

    /// Fills a circle.
    public func dot(_ point: Point, radius: Double, _ color: Color) {
        set(color)
        cairo_new_path(context)
        cairo_arc(context, point.x, point.y, radius, 0, 2 * .pi)
        cairo_fill(context)
    }

    /// What `body` draws appears in this rectangle only.
    public func clipped(to box: Box, _ body: () -> Void) {
        cairo_save(context)
        cairo_rectangle(context, box.x, box.y, box.width, box.height)
        cairo_clip(context)
        body()
        cairo_restore(context)
    }

    /// What `body` draws is turned by a quarter against the clock around a point, which is its origin.
    public func turned(around point: Point, _ body: () -> Void) {
        cairo_save(context)
        cairo_translate(context, point.x, point.y)
        cairo_rotate(context, -.pi / 2)
        body()
        cairo_restore(context)
    }

    func set(_ color: Color) {
        cairo_set_source_rgba(context, color.red, color.green, color.blue, color.cover)
    }

    // MARK: Pixels

    /// Puts a picture at a pixel; what reaches beyond the canvas is cut off.
    public func paste(_ rgb: UnsafePointer<UInt8>, width: Int, height: Int, x: Int, y: Int) {
        cairo_surface_flush(surface)
        guard let pixels = cairo_image_surface_get_data(surface) else { return }
        let stride = Int(cairo_image_surface_get_stride(surface))
        for row in max(0, -y)..<max(min(height, rows - y), max(0, -y)) {
            let source = rgb + row * width * 3
            let target = UnsafeMutableRawPointer(pixels + (y + row) * stride).assumingMemoryBound(to: UInt32.self)
            for column in max(0, -x)..<max(min(width, columns - x), max(0, -x)) {
                let p = source + 3 * column
                target[x + column] = UInt32(p[0]) << 16 | UInt32(p[1]) << 8 | UInt32(p[2])
            }
        }
        cairo_surface_mark_dirty(surface)
    }

    /// Rows of red, green and blue bytes without gaps.
    public var rgb: [UInt8] {
        cairo_surface_flush(surface)
        guard let pixels = cairo_image_surface_get_data(surface) else { return [] }
        let stride = Int(cairo_image_surface_get_stride(surface))
        return [UInt8](unsafeUninitializedCapacity: rows * columns * 3) { buffer, count in
            for row in 0..<rows {
                let source = UnsafeRawPointer(pixels + row * stride).assumingMemoryBound(to: UInt32.self)
                for column in 0..<columns {
                    let (value, place) = (source[column], (row * columns + column) * 3)
                    buffer[place] = UInt8(truncatingIfNeeded: value >> 16)
                    buffer[place + 1] = UInt8(truncatingIfNeeded: value >> 8)
                    buffer[place + 2] = UInt8(truncatingIfNeeded: value)
                }
            }
            count = rows * columns * 3
        }
    }

    /// The canvas as a PNG.
    public func png() throws -> [UInt8] {
        var bytes: [UInt8] = []
        let status = withUnsafeMutablePointer(to: &bytes) { target in
            cairo_surface_write_to_png_stream(
                surface,
                { closure, data, count in
                    guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
                    closure.assumingMemoryBound(to: [UInt8].self).pointee +=
                        UnsafeBufferPointer(start: data, count: Int(count))
                    return CAIRO_STATUS_SUCCESS
                }, target)
        }
        guard status == CAIRO_STATUS_SUCCESS else {
            throw Problem("a picture cannot be made: \(String(cString: cairo_status_to_string(status)))")
        }
        return bytes
    }
}
