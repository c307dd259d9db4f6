import Tensors

/// Tall grass or twigs right before the camera.
struct Blades: Thing {
    let base: Float
    private let stems: [(Point, Point, Float)]
    private let color: Color

    init(in world: World, _ random: inout RandomStream) {
        let view = world.view
        base = view.height * 1.2
        let centre = random.real(0, view.width)
        stems = (0..<random.count(12, 50)).map { _ in
            let foot = Point(centre + random.real(-0.25, 0.25) * view.width, view.height + 3)
            let tip = foot + Point(random.real(-0.1, 0.1), -random.real(0.06, 0.35)) * view.height
            return (foot, tip, random.real(0.7, 2.2))
        }
        color = random.vary(random.pick([rgb(0.3, 0.38, 0.14), rgb(0.62, 0.53, 0.3), rgb(0.2, 0.17, 0.12)]), by: 0.2)
    }

    func draw(on canvas: Canvas, in world: World) {
        let paint = world.air.lit(color, depth: 1)
        for (index, (foot, tip, radius)) in stems.enumerated() {
            canvas.limb(foot, tip, radius, radius * 0.3, paint.times(0.75 + 0.05 * Float(index % 8)))
        }
    }
}
