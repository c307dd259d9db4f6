/// The picture under a transform (source to target), bilinear, `Picture.padding` outside.
///
/// Target pixel (x, y) samples the source at the inverse transform of (x, y), pixel centres at integers.
/// Source: spec of the data sets, section 7.
func warped(_ source: Picture, by matrix: Matrix3, height: Int, width: Int) -> Picture {
    if matrix == .identity, source.height == height, source.width == width { return source }
    guard let inverse = matrix.inverse else {
        return Picture(height: height, width: width, filled: Picture.padding)
    }
    let target = Picture(height: height, width: width)
    let isAffine = matrix.rows.2 == SIMD3(0, 0, 1)
    for y in 0..<height {
        if isAffine {
            warpRow(source, inverse, y: y, into: target)
        } else {
            for x in 0..<width {
                sample(source, at: inverse.map(Double(x), Double(y)), into: target.row(y) + 3 * x)
            }
        }
    }
    return target
}

/// Where one output row reads: a straight line through the source, in 1/2³² of a pixel.
private struct Line {
    var x: Int64
    var y: Int64
    var stepX: Int64
    var stepY: Int64

    init?(_ inverse: Matrix3, y: Int, count: Int) {
        let unit = Double(1 << 32)
        let start = SIMD2(inverse.rows.0.y, inverse.rows.1.y) * Double(y) + SIMD2(inverse.rows.0.z, inverse.rows.1.z)
        let step = SIMD2(inverse.rows.0.x, inverse.rows.1.x)
        // Beyond this no pixel of a legal picture is hit, and the sums below could overflow.
        let limit = 1e8
        guard abs(start.x) < limit, abs(start.y) < limit, abs(step.x) < 1e4, abs(step.y) < 1e4 else { return nil }
        x = Int64((start.x * unit).rounded())
        self.y = Int64((start.y * unit).rounded())
        stepX = Int64((step.x * unit).rounded())
        stepY = Int64((step.y * unit).rounded())
    }

    /// Positions within 0..<count where `start + i·step` lies in `low...high`.
    static func range(_ start: Int64, _ step: Int64, low: Int64, high: Int64, count: Int) -> Range<Int> {
        // A source of one pixel has none between `low` and `high`.
        if step == 0 { return low <= start && start <= high ? 0..<count : 0..<0 }
        let (a, b) = step > 0 ? (low - start, high - start) : (start - high, start - low)
        let size = Int64(step.magnitude)
        let first = max(0, a > 0 ? (a + size - 1) / size : 0)
        let end = b < 0 ? 0 : min(Int64(count), b / size + 1)
        return first < end ? Int(first)..<Int(end) : 0..<0
    }
}

private func warpRow(_ source: Picture, _ inverse: Matrix3, y: Int, into target: Picture) {
    let count = target.width, row = target.row(y)
    guard let line = Line(inverse, y: y, count: count) else {
        return row.update(repeating: Picture.padding, count: 3 * count)
    }
    func range(_ margin: Int) -> Range<Int> {
        // Positions whose four neighbours are inside (margin 0), or of which at least one may be (margin 1).
        let extra = Int64(margin) << 32
        let columns = Line.range(
            line.x, line.stepX, low: -extra, high: Int64(source.width - 1) << 32 - 1 + extra, count: count)
        let rows = Line.range(
            line.y, line.stepY, low: -extra, high: Int64(source.height - 1) << 32 - 1 + extra, count: count)
        let clamped = columns.clamped(to: rows)
        return clamped.isEmpty ? 0..<0 : clamped
    }
    let touched = range(1)
    let inside = range(0)
    row.update(repeating: Picture.padding, count: 3 * touched.lowerBound)
    let head = inside.isEmpty ? touched : touched.lowerBound..<inside.lowerBound
    for x in head { sample(source, line, x, into: row + 3 * x) }
    if !inside.isEmpty {
        sampleInside(source, line, inside, into: row)
        for x in inside.upperBound..<touched.upperBound { sample(source, line, x, into: row + 3 * x) }
    }
    (row + 3 * touched.upperBound).update(repeating: Picture.padding, count: 3 * (count - touched.upperBound))
}

/// Pixels whose four neighbours lie in the source.
private func sampleInside(
    _ source: Picture, _ line: Line, _ range: Range<Int>, into row: UnsafeMutablePointer<UInt8>
) {
    let bytes = UnsafeRawPointer(source.pixels), out = UnsafeMutableRawPointer(row)
    let rowBytes = source.rowBytes
    var x = line.x + Int64(range.lowerBound) * line.stepX, y = line.y + Int64(range.lowerBound) * line.stepY
    for position in range {
        let p = bytes + (Int(y >> 32) * rowBytes + 3 * Int(x >> 32))
        let fx = Float(UInt32(truncatingIfNeeded: x) >> 8) * 0x1p-24
        let fy = Float(UInt32(truncatingIfNeeded: y) >> 8) * 0x1p-24
        let a = SIMD4<Float>(p.loadUnaligned(as: SIMD4<UInt8>.self))
        let b = SIMD4<Float>(p.loadUnaligned(fromByteOffset: 3, as: SIMD4<UInt8>.self))
        let c = SIMD4<Float>(p.loadUnaligned(fromByteOffset: rowBytes, as: SIMD4<UInt8>.self))
        let d = SIMD4<Float>(p.loadUnaligned(fromByteOffset: rowBytes + 3, as: SIMD4<UInt8>.self))
        let top = a.addingProduct(b - a, SIMD4(repeating: fx)), bottom = c.addingProduct(d - c, SIMD4(repeating: fx))
        let value = top.addingProduct(bottom - top, SIMD4(repeating: fy))
        let rounded = nearestBytes(value)
        if position + 1 < range.upperBound {
            // The fourth byte is overwritten by the next pixel.
            out.storeBytes(of: rounded, toByteOffset: 3 * position, as: SIMD4<UInt8>.self)
        } else {
            for k in 0..<3 { row[3 * position + k] = rounded[k] }
        }
        x += line.stepX
        y += line.stepY
    }
}

private func sample(_ source: Picture, _ line: Line, _ position: Int, into target: UnsafeMutablePointer<UInt8>) {
    let x = line.x + Int64(position) * line.stepX, y = line.y + Int64(position) * line.stepY
    sample(source, at: SIMD2(Double(x), Double(y)) * 0x1p-32, into: target)
}

/// One pixel anywhere.
private func sample(_ source: Picture, at point: SIMD2<Double>, into target: UnsafeMutablePointer<UInt8>) {
    // Not a number, or too far away for an integer.
    guard abs(point.x) < 1e9, abs(point.y) < 1e9 else {
        return target.update(repeating: Picture.padding, count: 3)
    }
    let corner = point.rounded(.down)
    let f = SIMD2<Float>(point - corner)
    let x = Int(corner.x), y = Int(corner.y)
    func pixel(_ dy: Int, _ dx: Int) -> SIMD3<Float> {
        guard (0..<source.height).contains(y + dy), (0..<source.width).contains(x + dx) else {
            return SIMD3(repeating: Float(Picture.padding))
        }
        return SIMD3<Float>(source[y + dy, x + dx])
    }
    let a = pixel(0, 0), c = pixel(1, 0)
    let top = a + (pixel(0, 1) - a) * f.x, bottom = c + (pixel(1, 1) - c) * f.x
    let value = nearestBytes(SIMD4(top + (bottom - top) * f.y, 0))
    for k in 0..<3 { target[k] = value[k] }
}
