/// Winograd's idea for a 3 × 3 kernel with stride 2, over eight channels: 9 × 9 input values and a kernel give 4 × 4
/// results with 81 multiplications instead of 144.
///
/// Along a line, the outer taps of the kernel see the odd phase of the input and the middle one the even phase:
/// `y[i] = w₀·d[i] + w₂·d[i+1] + w₁·e[i]`. The odd phase is a minimal filter F(4, 2) at the points 0, 1, −1, −2 and ∞: five
/// products. The even phase needs four, and they can be made to land on the places of the points 0, 1, −1 and ∞, so that both
/// phases are added up before the way back, which is that of F(4, 2) alone. −2 is the fourth point because it rounds
/// least (measured against 2, ½ and −½). In two dimensions this makes 25 planes, of which 16 have four parts of depth,
/// eight have two and one has one.
///
/// Sources: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015; the polyphase form of a strided filter.
enum StridedFilter: MinimalFilter {
    typealias Vector = SIMD8<Float>
    typealias Three = (Vector, Vector, Vector)
    /// Odd phase at the five points, then even phase at four of them.
    typealias Nine = (Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector)

    static let size = 5
    static let side = 4

    /// Point of each of the nine lines.
    static let points = [0, 1, 2, 3, 4, 0, 1, 2, 4]

    /// Part of the planes' depth that line (`y`, `x`) of the 9 × 9 makes up, counting the parts of all planes in order.
    static let parts: [Int] = {
        var first = 0
        let firsts = (0..<25).map { plane in
            defer { first += partCount(plane) }
            return first
        }
        return (0..<81).map { line in
            let (y, x) = (line / 9, line % 9)
            let plane = points[y] * 5 + points[x]
            let perLine = points[x] == 3 ? 1 : 2
            return firsts[plane] + (y >= 5 ? perLine : 0) + (x >= 5 ? 1 : 0)
        }
    }()

    /// Parts of a plane's depth: each direction has both phases, except at the fourth point.
    static func partCount(_ plane: Int) -> Int { (plane / 5 == 3 ? 1 : 2) * (plane % 5 == 3 ? 1 : 2) }

    @inline(__always)
    static func input(_ v: Nine) -> Nine {
        let o3 = v.6 - v.2
        let s = v.4 + v.6
        return (
            o3.addingProduct(2, v.4 - v.0), s.addingProduct(2, v.2 + v.4), s.addingProduct(-2, v.2), o3,
            (v.8 - v.4).addingProduct(2, o3), v.1 - v.5, v.3 + v.5, v.5 - v.3, v.7 - v.3
        )
    }

    @inline(__always)
    static func weights(_ g: Three) -> Nine {
        let half = g.1 * 0.5
        let s = g.0 * (1 / 6)
        return (
            g.0 * -0.5, s.addingProduct(1 / 6, g.2), (g.0 - g.2) * 0.5, (g.2 * (1 / 3)) - s, g.2, g.1, half, half, g.1
        )
    }

    @inline(__always)
    static func results(_ source: UnsafePointer<Float>, _ stride: Int, _ put: (Int, Vector) -> Void) {
        let (m1, m2) = (load8(source + stride), load8(source + 2 &* stride))
        let (m3, m4) = (load8(source + 3 &* stride), load8(source + 4 &* stride))
        let s = m1 + m2
        let d = m1 - m2
        put(0, load8(source) + s + m3)
        put(1, d.addingProduct(-2, m3))
        put(2, s.addingProduct(4, m3))
        put(3, (d + m4).addingProduct(-8, m3))
    }

    /// Nine values at one place, for reading a line.
    @inline(__always)
    static func load(_ pointer: UnsafePointer<Float>, _ stride: Int) -> Nine {
        (
            load8(pointer), load8(pointer + stride), load8(pointer + 2 &* stride), load8(pointer + 3 &* stride),
            load8(pointer + 4 &* stride), load8(pointer + 5 &* stride), load8(pointer + 6 &* stride),
            load8(pointer + 7 &* stride), load8(pointer + 8 &* stride)
        )
    }

    /// Writes a line to nine addresses, `offset` floats further.
    @inline(__always)
    static func store(_ v: Nine, _ table: UnsafePointer<UnsafeMutablePointer<Float>>, _ offset: Int) {
        store8(v.0, to: table[0] + offset)
        store8(v.1, to: table[1] + offset)
        store8(v.2, to: table[2] + offset)
        store8(v.3, to: table[3] + offset)
        store8(v.4, to: table[4] + offset)
        store8(v.5, to: table[5] + offset)
        store8(v.6, to: table[6] + offset)
        store8(v.7, to: table[7] + offset)
        store8(v.8, to: table[8] + offset)
    }
}
