import Configuration
import Tensors

/// A change of hue, saturation and brightness, over the 8-bit values of the reference's HSV.
///
/// Source: spec of the data sets, section 7.
struct ColorJitter {
    /// New hue (0…179), saturation and brightness (0…255) of every old one.
    let hue: ToneCurve
    let saturation: ToneCurve
    let brightness: ToneCurve

    /// Draws a change; nil when the recipe allows none.
    init?(recipe: Recipe, stream: inout RandomStream) {
        if recipe.hsvH == 0, recipe.hsvS == 0, recipe.hsvV == 0 { return nil }
        let h = stream.uniform(-1, 1) * recipe.hsvH
        let s = stream.uniform(-1, 1) * recipe.hsvS
        let v = stream.uniform(-1, 1) * recipe.hsvV
        self.init(hue: h, saturation: s, brightness: v, compatibility: recipe.compat)
    }

    init(hue h: Double, saturation s: Double, brightness v: Double, compatibility: Compatibility) {
        hue =
            compatibility == .current
            ? ToneCurve(slope: 1, offset: 180 * h, period: 180) : ToneCurve(slope: 1 + h, offset: 0, period: 180)
        saturation = ToneCurve(scaledBy: 1 + s)
        brightness = ToneCurve(scaledBy: 1 + v)
    }

    /// All three where they are lines, as they nearly always are.
    var lines: (hue: ToneCurve.Line, saturation: ToneCurve.Line, brightness: ToneCurve.Line)? {
        guard let hue = hue.line, let saturation = saturation.line, let brightness = brightness.line else { return nil }
        return (hue, saturation, brightness)
    }
}

/// 8-bit HSV (hue 0…179) of 8-bit RGB, in the reference's fixed-point arithmetic: equal integers.
@inline(__always)
func hsv(
    _ r: SIMD8<Float>, _ g: SIMD8<Float>, _ b: SIMD8<Float>
) -> (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) {
    let v = larger(larger(r, g), b)
    let d = v - smaller(smaller(r, g), b)
    // Every product stays below 2²³, so that Float holds the integers and their halves exactly; the reciprocals round as
    // integers do.
    let perValue = nearest(1_044_480 / larger(v, SIMD8(repeating: 1)))
    let perRange = nearest(122_880 / larger(d, SIMD8(repeating: 1)))
    // (n + 2048) >> 12 is the integer nearest to n / 4096, halves upwards.
    let s = nearest((d * perValue + 0.5) * 0x1p-12)
    var turn = (r - g) + 4 * d
    turn = turn.replacing(with: (b - r) + 2 * d, where: v .== g)
    turn = turn.replacing(with: g - b, where: v .== r)
    let h = nearest((turn * perRange + 0.5) * 0x1p-12)
    return (h.replacing(with: h + 180, where: h .< 0), s, v)
}

/// RGB of 8-bit HSV, rounded down to integers.
@inline(__always)
func rgb(
    _ h: SIMD8<Float>, _ s: SIMD8<Float>, _ v: SIMD8<Float>
) -> (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) {
    let sector = h * (6.0 / 180)
    let reach = v * s * (1.0 / 255)
    // What a channel lacks of the brightness, as a part of the reach: red from 2 to 4, the others round about 5 and 1.
    return (
        lessened(v, by: reach, 2 - magnitude(sector - 3)), lessened(v, by: reach, magnitude(sector - 2) - 1),
        lessened(v, by: reach, magnitude(sector - 4) - 1)
    )
}

@inline(__always)
private func lessened(_ v: SIMD8<Float>, by reach: SIMD8<Float>, _ share: SIMD8<Float>) -> SIMD8<Float> {
    let part = smaller(larger(share, SIMD8()), SIMD8(repeating: 1))
    // Half less is rounded to the integer below. A hair more keeps a value that is an integer but for rounding.
    return nearest(v - reach * part - (0.5 - 0x1.2p-12))
}

@inline(__always)
private func magnitude(_ x: SIMD8<Float>) -> SIMD8<Float> { larger(x, -x) }
