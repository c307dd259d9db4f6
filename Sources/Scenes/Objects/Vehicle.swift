import Foundation
import Tensors

/// A car, truck, fire engine or the like, seen from any side and a little from above.
struct Vehicle: Thing {
    let base: Float
    let category: Category? = .vehicle
    let x: Float
    /// Pixels of a metre.
    let metre: Float
    let body: VehicleBody
    private let across: Float
    private let along: Float
    private let mirror: Float
    private let tilt: Float
    private let dirt: Float
    private let noise: Noise
    private let flash: Color
    private let headlights: Bool

    init(x: Float, base: Float, metre: Float, in world: World, _ random: inout RandomStream) {
        self.x = x
        self.base = base
        self.metre = metre
        let kinds: [VehicleBody.Kind] = VehicleBody.Kind.allCases + [.car, .offroad, .pickup, .engine]
        body = VehicleBody(random.pick(kinds), &random)
        let yaw = random.chance(0.35) ? random.real(-0.2, 0.2) : random.real(-1.45, 1.45)
        across = cos(yaw)
        along = sin(yaw)
        mirror = random.sign()
        tilt = world.view.tilt
        dirt = random.real(0, 0.6)
        noise = Noise(&random)
        flash = random.pick([rgb(1, 0.15, 0.1), rgb(0.2, 0.4, 1.1), rgb(1.1, 0.6, 0.1)])
        headlights = random.chance(world.air.isDark ? 0.7 : 0.15)
    }

    /// About how wide it is in metres as it stands.
    var breadth: Float { body.length * across + 2.2 * abs(along) }

    private func back(_ x: Float, _ z: Float) -> Float { z * across - x * along }

    private func place(_ x: Float, _ y: Float, _ z: Float) -> Point {
        let far = back(x, z)
        let size = metre / (1 + far * 0.025)
        let right = (x * across + z * along) * mirror
        let up = y * (1 - tilt * 0.35) + far * tilt + body.length * abs(along) * tilt * 0.5
        return Point(self.x + right * size, base - up * size)
    }

    func draw(on canvas: Canvas, in world: World) {
        let depth = world.view.depth(at: base)
        let light = world.air
        if !light.isDark {
            let shade = rgb(-0.16, -0.16, -0.15, 0)
            canvas.halo(
                at: place(0, 0, 0), radius: metre * breadth * 0.65, light: shade, squash: 0.2 + tilt * 0.4)
        }
        let under = [(-0.5, -1), (0.5, -1), (0.5, 1), (-0.5, 1)].map { (u: Float, v: Float) in
            place(u * body.length * 0.9, 0.25, v * 0.8)
        }
        canvas.polygon(under, light.lit(rgb(0.05, 0.05, 0.05), depth: depth))
        for wheel in body.wheels { tyre(wheel, z: 0.7, on: canvas, depth: depth, in: world) }
        let order = body.parts.sorted { a, b in
            if a.level != b.level { return a.level < b.level }
            return back(middle(a), 0) > back(middle(b), 0)
        }
        for part in order where part.level == 0 { draw(part, on: canvas, depth: depth, in: world) }
        for wheel in body.wheels { tyre(wheel, z: -0.9, on: canvas, depth: depth, in: world) }
        for part in order where part.level > 0 { draw(part, on: canvas, depth: depth, in: world) }
        lamps(on: canvas, depth: depth, in: world)
    }

    private func middle(_ part: VehicleBody.Part) -> Float {
        part.profile.reduce(0) { $0 + $1.x } / Float(part.profile.count)
    }

    private func draw(_ part: VehicleBody.Part, on canvas: Canvas, depth: Float, in world: World) {
        let half = part.width / 2
        let count = part.profile.count
        let glass = rgb(0.1, 0.13, 0.16)
        for index in 0..<count {
            let a = part.profile[index]
            let b = part.profile[(index + 1) % count]
            let normal = Point(-(b.y - a.y), b.x - a.x)
            let size = max((normal * normal).sum().squareRoot(), 1e-4)
            let out = normal / size
            guard out.x * along + out.y * tilt > 0.02 else { continue }
            let face = 0.75 + 0.35 * out.y + 0.2 * out.x * mirror * world.air.side
            let paint = part.glass.contains(index) ? glass : part.color
            let lit = world.air.lit(paint.times(mix(world.air.shade, 1.05, min(max(face, 0), 1))), depth: depth)
            let near = [place(a.x, a.y, -half), place(b.x, b.y, -half)]
            canvas.polygon(near + [place(b.x, b.y, half), place(a.x, a.y, half)], lit)
        }
        guard across > 0.06 else { return }
        let facing = mix(world.air.shade, 1, 0.5 - along * world.air.side * mirror * 0.4)
        let flank = world.air.lit(part.color.times(facing), depth: depth)
        let mud = world.air.lit(rgb(0.4, 0.33, 0.25), depth: depth)
        canvas.polygon(part.profile.map { place($0.x, $0.y, -half) }) { px, py in
            let up = (base - py) / metre
            let grime = dirt * smoothstep(1.4, 0.3, up) * noise.rough(px / metre * 4, py / metre * 4) * 1.5
            return mix(flank.times(0.92 + 0.1 * min(up, 2)), mud, min(grime, 0.9)).faded(1)
        }
        for (pane, color) in part.panes {
            let paint = world.air.lit((color ?? glass).times(facing), depth: depth)
            canvas.polygon(pane.map { place($0.x, $0.y, -half - 0.01) }, paint)
        }
    }

    private func tyre(
        _ wheel: (x: Float, radius: Float), z: Float, on canvas: Canvas, depth: Float, in world: World
    ) {
        let centre = place(wheel.x, wheel.radius, z)
        let size = wheel.radius * metre
        let radii = Point(size * max(across, 0.25), size * (1 - tilt * 0.3))
        canvas.ellipse(centre, radii, world.air.lit(rgb(0.07, 0.07, 0.07), depth: depth))
        if z < 0, size > 2 {
            canvas.ellipse(centre, radii * 0.5, world.air.lit(rgb(0.45, 0.45, 0.46), depth: depth))
        }
    }

    private func lamps(on canvas: Canvas, depth: Float, in world: World) {
        if let beacon = body.beacon {
            for (shift, color) in [(Float(-0.4), flash), (0.4, rgb(1, 0.95, 0.9))] {
                let spot = place(beacon.x, beacon.y + 0.08, shift)
                canvas.ellipse(spot, Point(0.16, 0.1) * metre, world.air.hazed(color, depth: depth))
                canvas.halo(at: spot, radius: metre * 1.2, light: color.faded(0) * (0.15 + 0.5 * world.air.glare))
            }
        }
        guard headlights || along > 0.3, along > -0.2, let front = body.parts.last?.profile.max(by: { $0.x < $1.x })
        else { return }
        for z in [Float(-0.65), 0.65] {
            let spot = place(max(front.x, body.length * 0.49), 0.75, z)
            let paint: Color = headlights ? rgb(1.15, 1.1, 0.9) : world.air.lit(rgb(0.8, 0.8, 0.78), depth: depth)
            canvas.ellipse(spot, Point(0.12 * max(along, 0.3), 0.1) * metre, paint)
            if headlights {
                canvas.halo(at: spot, radius: metre * 0.9, light: rgb(0.5, 0.48, 0.36, 0) * (0.3 + world.air.glare))
            }
        }
    }
}
