import Foundation
import Tensors

/// A boulder; from afar it could be a parked car.
struct Boulder: Thing {
    let base: Float
    private let x: Float
    private let outline: [Point]
    private let height: Float
    private let color: Color
    private let noise: Noise

    init(x: Float, base: Float, height: Float, _ random: inout RandomStream) {
        self.x = x
        self.base = base
        self.height = height
        let width = height * random.real(0.6, 1.6)
        let corners = random.count(6, 10)
        outline = (0..<corners).map { index in
            let angle = Float(index) / Float(corners - 1) * .pi
            let reach = random.real(0.75, 1.1)
            return Point(x + cos(angle) * width * reach, base - sin(angle) * height * reach + height * 0.03)
        }
        color = random.vary(random.pick([rgb(0.5, 0.48, 0.45), rgb(0.36, 0.35, 0.35), rgb(0.55, 0.45, 0.36)]))
        noise = Noise(&random)
    }

    func draw(on canvas: Canvas, in world: World) {
        let depth = world.view.depth(at: base)
        let bright = world.air.lit(color, depth: depth)
        let dark = world.air.lit(color.times(world.air.shade * 0.7), depth: depth)
        canvas.polygon(outline) { px, py in
            let n = noise.rough(px / height * 4, py / height * 4)
            let light = 0.4 + (px - x) / height * world.air.side * 0.4 + (base - py) / height * 0.4 + (n - 0.5)
            return mix(dark, bright, min(max(light, 0), 1))
        }
    }
}
