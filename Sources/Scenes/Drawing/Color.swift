import Tensors

/// Red, green and blue as a display shows them (1 = white, more = glare), and opacity.
typealias Color = SIMD4<Float>

/// A place on the canvas in pixels, y downwards.
typealias Point = SIMD2<Float>

/// A colour from its parts.
@inline(__always) func rgb(_ red: Float, _ green: Float, _ blue: Float, _ alpha: Float = 1) -> Color {
    Color(red, green, blue, alpha)
}

/// `a` at t = 0, `b` at t = 1.
@inline(__always) func mix(_ a: Color, _ b: Color, _ t: Float) -> Color { a + (b - a) * t }

/// `a` at t = 0, `b` at t = 1.
@inline(__always) func mix(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }

/// 0 below `low`, 1 above `high`, smooth between.
@inline(__always) func smoothstep(_ low: Float, _ high: Float, _ value: Float) -> Float {
    let t = min(max((value - low) / (high - low), 0), 1)
    return t * t * (3 - 2 * t)
}

/// About exp(-x) for x ≥ 0, the same bits on every machine.
@inline(__always) func fading(_ x: Float) -> Float {
    let t = 1 / (1 + x * 0.25 * (1 + x * 0.125))
    let square = t * t
    return square * square
}

extension SIMD4<Float> {
    /// This colour with light multiplied in and opacity kept.
    @inline(__always) func times(_ light: Float) -> Color { Color(x * light, y * light, z * light, w) }

    /// This colour under a coloured light, with opacity kept.
    @inline(__always) func times(_ light: Color) -> Color { Color(x * light.x, y * light.y, z * light.z, w) }

    /// This colour with another opacity.
    @inline(__always) func faded(_ alpha: Float) -> Color { Color(x, y, z, alpha) }

    /// Brightness as the eye weighs it.
    var luminance: Float { 0.299 * x + 0.587 * y + 0.114 * z }
}

extension RandomStream {
    /// Uniform between two reals.
    mutating func real(_ low: Float, _ high: Float) -> Float { low + (high - low) * Float(uniform()) }

    /// Uniform in the logarithm between two positive reals.
    mutating func scale(_ low: Float, _ high: Float) -> Float { low * Float.exponent(real(0, 1), of: high / low) }

    /// True with this probability.
    mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

    /// One of the values.
    mutating func pick<Value>(_ values: [Value]) -> Value { values[integer(below: values.count)] }

    /// -1 or 1.
    mutating func sign() -> Float { chance(0.5) ? -1 : 1 }

    /// A whole number of a closed range.
    mutating func count(_ low: Int, _ high: Int) -> Int { low + integer(below: high - low + 1) }

    /// The colour, moved a little in brightness and hue.
    mutating func vary(_ color: Color, by amount: Float = 0.1) -> Color {
        let light = 1 + real(-amount, amount)
        let hue = Color(real(-amount, amount), real(-amount, amount), real(-amount, amount), 0) * 0.5
        let varied = color.times(light) + color * hue
        return varied.clamped(lowerBound: Color(repeating: 0), upperBound: Color(repeating: 1)).faded(color.w)
    }
}
