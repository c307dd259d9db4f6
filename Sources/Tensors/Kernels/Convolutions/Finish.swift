/// What happens to a sum before it is a result: bias and activation.
struct Finish {
    /// One value per channel, filled up to a multiple of 16.
    var bias: UnsafePointer<Float>
    var activation: ActivationFunction

    @inline(__always)
    func callAsFunction(_ sum: SIMD8<Float>, channel: Int) -> SIMD8<Float> {
        activation(sum + load8(bias + channel))
    }

    /// Finishes the rows of a product in place.
    func apply(_ rows: RowTable, count: Int, channels: Int) {
        for row in 0..<count {
            let values = UnsafeMutablePointer(mutating: rows[row])
            var c = 0
            while c + 8 <= channels {
                store8(self(load8(values + c), channel: c), to: values + c)
                c += 8
            }
            if c < channels {
                var rest = SIMD8<Float>()
                for i in c..<channels { rest[i - c] = values[i] }
                rest = self(rest, channel: c)
                for i in c..<channels { values[i] = rest[i - c] }
            }
        }
    }
}
