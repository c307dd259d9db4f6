import Tensors

/// A line of hills behind the ground, bare or covered by trees.
struct Ridge: Thing {
    enum Cover: CaseIterable { case bare, grass, forest, snow }

    let base: Float
    private let rise: Float
    private let breadth: Float
    private let depth: Float
    private let cover: Cover
    private let color: Color
    private let noise: Noise
    private let teeth: Float

    /// `order` counts from the far ridge (0) to the near one; `of` is how many there are.
    init(order: Int, of count: Int, in world: World, _ random: inout RandomStream) {
        let nearness = Float(order + 1) / Float(count)
        base = -1e6 + Float(order) * 1000
        rise = world.view.height * random.real(0.06, 0.24) * (1.25 - nearness * 0.6)
        breadth = random.scale(40, 170) * world.view.width / 320
        depth = 6000 / Float.exponent(Float(order), of: random.real(1.8, 3.2))
        cover = random.pick(Cover.allCases)
        noise = Noise(&random)
        teeth = random.real(1.5, 5) * nearness
        let bare = random.pick([rgb(0.42, 0.36, 0.3), rgb(0.5, 0.4, 0.3), rgb(0.36, 0.36, 0.37)])
        let grass = random.pick([rgb(0.4, 0.45, 0.22), rgb(0.6, 0.52, 0.3)])
        let paint = cover == .forest ? rgb(0.13, 0.22, 0.12) : cover == .grass ? grass : bare
        color = random.vary(paint, by: 0.15)
    }

    /// Row of the crest.
    func crest(at x: Float, in world: World) -> Float {
        let hill = noise.rough(x / breadth, 0.5)
        var row = world.view.horizon - rise * (hill * 1.7 - 0.35)
        if cover == .forest {
            let tooth = noise.value(x * 0.45, 7) * 0.7 + noise.value(x * 0.17, 9) * 0.6
            row -= tooth * teeth
        }
        return row
    }

    func draw(on canvas: Canvas, in world: World) {
        let bottom = min(canvas.height, Int(max(world.view.horizon, 0) + rise * 0.4) + 2)
        guard canvas.touch(0, 0, Float(canvas.width), Float(bottom)) != nil else { return }
        let dark = world.air.lit(color.times(world.air.shade * 0.8), depth: depth)
        let bright = world.air.lit(color, depth: depth)
        let white = world.air.lit(rgb(0.9, 0.92, 0.95), depth: depth)
        let fine: Float = cover == .forest ? 0.3 : 0.1
        for x in 0..<canvas.width {
            let px = Float(x) + 0.5
            let top = crest(at: px, in: world)
            let first = max(Int(top), 0)
            guard first < bottom else { continue }
            let slope = noise.rough((px + 9) / breadth, 0.5) - noise.rough((px - 9) / breadth, 0.5)
            for y in first..<bottom {
                let down = Float(y) - top
                let grain = noise.value(px * fine, Float(y) * fine * 0.7) * 0.6
                let relief = 0.3 + grain + slope * world.air.side * 3
                var paint = mix(dark, bright, min(max(relief, 0), 1))
                if cover == .snow {
                    let snow = smoothstep(0.35, 0.15, down / max(rise, 1) + grain * 0.5 - 0.1)
                    paint = mix(paint, white, snow)
                }
                canvas.blend(x, y, paint.faded(1), min(down + 1, 1))
            }
        }
    }
}
