import Tensors

/// One scene as a list of things in one world: what there is and where, before anything is drawn.
struct Composition {
    let world: World
    var things: [any Thing] = []
    private let seed: Int
    private let index: Int
    private let attempt: Int
    let difficulty: Float
    /// Whether there is nothing to find.
    let isBackground: Bool
    private var serial = 0
    let foliage: Color
    private var taken: [(centre: Point, size: Point)] = []

    /// The scene with this number; nothing else has a say in it.
    init(width: Int, height: Int, options: SceneOptions, index: Int, attempt: Int = 0) {
        self.attempt = attempt
        seed = options.seed
        difficulty = Float(options.difficulty)
        self.index = index
        var random = RandomStream(seed, index, 1, attempt)
        world = World(view: View(width: width, height: height, &random), air: Air(&random))
        foliage = Tree.foliage(&random)
        var fate = RandomStream(seed, index, 4)
        isBackground = fate.chance(0.075)
        landscape(&random)
        if !isBackground { objects(&random) }
        clutter(&random)
        things.sort { $0.base < $1.base }
    }

    var view: View { world.view }

    /// A fresh stream for the next thing, so that one thing's needs never move another.
    mutating func stream() -> RandomStream {
        serial += 1
        return RandomStream(seed, index, 2, attempt, serial)
    }

    private mutating func landscape(_ random: inout RandomStream) {
        var own = stream()
        things.append(Sky(in: world, &own))
        if view.horizon > 25 {
            let ridges = random.count(0, 4)
            for order in 0..<ridges {
                var own = stream()
                things.append(Ridge(order: order, of: ridges, in: world, &own))
            }
            if random.chance(0.35) { for _ in 0..<random.count(1, 4) { cloud() } }
            if random.chance(0.2) { for _ in 0..<random.count(1, 2) { trail() } }
            if random.chance(0.25) { for _ in 0..<random.count(1, 6) { bird() } }
        }
        var soil = stream()
        things.append(Ground(in: world, &soil))
    }

    private mutating func cloud() {
        var own = stream()
        let width = own.scale(0.12, 0.7) * view.width
        let centre = Point(own.real(0, 1) * view.width, own.real(0.1, 0.8) * view.horizon)
        things.append(
            Smoke(
                bankAt: centre, width: width, height: width * own.real(0.2, 0.5), in: world, depth: 800,
                base: -2e6 + 10, &own))
    }

    private mutating func trail() {
        var own = stream()
        things.append(Trail(in: world, &own))
    }

    private mutating func bird() {
        var own = stream()
        things.append(Bird(in: world, &own))
    }

    private mutating func objects(_ random: inout RandomStream) {
        let sky = view.horizon > view.height * 0.22
        var wanted: [(Category, Int)] = []
        if random.chance(0.5) { wanted.append((.fire, random.pick([1, 1, 2, 3, 4]))) }
        if sky, random.chance(0.52) { wanted.append((.lightning, random.pick([1, 1, 1, 2, 3]))) }
        if random.chance(0.6) { wanted.append((.person, random.pick([1, 2, 2, 3, 5]))) }
        if random.chance(0.3) { wanted.append((.smoke, random.pick([1, 1, 2, 3]))) }
        if random.chance(0.58) { wanted.append((.vehicle, random.pick([1, 1, 2, 3]))) }
        if wanted.isEmpty { wanted.append((random.pick([.fire, .person, .smoke, .vehicle]), 1)) }
        var left = 12
        for (category, count) in wanted {
            for _ in 0..<min(count, left) { place(category) }
            left -= min(count, left)
        }
    }

    private mutating func place(_ category: Category) {
        switch category {
        case .fire: fire()
        case .lightning: lightning()
        case .person: person()
        case .smoke: smoke()
        case .vehicle: vehicle()
        }
    }

    /// A row of the ground where `size` metres have a size in pixels drawn evenly from small to large.
    func row(_ random: inout RandomStream, metres size: Float, least: Float, most: Float) -> Float {
        let lowest = view.height * 1.08
        let largest = max(min(view.metre(at: lowest) * size, most), least * 1.05)
        let row = view.row(whereMetreIs: random.scale(least, largest) / size)
        return min(max(row, view.ground + 2), lowest)
    }

    /// A column that is not hidden behind what stands there already, if one is found.
    private mutating func column(_ random: inout RandomStream, at row: Float, size: Point) -> Float {
        var x = random.real(0.02, 0.98) * view.width
        for _ in 0..<5 {
            let clash = taken.contains { other in
                let gap = other.centre - Point(x, row - size.y / 2)
                let limit = (other.size + size) * 0.3
                return abs(gap.x) < limit.x && abs(gap.y) < limit.y
            }
            if !clash { break }
            x = random.real(0.02, 0.98) * view.width
        }
        taken.append((Point(x, row - size.y / 2), size))
        return x
    }

    private mutating func person() {
        var own = stream()
        let tall = own.real(1.5, 1.95)
        let row = row(&own, metres: tall, least: mix(42, 17, difficulty), most: view.height * 0.95)
        let height = tall * view.metre(at: row)
        let x = column(&own, at: row, size: Point(height * 0.35, height))
        things.append(Person(x: x, base: row, height: height, &own))
        hide(x, row, Point(height * 0.4, height), &own)
    }

    private mutating func vehicle() {
        var own = stream()
        let row = row(&own, metres: 3.4, least: mix(46, 17, difficulty), most: view.width * 0.8)
        let metre = view.metre(at: row)
        let x = column(&own, at: row, size: Point(metre * 4, metre * 2))
        things.append(Vehicle(x: x, base: row, metre: metre, in: world, &own))
        hide(x, row, Point(metre * 4, metre * 1.8), &own)
    }

    private mutating func fire() {
        var own = stream()
        let row = own.real(view.ground + 4, view.height * 0.99)
        let near = smoothstep(view.ground, view.height, row)
        let height = own.scale(mix(26, 9, difficulty), view.height * (0.15 + 0.6 * near))
        let line = own.chance(0.3)
        let width = min(height * (line ? own.real(1.5, 4.5) : own.real(0.45, 1.2)), view.width * 0.9)
        let x = column(&own, at: row, size: Point(width, height))
        things.append(Flame(x: x, base: row, width: max(width, 6), height: height, in: world, &own))
        hide(x, row, Point(width, height), &own)
        if own.chance(0.35) {
            plume(x + own.real(-0.2, 0.2) * width, foot: row - height * own.real(0, 0.4), base: row - 0.5, &own)
        }
    }

    private mutating func smoke() {
        var own = stream()
        let x = own.real(0.02, 0.98) * view.width
        if view.horizon > view.height * 0.2, own.chance(0.6) {
            let order = Float(own.count(0, 4))
            plume(x, foot: view.horizon + own.real(-0.05, 0.03) * view.height, base: -1e6 + order * 1000 - 500, &own)
        } else {
            let row = own.real(view.ground + 5, view.height)
            plume(x, foot: row, base: row, &own)
        }
    }

    private mutating func plume(_ x: Float, foot: Float, base: Float, _ random: inout RandomStream) {
        let height = random.scale(mix(48, 22, difficulty), max(foot * 1.05, 60))
        let width = max(height * random.real(0.25, 0.85), 9)
        let far = base < view.ground
        let depth = far ? random.scale(400, 4000) : view.depth(at: base)
        things.append(
            Smoke(plumeAt: x, foot: foot, height: height, width: width, in: world, depth: depth, base: base, &random))
    }

    private mutating func lightning() {
        var own = stream()
        let horizon = view.horizon
        let behind = own.real(-2e6 + 20, -1e6 + 3000)
        if own.chance(0.2) {
            let start = Point(own.real(0.05, 0.8) * view.width, own.real(0.05, 0.6) * horizon)
            let reach = own.scale(mix(0.25, 0.12, difficulty), 0.7) * view.width * own.sign()
            let end = start + Point(reach, own.real(-0.15, 0.3) * horizon)
            things.append(Lightning(from: start, to: end, base: behind, in: world, &own))
            return
        }
        let length = horizon * own.scale(mix(0.55, 0.25, difficulty), 1.1)
        let foot = Point(own.real(0.04, 0.96) * view.width, horizon + own.real(-4, 4))
        let start = Point(foot.x + own.real(-0.5, 0.5) * length, foot.y - length)
        things.append(Lightning(from: start, to: foot, base: behind, in: world, &own))
    }

    /// Now and then something stands in front.
    private mutating func hide(_ x: Float, _ row: Float, _ size: Point, _ random: inout RandomStream) {
        guard random.chance(0.35 * Double(difficulty)) else { return }
        var own = stream()
        let front = row + 1
        let place = x + own.sign() * own.real(0.2, 0.6) * size.x
        switch own.integer(below: 4) {
        case 0: things.append(Boulder(x: place, base: front, height: size.y * own.real(0.25, 0.6), &own))
        case 1:
            let tall = size.y * own.real(1.2, 3)
            things.append(
                Tree(own.pick([.conifer, .bare, .bare]), x: place, base: front, height: tall, color: foliage, &own))
        default:
            let tall = size.y * own.real(0.3, 0.7)
            things.append(Tree(.bush, x: place, base: front, height: tall, color: foliage, &own))
        }
    }
}
