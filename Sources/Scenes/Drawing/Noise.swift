import Foundation
import Tensors

/// Smooth random fields: values on a square lattice with soft interpolation between, and sums of them.
struct Noise: Sendable {
    private static let side = 256

    /// Random values in [0, 1) for a lattice that repeats; made once and never freed.
    private nonisolated(unsafe) static let lattice: UnsafePointer<Float> = {
        let values = UnsafeMutablePointer<Float>.allocate(capacity: side * side)
        var random = RandomStream(0x5CE9E5)
        for index in 0..<side * side { values[index] = Float(random.uniform()) }
        return UnsafePointer(values)
    }()

    private nonisolated(unsafe) let table: UnsafePointer<Float>
    private let shift: Point

    /// The field that belongs to the next numbers of a stream.
    init(_ random: inout RandomStream) {
        table = Noise.lattice
        shift = Point(random.real(0, 256), random.real(0, 256))
    }

    /// In [0, 1], about one hill per unit.
    @inline(__always) func value(_ x: Float, _ y: Float) -> Float {
        let px = x + shift.x
        let py = y + shift.y
        let fx = px.rounded(.down)
        let fy = py.rounded(.down)
        var tx = px - fx
        var ty = py - fy
        tx = tx * tx * (3 - 2 * tx)
        ty = ty * ty * (3 - 2 * ty)
        // Adding 1.5 · 2²³ leaves a small whole number in the low bits.
        let ix = Int((fx + 12_582_912).bitPattern & 255)
        let iy = Int((fy + 12_582_912).bitPattern & 255) << 8
        let jx = (ix + 1) & 255
        let jy = (iy + 256) & 0xFFFF
        let top = mix(table[iy + ix], table[iy + jx], tx)
        let bottom = mix(table[jy + ix], table[jy + jx], tx)
        return mix(top, bottom, ty)
    }

    /// Three octaves, in [0, 1].
    @inline(__always) func rough(_ x: Float, _ y: Float) -> Float {
        (value(x, y) * 4 + value(x * 2.03 + 17.1, y * 2.03 + 9.2) * 2 + value(x * 4.1 + 3.3, y * 4.1 + 41.7)) / 7
    }

    /// Four octaves, in [0, 1].
    @inline(__always) func turbulence(_ x: Float, _ y: Float) -> Float {
        (rough(x, y) * 14 + value(x * 8.3 + 71.9, y * 8.3 + 5.5) * 1.6) / 15.6
    }
}

extension Float {
    /// `base` to the power of this value.
    static func exponent(_ value: Float, of base: Float) -> Float { Float(pow(Double(base), Double(value))) }
}
