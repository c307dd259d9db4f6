import Tensors

/// A small bird in the sky.
struct Bird: Thing {
    let base: Float = -1e6 + 9e5
    private let place: Point
    private let span: Float
    private let flap: Float

    init(in world: World, _ random: inout RandomStream) {
        place = Point(random.real(0, world.view.width), random.real(0, max(world.view.horizon, 10)))
        span = random.scale(2, 9)
        flap = random.real(-0.3, 0.8)
    }

    func draw(on canvas: Canvas, in world: World) {
        let paint = world.air.zenith.times(0.25).faded(0.85)
        for side in [Float(-1), 1] {
            let elbow = place + Point(side * span * 0.5, -span * flap * 0.6)
            canvas.limb(place, elbow, span * 0.07, span * 0.06, paint)
            canvas.limb(elbow, elbow + Point(side * span * 0.5, span * flap * 0.4), span * 0.06, span * 0.03, paint)
        }
    }
}
