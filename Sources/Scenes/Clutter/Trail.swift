import Tensors

/// A trail in the sky or a crack of light between clouds: straight or slightly bent, unlike a bolt.
struct Trail: Thing {
    let base: Float = -2e6 + 100
    private let points: [Point]
    private let radius: Float
    private let opacity: Float

    init(in world: World, _ random: inout RandomStream) {
        let view = world.view
        let high = max(view.horizon, 20)
        let start = Point(random.real(-0.1, 1.1) * view.width, random.real(-0.1, 0.7) * high)
        let step = Point(random.real(-1, 1) * view.width, random.real(-0.5, 0.5) * high) * 0.12
        let bend = Point(random.real(-1, 1), random.real(-1, 1)) * 0.8
        points = (0..<9).map { start + step * Float($0) + bend * Float($0 * $0) * 0.2 }
        radius = random.scale(0.4, 2)
        opacity = random.real(0.25, 0.9)
    }

    func draw(on canvas: Canvas, in world: World) {
        let paint = mix(world.air.horizon, rgb(1, 1, 1), world.air.hour == .night ? 0.3 : 0.7)
        for index in 1..<points.count {
            canvas.limb(points[index - 1], points[index], radius, radius, paint.faded(opacity))
        }
    }
}
