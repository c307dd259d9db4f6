import Foundation
import Tensors

/// A tree or a bush: conifer, broadleaf, bare or burnt wood.
struct Tree: Thing {
    enum Kind: CaseIterable { case conifer, broadleaf, bare, bush }

    let base: Float
    let x: Float
    let height: Float
    let kind: Kind
    private let slim: Float
    private let color: Color
    private let bark: Color
    private let noise: Noise
    private let seed: Int

    init(_ kind: Kind, x: Float, base: Float, height: Float, color: Color, _ random: inout RandomStream) {
        self.kind = kind
        self.x = x
        self.base = base
        self.height = height
        switch kind {
        case .conifer: slim = random.real(0.14, 0.26)
        case .bush: slim = random.real(0.6, 1.1)
        default: slim = random.real(0.3, 0.45)
        }
        self.color = random.vary(color, by: 0.18)
        bark = random.vary(random.pick([rgb(0.3, 0.22, 0.15), rgb(0.4, 0.36, 0.32), rgb(0.1, 0.09, 0.08)]))
        noise = Noise(&random)
        seed = Int(truncatingIfNeeded: random.next() >> 1)
    }

    /// Foliage for a whole scene: one tone, now and then autumn's, which looks like fire.
    static func foliage(_ random: inout RandomStream) -> Color {
        let greens: [Color] = [rgb(0.14, 0.25, 0.1), rgb(0.2, 0.33, 0.14), rgb(0.32, 0.4, 0.16), rgb(0.24, 0.28, 0.18)]
        let autumn: [Color] = [rgb(0.8, 0.33, 0.08), rgb(0.9, 0.6, 0.12), rgb(0.6, 0.15, 0.07), rgb(0.85, 0.5, 0.1)]
        return random.chance(0.72) ? random.pick(greens) : random.pick(autumn)
    }

    func draw(on canvas: Canvas, in world: World) {
        let depth = world.view.depth(at: base)
        let wood = world.air.lit(bark, depth: depth)
        switch kind {
        case .conifer:
            canvas.limb(Point(x, base), Point(x, base - height * 0.5), height * 0.02, height * 0.015, wood)
            needles(on: canvas, depth: depth, in: world)
        case .broadleaf:
            canvas.limb(Point(x, base), Point(x, base - height * 0.6), height * 0.03, height * 0.015, wood)
            let crown = Point(x, base - height * 0.65)
            leaves(crown, Point(height * slim, height * 0.36), on: canvas, depth: depth, in: world)
        case .bush:
            let crown = Point(x, base - height * 0.45)
            leaves(crown, Point(height * slim, height * 0.5), on: canvas, depth: depth, in: world)
        case .bare:
            var random = RandomStream(seed)
            let top = Point(x + height * random.real(-0.08, 0.08), base - height * 0.4)
            canvas.limb(Point(x, base), top, height * 0.028, height * 0.02, wood)
            twig(from: top, angle: random.real(-0.2, 0.2), length: height * 0.27, level: 0, wood, on: canvas, &random)
        }
    }

    private func needles(on canvas: Canvas, depth: Float, in world: World) {
        let bright = world.air.lit(color, depth: depth)
        let dark = world.air.lit(color.times(world.air.shade * 0.6), depth: depth)
        let reach = height * slim
        let grain = 22 / height
        let steps = 5 + Float(seed & 3) * 2
        canvas.shade(x - reach, base - height, x + reach, base - height * 0.06) { px, py in
            let v = (base - py) / height
            let saw = (v * steps) - (v * steps).rounded(.down)
            let n = noise.rough(px * grain, py * grain * 0.7)
            let edge = (1.02 - v) * (0.62 + (1 - saw) * 0.38) * (0.65 + n * 0.6)
            let u = abs(px - x) / reach
            let inside = (edge - u) * reach
            if inside <= -0.5 { return Color(repeating: 0) }
            let light = 0.5 + (px - x) / reach * world.air.side * 0.8 + (n - 0.5) * 1.6
            return mix(dark, bright, min(max(light, 0), 1)).faded(min(inside + 0.5, 1))
        }
    }

    private func leaves(_ centre: Point, _ radii: Point, on canvas: Canvas, depth: Float, in world: World) {
        let bright = world.air.lit(color, depth: depth)
        let dark = world.air.lit(color.times(world.air.shade * 0.55), depth: depth)
        let grain = (kind == .bush ? 4 : 5.5) / max(min(radii.x, radii.y), 2)
        let reach = radii * 1.25
        let foot = min(centre.y + reach.y, base)
        canvas.shade(centre.x - reach.x, centre.y - reach.y, centre.x + reach.x, foot) { px, py in
            let dx = (px - centre.x) / radii.x
            let dy = (py - centre.y) / radii.y
            let round = (dx * dx + dy * dy).squareRoot()
            if round > 1.3 { return Color(repeating: 0) }
            let n = noise.turbulence(px * grain, py * grain)
            let inside = (0.72 + n * 0.55 - round) * radii.y
            if inside <= 0 { return Color(repeating: 0) }
            let light = 0.5 + dx * world.air.side * 0.35 - dy * 0.35 + (n - 0.5) * 1.6
            return mix(dark, bright, min(max(light, 0), 1)).faded(min(inside, 1))
        }
    }

    /// A branch with two or three branches at its end.
    private func twig(
        from start: Point, angle: Float, length: Float, level: Int, _ wood: Color, on canvas: Canvas,
        _ random: inout RandomStream
    ) {
        let end = start + Point(sin(angle), -cos(angle)) * length
        let thick = height * 0.018 * Float.exponent(Float(level), of: 0.6)
        canvas.limb(start, end, thick, thick * 0.65, wood)
        guard level < 3, length > 2 else { return }
        for _ in 0..<random.count(2, 3) {
            twig(
                from: mix(start, end, random.real(0.55, 1)), angle: angle + random.real(-0.9, 0.9),
                length: length * random.real(0.5, 0.8), level: level + 1, wood, on: canvas, &random)
        }
    }

    private func mix(_ a: Point, _ b: Point, _ t: Float) -> Point { a + (b - a) * t }

    private func mix(_ a: Color, _ b: Color, _ t: Float) -> Color { a + (b - a) * t }
}
