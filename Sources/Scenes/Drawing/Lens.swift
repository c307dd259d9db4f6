import Tensors

/// The camera: blur, exposure, colour cast, dark corners and the noise of the sensor.
struct Lens {
    private let blur: Int
    private let smear: Int
    private let exposure: Float
    private let contrast: Float
    private let cast: Color
    private let corner: Float
    private let noise: Float
    private let chroma: Float
    private let gray: Bool
    private let veil: Float

    init(in air: Air, difficulty: Float, _ random: inout RandomStream) {
        blur = random.chance(0.3 * Double(difficulty)) ? random.count(1, 2) : 0
        smear = random.chance(0.1 * Double(difficulty)) ? random.count(1, 3) : 0
        exposure = random.scale(air.isDark ? 0.95 : 0.75, air.isDark ? 1.7 : 1.3)
        contrast = random.real(0.75, 1.2)
        let warm = random.real(-0.08, 0.08)
        cast = rgb(1 + warm, 1 + random.real(-0.02, 0.02), 1 - warm)
        corner = random.chance(0.4) ? random.real(0.1, 0.45) : 0
        noise = random.scale(0.004, air.hour == .night ? 0.045 : 0.035) * mix(0.5, 1, difficulty)
        chroma = random.real(0.2, 1)
        gray = random.chance(0.04)
        veil = random.chance(0.15) ? random.real(0.03, 0.15) : 0
    }

    /// The finished picture, three bytes per pixel.
    func expose(_ canvas: Canvas, _ random: inout RandomStream) -> [UInt8] {
        for _ in 0..<blur {
            soften(canvas, along: true)
            soften(canvas, along: false)
        }
        for _ in 0..<smear { soften(canvas, along: true) }
        var bytes = [UInt8](repeating: 0, count: canvas.width * canvas.height * 3)
        let middle = Point(Float(canvas.width), Float(canvas.height)) * 0.5
        let light = cast * exposure
        var stream = random
        bytes.withUnsafeMutableBufferPointer { bytes in
            for y in 0..<canvas.height {
                let dy = (Float(y) - middle.y) / middle.y
                for x in 0..<canvas.width {
                    let dx = (Float(x) - middle.x) / middle.x
                    let index = y * canvas.width + x
                    let dark = 1 - corner * 0.5 * (dx * dx + dy * dy)
                    var color = canvas.pixels[index] * light * dark
                    color = (color - 0.5) * contrast + 0.5 + veil
                    if gray { color = Color(repeating: color.luminance) }
                    color += grain(stream.next()) * noise
                    let level = color * 255 + 0.5
                    bytes[index * 3] = Lens.byte(level.x)
                    bytes[index * 3 + 1] = Lens.byte(level.y)
                    bytes[index * 3 + 2] = Lens.byte(level.z)
                }
            }
        }
        random = stream
        return bytes
    }

    @inline(__always) private static func byte(_ level: Float) -> UInt8 { UInt8(min(max(level, 0), 255)) }

    /// Noise of about unit variance, partly the same in all channels.
    @inline(__always) private func grain(_ bits: UInt64) -> Color {
        let parts = SIMD4<UInt32>(
            UInt32(truncatingIfNeeded: bits & 0xFFFF), UInt32(truncatingIfNeeded: (bits >> 16) & 0xFFFF),
            UInt32(truncatingIfNeeded: (bits >> 32) & 0xFFFF), UInt32(truncatingIfNeeded: bits >> 48))
        let values = (Color(parts) * (1 / 32768) - 1) * 1.73
        return gray ? Color(repeating: values.w) : values * chroma + values.w * 0.8
    }

    /// Each pixel becomes the weighted mean of itself and its two neighbours in a row or column.
    private func soften(_ canvas: Canvas, along rows: Bool) {
        let lines = rows ? canvas.height : canvas.width
        let count = rows ? canvas.width : canvas.height
        let step = rows ? 1 : canvas.width
        let next = rows ? canvas.width : 1
        for line in 0..<lines {
            let pixels = canvas.pixels + line * next
            var last = pixels[0]
            for index in 0..<count {
                let here = pixels[index * step]
                let after = pixels[min(index + 1, count - 1) * step]
                pixels[index * step] = last * 0.25 + here * 0.5 + after * 0.25
                last = here
            }
        }
    }
}
