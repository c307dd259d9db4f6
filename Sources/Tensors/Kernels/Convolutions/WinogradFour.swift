/// F(4×4, 3×3) with the points 0, 1, −1, 2, −2 and ∞: 36 multiplications instead of 144.
enum WinogradFour: WinogradFilter {
    typealias Vector = SIMD8<Float>

    static let size = 6
    static let side = 4

    @inline(__always)
    static func input(_ d: (Int) -> Vector, _ put: (Int, Vector) -> Void) {
        let (d1, d2, d3, d4) = (d(1), d(2), d(3), d(4))
        let a = d4.addingProduct(-4, d2)
        let b = d3.addingProduct(-4, d1)
        let c = d4 - d2
        let e = d3 - d1
        let e2 = e + e
        put(0, d4.addingProduct(-5, d2).addingProduct(4, d(0)))
        put(1, a + b)
        put(2, a - b)
        put(3, c + e2)
        put(4, c - e2)
        put(5, d(5).addingProduct(-5, d3).addingProduct(4, d1))
    }

    @inline(__always)
    static func results(_ source: UnsafePointer<Float>, _ stride: Int, _ put: (Int, Vector) -> Void) {
        let (m1, m2) = (load8(source + stride), load8(source + 2 &* stride))
        let (m3, m4) = (load8(source + 3 &* stride), load8(source + 4 &* stride))
        let s = m1 + m2
        let d = m1 - m2
        let s2 = m3 + m4
        let d2 = m3 - m4
        put(0, load8(source) + s + s2)
        put(1, d.addingProduct(2, d2))
        put(2, s.addingProduct(4, s2))
        put(3, (d + load8(source + 5 &* stride)).addingProduct(8, d2))
    }

    @inline(__always)
    static func weights(_ g: (Int) -> Vector, _ put: (Int, Vector) -> Void) {
        let (g0, g1, g2) = (g(0), g(1), g(2))
        let s = (g0 + g2) * (-1 / 6)
        let t = (g0 * (1 / 24)).addingProduct(1 / 6, g2)
        put(0, g0 * 0.25)
        put(1, s.addingProduct(-1 / 6, g1))
        put(2, s.addingProduct(1 / 6, g1))
        put(3, t.addingProduct(1 / 12, g1))
        put(4, t.addingProduct(-1 / 12, g1))
        put(5, g2)
    }

    @inline(__always)
    static func outputGradient(_ y: (Int) -> Vector, _ put: (Int, Vector) -> Void) {
        let (y0, y1, y2, y3) = (y(0), y(1), y(2), y(3))
        let even = y0 + y2
        let odd = y1 + y3
        let even2 = y0.addingProduct(4, y2)
        let odd2 = (y1 + y1).addingProduct(8, y3)
        put(0, y0)
        put(1, even + odd)
        put(2, even - odd)
        put(3, even2 + odd2)
        put(4, even2 - odd2)
        put(5, y3)
    }

    @inline(__always)
    static func weightGradient(_ u: (Int) -> Vector, _ put: (Int, Vector) -> Void) {
        let (u1, u2, u3, u4) = (u(1), u(2), u(3), u(4))
        let s = (u1 + u2) * (-1 / 6)
        let t = u3 + u4
        put(0, s.addingProduct(0.25, u(0)).addingProduct(1 / 24, t))
        put(1, ((u2 - u1) * (1 / 6)).addingProduct(1 / 12, u3 - u4))
        put(2, (s + u(5)).addingProduct(1 / 6, t))
    }
}
