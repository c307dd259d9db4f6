import Configuration
import Tensors
import Testing

@testable import Datasets

@Suite struct ColorJitterTests {
    /// All colours with values in steps of five, in the reference's order.
    private func everyColor() -> [SIMD3<Float>] {
        var colors: [SIMD3<Float>] = []
        for r in stride(from: 0, to: 256, by: 5) {
            for g in stride(from: 0, to: 256, by: 5) {
                for b in stride(from: 0, to: 256, by: 5) { colors.append(SIMD3(Float(r), Float(g), Float(b))) }
            }
        }
        return colors
    }

    private func lanes(_ color: SIMD3<Float>) -> (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) {
        (SIMD8(repeating: color.x), SIMD8(repeating: color.y), SIMD8(repeating: color.z))
    }

    @Test func hueSaturationAndBrightnessEqualOpenCVs() {
        var bytes: [UInt8] = []
        for color in everyColor() {
            let (r, g, b) = lanes(color)
            let (h, s, v) = hsv(r, g, b)
            bytes += [UInt8(h[0]), UInt8(s[0]), UInt8(v[0])]
        }
        // OpenCV 5, cvtColor to HSV of the same colours.
        #expect(hash(bytes) == 0x5f97_de5e_e673_f7f5)
    }

    @Test func thereAndBackStaysNear() {
        // 8-bit hue has 180 steps only.
        for color in everyColor() {
            let (r, g, b) = lanes(color)
            let (h, s, v) = hsv(r, g, b)
            let back = rgb(h, s, v)
            #expect(abs(back.0[0] - color.x) <= 6 && abs(back.1[0] - color.y) <= 6 && abs(back.2[0] - color.z) <= 6)
        }
    }

    @Test func tablesFollowTheRelease() {
        let now = ColorJitter(hue: 0.01, saturation: 0.5, brightness: -0.4, compatibility: .current)
        #expect(now.hue.table[0] == 1 && now.hue.table[100] == 101 && now.hue.table[179] == 0)
        #expect(now.saturation.table[0] == 0 && now.saturation.table[101] == 151 && now.saturation.table[200] == 255)
        #expect(now.brightness.table[255] == 153)
        let back = ColorJitter(hue: -0.01, saturation: 0, brightness: 0, compatibility: .current)
        #expect(back.hue.table[0] == 178 && back.hue.table[1] == 179 && back.hue.table[2] == 0)
        let old = ColorJitter(hue: 0.01, saturation: 0, brightness: 0, compatibility: .v83)
        #expect(old.hue.table[0] == 0 && old.hue.table[100] == 101 && old.hue.table[179] == 0)
    }

    @Test func aLineGivesTheNumbersOfTheTable() throws {
        var random = RandomStream(5)
        var lines = 0
        let octets = stride(from: 0, to: 256, by: 8).map { SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7) + Float($0) }
        for _ in 0..<300 {
            let factor = 1 + random.uniform(-0.9, 0.9), move = random.uniform(-180, 180)
            let curves = [
                ToneCurve(scaledBy: factor), ToneCurve(slope: 1, offset: move, period: 180),
                ToneCurve(slope: factor, offset: 0, period: 180),
            ]
            for (number, curve) in curves.enumerated() {
                guard let line = curve.line else { continue }
                lines += 1
                for x in octets.flatMap({ octet in (0..<8).map { octet[$0] } }) where number == 0 || x < 180 {
                    let value = SIMD8<Float>(repeating: x)
                    #expect((number == 0 ? line.limited(value) : line.turned(value))[0] == curve[x])
                }
            }
        }
        #expect(lines > 800)
    }

    @Test func whereTheLineIsNotExactTheTableIsUsed() {
        // Ten becomes a little less than thirteen: twelve.
        let jitter = ColorJitter(hue: 0.1, saturation: -0.4, brightness: 0.3 - 1e-7, compatibility: .current)
        #expect(jitter.brightness.line == nil && jitter.lines == nil && jitter.brightness[10] == 12)
        let picture = pattern(3, 21)
        var values = [Float](repeating: 0, count: picture.byteCount)
        values.withUnsafeMutableBufferPointer {
            if let base = $0.baseAddress { Finish(jitter: jitter, flipsHorizontally: true).write(picture, to: base) }
        }
        for y in 0..<3 {
            for x in 0..<21 {
                let pixel = picture[y, 20 - x]
                let (r, g, b) = lanes(SIMD3<Float>(pixel))
                let (h, s, v) = hsv(r, g, b)
                func repeated(_ value: Float) -> SIMD8<Float> { SIMD8(repeating: value) }
                let (red, green, blue) = rgb(
                    repeated(jitter.hue[h[0]]), repeated(jitter.saturation[s[0]]), repeated(jitter.brightness[v[0]]))
                let place = 3 * (y * 21 + x)
                #expect(values[place] == red[0] / 255 && values[place + 1] == green[0] / 255)
                #expect(values[place + 2] == blue[0] / 255)
            }
        }
    }

    @Test func finishAddsJitterFlipsAndOrderInOnePass() {
        let picture = pattern(5, 13)
        var values = [Float](repeating: 0, count: picture.byteCount)
        func finished(_ finish: Finish) -> [Float] {
            values.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { finish.write(picture, to: base) } }
            return values
        }
        func expected(_ pixel: (Int, Int) -> SIMD3<UInt8>) -> [Float] {
            (0..<5).flatMap { y in
                (0..<13).flatMap { x in
                    let p = pixel(y, x)
                    return [Float(p.x) / 255, Float(p.y) / 255, Float(p.z) / 255]
                }
            }
        }
        #expect(finished(Finish()) == expected { picture[$0, $1] })
        #expect(finished(Finish(flipsHorizontally: true)) == expected { picture[$0, 12 - $1] })
        #expect(finished(Finish(flipsVertically: true)) == expected { picture[4 - $0, $1] })
        let reversed = finished(Finish(reversesChannels: true))
        #expect(reversed == expected { y, x in SIMD3(picture[y, x].z, picture[y, x].y, picture[y, x].x) })
        let darker = ColorJitter(hue: 0, saturation: 0, brightness: -0.5, compatibility: .current)
        let dark = finished(Finish(jitter: darker))
        let plain = finished(Finish())
        for pixel in 0..<65 {
            let before = plain[3 * pixel..<3 * pixel + 3].max() ?? 0, after = dark[3 * pixel..<3 * pixel + 3].max() ?? 0
            #expect(abs(after - before / 2) < 1.01 / 255)
        }
    }

    @Test func mixUpTruncatesTheWeightedSum() {
        let a = Sample(picture: plain(3, 3, SIMD3(200, 10, 255)), objects: [], hasPolygons: false)
        let b = Sample(picture: plain(3, 3, SIMD3(100, 20, 0)), objects: [], hasPolygons: true)
        let sample = mixed(a, b, share: 0.25)
        #expect(sample.picture[2, 2] == SIMD3(125, 17, 63))
        #expect(sample.hasPolygons)
    }
}
