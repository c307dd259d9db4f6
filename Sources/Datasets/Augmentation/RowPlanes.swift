import Tensors

/// The colours of one row of pixels, apart from each other, so that eight pixels are one vector.
///
/// Taking apart, changing and putting together are loops of their own: the row stays in the nearest cache between them,
/// and in one loop the optimiser splits the vectors.
struct RowPlanes {
    private let width: Int
    private let red: UnsafeMutablePointer<Float>
    private let green: UnsafeMutablePointer<Float>
    private let blue: UnsafeMutablePointer<Float>

    /// Room for `width` pixels; the caller deallocates it.
    init(width: Int) {
        self.width = width
        let stride = (width + 15) / 8 * 8
        red = .allocate(capacity: 3 * stride)
        red.initialize(repeating: 0, count: 3 * stride)
        green = red + stride
        blue = green + stride
    }

    func deallocate() { red.deallocate() }

    /// Pixels of three bytes; reads up to 25 bytes more.
    func take(_ source: UnsafeMutablePointer<UInt8>) {
        let bytes = UnsafeRawPointer(source)
        for x in stride(from: 0, to: width, by: 8) {
            var words = SIMD8<UInt32>()
            for lane in 0..<8 { words[lane] = bytes.loadUnaligned(fromByteOffset: 3 * (x + lane), as: UInt32.self) }
            store8(RowPlanes.floats(words), to: red + x)
            store8(RowPlanes.floats(words &>> 8), to: green + x)
            store8(RowPlanes.floats(words &>> 16), to: blue + x)
        }
    }

    /// The low bytes: 2²³ with a byte in its low bits is 2²³ more than the byte.
    @inline(__always)
    private static func floats(_ words: SIMD8<UInt32>) -> SIMD8<Float> {
        unsafeBitCast(words & 255 | Float(0x1p23).bitPattern, to: SIMD8<Float>.self) - 0x1p23
    }

    func change(_ jitter: ColorJitter) {
        toHSV()
        if let lines = jitter.lines {
            for x in stride(from: 0, to: width, by: 8) {
                store8(lines.hue.turned(load8(red + x)), to: red + x)
                store8(lines.saturation.limited(load8(green + x)), to: green + x)
                store8(lines.brightness.limited(load8(blue + x)), to: blue + x)
            }
        } else {
            for x in 0..<width {
                red[x] = jitter.hue[red[x]]
                green[x] = jitter.saturation[green[x]]
                blue[x] = jitter.brightness[blue[x]]
            }
        }
        toRGB()
    }

    @inline(never)
    private func toHSV() {
        for x in stride(from: 0, to: width, by: 8) {
            let (h, s, v) = hsv(load8(red + x), load8(green + x), load8(blue + x))
            store8(h, to: red + x)
            store8(s, to: green + x)
            store8(v, to: blue + x)
        }
    }

    @inline(never)
    private func toRGB() {
        for x in stride(from: 0, to: width, by: 8) {
            let (r, g, b) = rgb(load8(red + x), load8(green + x), load8(blue + x))
            store8(r, to: red + x)
            store8(g, to: green + x)
            store8(b, to: blue + x)
        }
    }

    /// Pixels of three floats in 0…1.
    ///
    /// - Parameters:
    ///   - turned: the last pixel first.
    func give(to target: UnsafeMutablePointer<Float>, turned: Bool, blueFirst: Bool) {
        let first = blueFirst ? blue : red, last = blueFirst ? red : blue
        let whole = width / 8 * 8
        for x in stride(from: 0, to: whole, by: 8) {
            let (r, g, b) = (load8(first + x) / 255, load8(green + x) / 255, load8(last + x) / 255)
            if turned {
                let place = target + 3 * (width - 8 - x)
                interleave(RowPlanes.turned(r), RowPlanes.turned(g), RowPlanes.turned(b), to: place)
            } else {
                interleave(r, g, b, to: target + 3 * x)
            }
        }
        for x in whole..<width {
            let pixel = target + 3 * (turned ? width - 1 - x : x)
            (pixel[0], pixel[1], pixel[2]) = (first[x] / 255, green[x] / 255, last[x] / 255)
        }
    }

    @inline(__always)
    private static func turned(_ x: SIMD8<Float>) -> SIMD8<Float> {
        SIMD8(x[7], x[6], x[5], x[4], x[3], x[2], x[1], x[0])
    }

    @inline(__always)
    private func interleave(
        _ r: SIMD8<Float>, _ g: SIMD8<Float>, _ b: SIMD8<Float>, to target: UnsafeMutablePointer<Float>
    ) {
        store8(SIMD8(r[0], g[0], b[0], r[1], g[1], b[1], r[2], g[2]), to: target)
        store8(SIMD8(b[2], r[3], g[3], b[3], r[4], g[4], b[4], r[5]), to: target + 8)
        store8(SIMD8(g[5], b[5], r[6], g[6], b[6], r[7], g[7], b[7]), to: target + 16)
    }
}
