import Tensors

/// A house, a hut or a tent: a box with a roof.
struct Building: Thing {
    let base: Float
    private let x: Float
    private let metre: Float
    private let size: (width: Float, wall: Float, roof: Float)
    private let wall: Color
    private let tiles: Color
    private let gable: Bool
    private let turn: Float
    private let shine: Bool
    private let windows: Int

    private static let walls: [Color] = [
        rgb(0.82, 0.78, 0.7), rgb(0.5, 0.35, 0.24), rgb(0.6, 0.6, 0.6), rgb(0.65, 0.3, 0.22),
    ]
    private static let roofs: [Color] = [
        rgb(0.5, 0.22, 0.15), rgb(0.25, 0.25, 0.27), rgb(0.4, 0.36, 0.3), rgb(0.2, 0.35, 0.3),
    ]

    init(x: Float, base: Float, metre: Float, in world: World, _ random: inout RandomStream) {
        self.x = x
        self.base = base
        // Not larger than half of the picture: it should hide some things, not all.
        let small = random.chance(0.45)
        size =
            small
            ? (random.real(2, 4), random.real(1.4, 2.2), random.real(0.3, 1.2))
            : (random.real(6, 12), random.real(2.6, 5), random.real(1, 3))
        self.metre = min(metre, world.view.width * 0.45 / size.width)
        wall = random.vary(random.pick(Building.walls))
        tiles = random.vary(random.pick(Building.roofs))
        gable = random.chance(0.4)
        turn = random.real(-0.5, 0.5)
        shine = world.air.isDark && random.chance(0.5)
        windows = small ? random.count(0, 1) : random.count(1, 4)
    }

    func draw(on canvas: Canvas, in world: World) {
        let half = size.width * metre / 2
        let eaves = base - size.wall * metre
        let top = eaves - size.roof * metre
        let depth = world.view.depth(at: base)
        let front = world.air.lit(wall, depth: depth)
        let flank = world.air.lit(wall.times(world.air.shade), depth: depth)
        let edge = x + half * turn
        canvas.box(x - half, eaves, edge, base, turn * world.air.side > 0 ? flank : front)
        canvas.box(edge, eaves, x + half, base, turn * world.air.side > 0 ? front : flank)
        let cover = world.air.lit(tiles, depth: depth)
        let over = half * 0.08
        if gable {
            let peak = Point((x - half + edge) / 2, top)
            let ridge = Point((x + half + edge) / 2, top)
            canvas.polygon([Point(x - half, eaves), peak, Point(edge, eaves)], front.times(0.95))
            canvas.polygon([peak, ridge, Point(x + half + over, eaves), Point(edge, eaves)], cover)
        } else {
            canvas.polygon(
                [
                    Point(x - half - over, eaves), Point(x - half * 0.8, top), Point(x + half * 0.8, top),
                    Point(x + half + over, eaves),
                ], cover)
        }
        let glass = shine ? rgb(1, 0.8, 0.4) : world.air.lit(rgb(0.13, 0.15, 0.18), depth: depth)
        for index in 0..<windows {
            let left = x - half * 0.85 + Float(index) * half * 0.5
            let sill = eaves + size.wall * metre * 0.6
            canvas.box(left, eaves + size.wall * metre * 0.25, left + half * 0.25, sill, glass)
        }
    }
}
