import Configuration
import Tensors

/// A change of hue, saturation and brightness, as tables over the 8-bit values of the reference's HSV.
///
/// Source: spec of the data sets, section 7.
struct ColorJitter {
    /// New hue (0…179), saturation and brightness (0…255) of every old one.
    let hue: [Float]
    let saturation: [Float]
    let brightness: [Float]

    /// Draws a change; nil when the recipe allows none.
    init?(recipe: Recipe, stream: inout RandomStream) {
        if recipe.hsvH == 0, recipe.hsvS == 0, recipe.hsvV == 0 { return nil }
        let h = stream.uniform(-1, 1) * recipe.hsvH
        let s = stream.uniform(-1, 1) * recipe.hsvS
        let v = stream.uniform(-1, 1) * recipe.hsvV
        self.init(hue: h, saturation: s, brightness: v, compatibility: recipe.compat)
    }

    init(hue h: Double, saturation s: Double, brightness v: Double, compatibility: Compatibility) {
        let values = (0..<256).map(Double.init)
        hue = values.map { x in
            let moved = compatibility == .current ? x + 180 * h : x * (1 + h)
            let turned = moved - 180 * (moved / 180).rounded(.down)
            // Rounding can lift a tiny negative hue to the full turn.
            return Float(turned >= 180 ? 0 : turned.rounded(.down))
        }
        saturation = values.map { Float(min(max($0 * (1 + s), 0), 255).rounded(.down)) }
        brightness = values.map { Float(min(max($0 * (1 + v), 0), 255).rounded(.down)) }
    }

    /// Eight changed pixels; values are integers from 0 to 255.
    @inline(__always)
    func apply(_ r: inout SIMD8<Float>, _ g: inout SIMD8<Float>, _ b: inout SIMD8<Float>) {
        let (h, s, v) = hsv(r, g, b)
        (r, g, b) = rgb(look(h, up: hue), look(s, up: saturation), look(v, up: brightness))
    }

    @inline(__always)
    private func look(_ values: SIMD8<Float>, up table: [Float]) -> SIMD8<Float> {
        let places = nearestIntegers(values)
        return table.withUnsafeBufferPointer { table in
            var result = SIMD8<Float>()
            for lane in 0..<8 { result[lane] = table[Int(places[lane])] }
            return result
        }
    }
}

/// 8-bit HSV (hue 0…179) of 8-bit RGB, in the reference's fixed-point arithmetic: equal integers.
@inline(__always)
func hsv(
    _ r: SIMD8<Float>, _ g: SIMD8<Float>, _ b: SIMD8<Float>
) -> (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) {
    let one = SIMD8<Float>(repeating: 1)
    let v = larger(larger(r, g), b)
    let d = v - smaller(smaller(r, g), b)
    // Every product stays below 2²⁴, so that Float holds the integers exactly; the reciprocals round as integers do.
    let perValue = nearest(1_044_480 / larger(v, one))
    let perRange = nearest(122_880 / larger(d, one))
    let s = floored((d * perValue + 2048) * 0x1p-12)
    var turn = (r - g) + 4 * d
    turn.replace(with: (b - r) + 2 * d, where: v .== g)
    turn.replace(with: g - b, where: v .== r)
    var h = floored((turn * perRange + 2048) * 0x1p-12)
    h.replace(with: h + 180, where: h .< 0)
    return (h, s, v)
}

/// RGB of 8-bit HSV, rounded down to integers.
@inline(__always)
func rgb(
    _ h: SIMD8<Float>, _ s: SIMD8<Float>, _ v: SIMD8<Float>
) -> (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) {
    let sector = h * (6.0 / 180)
    let reach = v * s * (1.0 / 255)
    @inline(__always)
    func channel(_ offset: Float) -> SIMD8<Float> {
        var k = sector + offset
        k.replace(with: k - 6, where: k .>= 6)
        let share = smaller(larger(smaller(k, 4 - k), SIMD8()), SIMD8(repeating: 1))
        // A hair is added so that a value that is an integer but for rounding stays that integer.
        return floored(v - reach * share + 0x1p-12)
    }
    return (channel(5), channel(3), channel(1))
}
