import Tensors

/// A swell of the ground near the camera that hides the feet of what stands behind it.
struct Swell: Thing {
    let base: Float
    private let centre: Float
    private let breadth: Float
    private let rise: Float
    private let color: Color
    private let noise: Noise

    init(base: Float, in world: World, _ random: inout RandomStream) {
        self.base = base
        centre = random.real(-0.1, 1.1) * world.view.width
        breadth = random.real(0.15, 0.6) * world.view.width
        rise = min(random.real(0.3, 1.6) * world.view.metre(at: base), world.view.height * 0.25)
        color = random.vary(random.pick([rgb(0.3, 0.36, 0.16), rgb(0.4, 0.36, 0.24), rgb(0.3, 0.27, 0.22)]), by: 0.2)
        noise = Noise(&random)
    }

    func draw(on canvas: Canvas, in world: World) {
        let paint = world.lit(color, at: base)
        canvas.shade(centre - breadth, base - rise * 1.3, centre + breadth, base + rise * 0.8) { x, y in
            let u = (x - centre) / breadth
            let bow = (1 - u * u)
            let blades = noise.value(x * 0.7, 0.5) * 0.15 + noise.value(x * 0.12, 4) * 0.25
            let top = base - rise * (bow * bow * (0.8 + blades))
            let under = smoothstep(base + rise * 0.8, base, y)
            let light = 0.75 + noise.rough(x * 0.12, y * 0.25) * 0.5
            return paint.times(light).faded(min(max(y - top, 0), 1) * under * min(bow * 4, 1))
        }
    }
}
