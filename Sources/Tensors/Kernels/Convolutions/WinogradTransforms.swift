/// Winograd's minimal filtering F(4×4, 3×3) over eight channels: a tile of 6 × 6 input values and a kernel of 3 × 3 give
/// 4 × 4 results with 36 multiplications instead of 144.
///
/// Each transform is a small matrix on both sides; here are the matrices, one line of six, four or three values at a time.
/// Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015.
enum Winograd: MinimalFilter {
    typealias Vector = SIMD8<Float>
    typealias Three = (Vector, Vector, Vector)
    typealias Four = (Vector, Vector, Vector, Vector)
    typealias Six = (Vector, Vector, Vector, Vector, Vector, Vector)

    /// `Bᵀ · d`
    @inline(__always)
    static func input(_ d: Six) -> Six {
        let a = d.4.addingProduct(-4, d.2)
        let b = d.3.addingProduct(-4, d.1)
        let c = d.4 - d.2
        let e = d.3 - d.1
        let e2 = e + e
        return (
            d.4.addingProduct(-5, d.2).addingProduct(4, d.0), a + b, a - b, c + e2, c - e2,
            d.5.addingProduct(-5, d.3).addingProduct(4, d.1)
        )
    }

    /// `Aᵀ · m`
    @inline(__always)
    static func output(_ m: Six) -> Four {
        let s = m.1 + m.2
        let d = m.1 - m.2
        let s2 = m.3 + m.4
        let d2 = m.3 - m.4
        return (m.0 + s + s2, d.addingProduct(2, d2), s.addingProduct(4, s2), (d + m.5).addingProduct(8, d2))
    }

    static let size = 6

    @inline(__always)
    static func results(_ source: UnsafePointer<Float>, _ stride: Int) -> Four { output(load(source, stride)) }

    /// `A · y`
    @inline(__always)
    static func outputGradient(_ y: Four) -> Six {
        let even = y.0 + y.2
        let odd = y.1 + y.3
        let even2 = y.0.addingProduct(4, y.2)
        let odd2 = (y.1 + y.1).addingProduct(8, y.3)
        return (y.0, even + odd, even - odd, even2 + odd2, even2 - odd2, y.3)
    }

    /// `G · g`
    @inline(__always)
    static func weights(_ g: Three) -> Six {
        let s = (g.0 + g.2) * (-1 / 6)
        let t = (g.0 * (1 / 24)).addingProduct(1 / 6, g.2)
        return (
            g.0 * 0.25, s.addingProduct(-1 / 6, g.1), s.addingProduct(1 / 6, g.1), t.addingProduct(1 / 12, g.1),
            t.addingProduct(-1 / 12, g.1), g.2
        )
    }

    /// `Gᵀ · u`
    @inline(__always)
    static func weightGradient(_ u: Six) -> Three {
        let s = (u.1 + u.2) * (-1 / 6)
        let t = u.3 + u.4
        return (
            s.addingProduct(0.25, u.0).addingProduct(1 / 24, t),
            ((u.2 - u.1) * (1 / 6)).addingProduct(1 / 12, u.3 - u.4), (s + u.5).addingProduct(1 / 6, t)
        )
    }

    /// Values of the 36 planes at one place: for reading and writing a line of six.
    @inline(__always)
    static func load(_ pointer: UnsafePointer<Float>, _ stride: Int) -> Six {
        (
            load8(pointer), load8(pointer + stride), load8(pointer + 2 &* stride), load8(pointer + 3 &* stride),
            load8(pointer + 4 &* stride), load8(pointer + 5 &* stride)
        )
    }

    @inline(__always)
    static func store(_ values: Six, _ pointer: UnsafeMutablePointer<Float>, _ stride: Int) {
        store8(values.0, to: pointer)
        store8(values.1, to: pointer + stride)
        store8(values.2, to: pointer + 2 &* stride)
        store8(values.3, to: pointer + 3 &* stride)
        store8(values.4, to: pointer + 4 &* stride)
        store8(values.5, to: pointer + 5 &* stride)
    }
}

extension SIMD8<Float> {
    /// `self + factor · value`
    @inline(__always)
    func addingProduct(_ factor: Float, _ value: SIMD8<Float>) -> SIMD8<Float> {
        addingProduct(SIMD8(repeating: factor), value)
    }
}
