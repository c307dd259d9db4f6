import Foundation
import Tensors

/// The ground from the horizon to the camera: grass, soil, rock, with a road or water on it.
struct Ground: Thing {
    /// What runs over the ground.
    enum Way { case none, dirt, asphalt, river, lake }

    let base: Float = -1e5
    let way: Way
    private let paint: (Color, Color)
    private let noise: Noise
    private let patch: Float
    private let start: Float
    private let lean: Float
    private let bend: Float
    private let breadth: Float
    private let stretch: Float

    private static let soils: [(Color, Color)] = [
        (rgb(0.30, 0.42, 0.16), rgb(0.45, 0.5, 0.22)), (rgb(0.62, 0.53, 0.28), rgb(0.5, 0.45, 0.22)),
        (rgb(0.24, 0.24, 0.13), rgb(0.34, 0.28, 0.16)), (rgb(0.46, 0.43, 0.40), rgb(0.33, 0.31, 0.29)),
        (rgb(0.72, 0.62, 0.45), rgb(0.6, 0.5, 0.36)), (rgb(0.11, 0.10, 0.09), rgb(0.25, 0.22, 0.19)),
        (rgb(0.84, 0.86, 0.9), rgb(0.6, 0.62, 0.62)), (rgb(0.52, 0.3, 0.2), rgb(0.42, 0.32, 0.2)),
        (rgb(0.2, 0.32, 0.13), rgb(0.3, 0.36, 0.16)), (rgb(0.75, 0.42, 0.15), rgb(0.5, 0.36, 0.16)),
    ]

    init(in world: World, _ random: inout RandomStream) {
        let soil = random.pick(Ground.soils)
        paint = (random.vary(soil.0, by: 0.15), random.vary(soil.1, by: 0.15))
        noise = Noise(&random)
        patch = random.scale(0.04, 0.6) * 4 / world.view.eye.squareRoot()
        let draw = random.uniform()
        way = draw < 0.4 ? .none : draw < 0.6 ? .dirt : draw < 0.78 ? .asphalt : draw < 0.9 ? .river : .lake
        start = random.real(-8, 8)
        lean = random.real(-0.5, 0.5)
        bend = random.real(0, 6)
        breadth = random.real(1.8, 4) * (way == .river ? 1.5 : 1)
        stretch = random.real(1.2, 3.5)
    }

    func draw(on canvas: Canvas, in world: World) {
        let view = world.view
        let top = Int(view.ground)
        guard top < canvas.height else { return }
        _ = canvas.touch(0, Float(top), view.width, view.height)
        for y in top..<canvas.height {
            let row = Float(y) + 0.5
            let metre = view.metre(at: row)
            let depth = view.depth(at: row)
            // Detail smaller than a pixel is left out.
            let coarse = smoothstep(0.4, 2.5, metre / patch)
            let fine = smoothstep(0.3, 2, metre / (patch * 5)) * 0.8
            // Patches keep their proportions at any distance.
            let place = log(max(row - view.horizon, 0.5)) * view.eye * patch * stretch
            let far = depth / (depth + world.air.sight)
            let line = start + lean * depth + bend * (noise.value(depth * 0.05, 3) - 0.5)
            for x in 0..<canvas.width {
                let across = (Float(x) + 0.5 - view.width * 0.5) / metre
                let broad = noise.value(across * patch * 0.2, place * 0.2)
                let mid = noise.value(across * patch, place)
                let small = noise.value(across * patch * 6, place * 6)
                let blend = 0.5 + (broad - 0.5) * 1.4 + (mid - 0.5) * coarse
                var color = mix(paint.0, paint.1, min(max(blend, 0), 1))
                color = color.times(0.82 + 0.3 * mid * coarse + (small - 0.35) * fine * 0.6)
                color = surface(color, across: across, line: line, depth: depth, grain: small)
                if way == .lake { color = water(color, broad: broad, depth: depth, grain: small, in: world) }
                canvas.blend(x, y, mix(color * world.air.light, world.air.haze, far).faded(1))
            }
        }
        if way == .river { shine(on: canvas, in: world) }
    }

    /// The road, where there is one.
    @inline(__always)
    private func surface(_ soil: Color, across: Float, line: Float, depth: Float, grain: Float) -> Color {
        guard way == .dirt || way == .asphalt else { return soil }
        let off = abs(across - line)
        let edge = smoothstep(breadth * 1.1, breadth * 0.95, off + grain * (way == .dirt ? 0.5 : 0.1))
        if edge <= 0 { return soil }
        if way == .dirt {
            let rut = smoothstep(0.35, 0.15, abs(off - breadth * 0.5) / breadth)
            return mix(soil, mix(soil.times(1.25), rgb(0.55, 0.45, 0.33), 0.6).times(1 - rut * 0.18), edge)
        }
        let marked = off < 0.12 && Int(depth * 0.25) & 1 == 0
        let mark: Float = marked || abs(off - breadth * 0.88) < 0.1 ? 0.75 : 0.24 + grain * 0.08
        return mix(soil, rgb(mark, mark, mark * 0.98), edge)
    }

    @inline(__always)
    private func water(_ soil: Color, broad: Float, depth: Float, grain: Float, in world: World) -> Color {
        let wet = smoothstep(0.55, 0.58, broad)
        return mix(soil, mix(world.air.horizon, world.air.zenith, 0.5).times(0.75 + grain * 0.3), wet)
    }

    /// A winding river: far away it is a bright jagged line, like a bolt that lies down.
    private func shine(on canvas: Canvas, in world: World) {
        let view = world.view
        for y in Int(view.ground)..<canvas.height {
            let row = Float(y) + 0.5
            let metre = view.metre(at: row)
            let depth = view.depth(at: row)
            let swing = (noise.value(depth * 0.03, 3) - 0.5) * (20 + depth * 0.5)
            let centre = view.width * 0.5 + (start + lean * depth * 0.5 + swing) * metre
            let reach = max(breadth * metre, 1.2)
            guard let area = canvas.touch(centre - reach, row - 0.5, centre + reach, row + 0.5) else { continue }
            for x in area.left..<area.right {
                let grain = noise.value(Float(x) * 0.06, row * 0.5) * 0.6
                let color = mix(world.air.horizon, world.air.zenith, grain).times(0.95)
                canvas.blend(x, y, world.hazed(color, at: row), min(reach - abs(Float(x) + 0.5 - centre), 1))
            }
        }
    }
}
