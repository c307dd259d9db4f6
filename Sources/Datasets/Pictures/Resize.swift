/// Where an output pixel reads along one axis: two source indices and their weights in 1/2048.
struct Tap {
    fileprivate var first: Int32
    fileprivate var second: Int32
    fileprivate var firstWeight: Int32
    fileprivate var secondWeight: Int32

    /// Taps of one axis. Rows keep their fraction at the borders and clamp the indices; columns drop the fraction.
    ///
    /// - Parameters:
    ///   - start: where among the `source` pixels the picture begins, and `length` how long it is.
    fileprivate static func taps(
        from source: Int, start: Double, length: Double, to target: Int, resetsAtBorders: Bool
    ) -> [Tap] {
        let scale = 1 / (Double(target) / length)
        return (0..<target).map { x in
            var f = Float((Double(x) + 0.5) * scale - 0.5 + start)
            var i = Int(f.rounded(.down))
            f -= Float(i)
            if resetsAtBorders {
                if i < 0 { (i, f) = (0, 0) }
                if i >= source - 1 { (i, f) = (source - 1, 0) }
            }
            return Tap(
                first: Int32(min(max(i, 0), source - 1)), second: Int32(min(max(i + 1, 0), source - 1)),
                firstWeight: Int32(((1 - f) * 2048).rounded(.toNearestOrEven)),
                secondWeight: Int32((f * 2048).rounded(.toNearestOrEven)))
        }
    }
}

/// The rows or columns of a large picture that a resize reads: all others need not be there.
struct TouchedLines {
    /// In ascending order.
    let lines: [Int32]
    fileprivate let taps: [Tap]

    /// - Parameter areRows: rows keep their fraction at the borders, columns do not.
    init(from source: Int, to target: Int, areRows: Bool) {
        let taps = Tap.taps(
            from: source, start: 0, length: Double(source), to: target, resetsAtBorders: !areRows)
        let lines = Set(taps.flatMap { [$0.first, $0.second] }).sorted()
        let places = Dictionary(uniqueKeysWithValues: lines.enumerated().map { ($1, Int32($0)) })
        self.lines = lines
        self.taps = taps.map { tap in
            var tap = tap
            tap.first = places[tap.first] ?? 0
            tap.second = places[tap.second] ?? 0
            return tap
        }
    }
}

/// The resized picture from those pixels that it reads: the same bytes.
func resized(_ picked: Picture, rows: TouchedLines, columns: TouchedLines) -> Picture {
    resized(picked, rows: rows.taps, columns: columns.taps)
}

/// A rectangle of a picture, in pixels and their parts.
struct PictureArea: Equatable {
    var left = 0.0
    var top = 0.0
    var width: Double
    var height: Double

    /// All of it.
    init(of picture: Picture) {
        width = Double(picture.width)
        height = Double(picture.height)
    }
}

/// Bilinear resize without antialiasing, in the reference's 8-bit arithmetic: equal bytes.
func resized(_ source: Picture, height: Int, width: Int) -> Picture {
    resized(DecodedPicture(source), height: height, width: width)
}

/// The same of a picture that may have been decoded at a reduced size.
///
/// Source: spec of the data sets, section 4.
func resized(_ decoded: DecodedPicture, height: Int, width: Int) -> Picture {
    let source = decoded.pixels, area = decoded.area
    if source.height == height, source.width == width, area == PictureArea(of: source) { return source }
    let columns = Tap.taps(
        from: source.width, start: area.left, length: area.width, to: width, resetsAtBorders: true)
    let rows = Tap.taps(
        from: source.height, start: area.top, length: area.height, to: height, resetsAtBorders: false)
    return resized(source, rows: rows, columns: columns)
}

private func resized(_ source: Picture, rows: [Tap], columns: [Tap]) -> Picture {
    let height = rows.count, width = columns.count
    let target = Picture(height: height, width: width)
    let count = width * 3
    // Two horizontally resized rows, with room for the overlapping stores of the last pixel and of the last vector.
    let stretched = UnsafeMutablePointer<Int32>.allocate(capacity: 2 * (count + 16))
    stretched.initialize(repeating: 0, count: 2 * (count + 16))
    defer { stretched.deallocate() }
    var first = stretched, second = stretched + count + 16
    var firstRow: Int32 = -1, secondRow: Int32 = -1
    for y in 0..<height {
        let tap = rows[y]
        if firstRow != tap.first {
            if secondRow == tap.first {
                (first, second) = (second, first)
                (firstRow, secondRow) = (secondRow, firstRow)
            } else {
                stretch(source.row(Int(tap.first)), columns, into: first)
                firstRow = tap.first
            }
        }
        if tap.second != tap.first, secondRow != tap.second {
            stretch(source.row(Int(tap.second)), columns, into: second)
            secondRow = tap.second
        }
        blend(
            first, tap.second == tap.first ? first : second, tap.firstWeight, tap.secondWeight, into: target.row(y),
            count: count)
    }
    return target
}

private func stretch(_ source: UnsafeMutablePointer<UInt8>, _ taps: [Tap], into target: UnsafeMutablePointer<Int32>) {
    let bytes = UnsafeRawPointer(source)
    let words = UnsafeMutableRawPointer(target)
    taps.withUnsafeBufferPointer { taps in
        for x in 0..<taps.count {
            let tap = taps[x]
            let a = bytes.loadUnaligned(fromByteOffset: 3 * Int(tap.first), as: SIMD4<UInt8>.self)
            let b = bytes.loadUnaligned(fromByteOffset: 3 * Int(tap.second), as: SIMD4<UInt8>.self)
            let sum =
                SIMD4<Int32>(truncatingIfNeeded: a) &* SIMD4(repeating: tap.firstWeight)
                &+ SIMD4<Int32>(truncatingIfNeeded: b) &* SIMD4(repeating: tap.secondWeight)
            // The fourth value is overwritten by the next pixel.
            words.storeBytes(of: sum, toByteOffset: 12 * x, as: SIMD4<Int32>.self)
        }
    }
}

private func blend(
    _ first: UnsafeMutablePointer<Int32>, _ second: UnsafeMutablePointer<Int32>, _ firstWeight: Int32,
    _ secondWeight: Int32, into target: UnsafeMutablePointer<UInt8>, count: Int
) {
    let a = UnsafeRawPointer(first), b = UnsafeRawPointer(second)
    let firstWeights = SIMD8<Int32>(repeating: firstWeight), secondWeights = SIMD8<Int32>(repeating: secondWeight)
    var i = 0
    while i < count {
        let top = a.loadUnaligned(fromByteOffset: 4 * i, as: SIMD8<Int32>.self) &>> 4
        let bottom = b.loadUnaligned(fromByteOffset: 4 * i, as: SIMD8<Int32>.self) &>> 4
        let sum = (((firstWeights &* top) &>> 16) &+ ((secondWeights &* bottom) &>> 16) &+ 2) &>> 2
        let bytes = SIMD8<UInt8>(truncatingIfNeeded: sum)
        if i + 8 <= count {
            UnsafeMutableRawPointer(target).storeBytes(of: bytes, toByteOffset: i, as: SIMD8<UInt8>.self)
        } else {
            for k in 0..<count - i { target[i + k] = bytes[k] }
        }
        i += 8
    }
}
