import Tensors

/// What is not labelled: it hides the objects or looks like them.
extension Composition {
    mutating func clutter(_ random: inout RandomStream) {
        let dense = random.chance(0.35)
        let trees = Int(Float(random.count(0, dense ? 60 : 12)) * mix(0.4, 1, difficulty))
        let kinds: [Tree.Kind] = random.chance(0.5) ? [random.pick(Tree.Kind.allCases)] : Tree.Kind.allCases
        for _ in 0..<trees { tree(kinds) }
        for _ in 0..<random.count(0, 6) { tree([.bush]) }
        for _ in 0..<random.count(0, 4) { scatter { Boulder(x: $0, base: $1, height: $3.scale(0.3, 2) * $2, &$3) } }
        for _ in 0..<random.count(0, 4) { scatter { Upright(x: $0, base: $1, height: $3.real(0.9, 2) * $2, &$3) } }
        if random.chance(0.35) {
            let world = world
            for _ in 0..<random.count(1, 4) {
                scatter { Building(x: $0, base: $1, metre: $2, in: world, &$3) }
            }
        }
        if random.chance(0.12) { for _ in 0..<random.count(1, 4) { scatter { Lamp(x: $0, base: $1, metre: $2, &$3) } } }
        if random.chance(0.28) {
            var own = stream()
            things.append(Wires(base: row(&own, metres: 2, least: 6, most: view.height), in: world, &own))
        }
        if random.chance(0.22) { for _ in 0..<random.count(1, 3) { fog() } }
        if random.chance(0.3) {
            var own = stream()
            things.append(Swell(base: row(&own, metres: 2, least: 12, most: view.height), in: world, &own))
        }
        if random.chance(0.15) {
            var own = stream()
            things.append(Blades(in: world, &own))
        }
    }

    private mutating func scatter(
        _ make: (_ x: Float, _ base: Float, _ metre: Float, inout RandomStream) -> any Thing
    ) {
        var own = stream()
        let row = row(&own, metres: 2, least: 8, most: view.height * 0.7)
        things.append(make(own.real(0, 1) * view.width, row, view.metre(at: row), &own))
    }

    private mutating func tree(_ kinds: [Tree.Kind]) {
        var own = stream()
        let kind = own.pick(kinds)
        let metres = kind == .bush ? own.real(0.6, 2.2) : own.real(4, 14)
        let row = row(&own, metres: metres, least: 9, most: view.height * 0.9)
        let height = min(metres * view.metre(at: row), view.height * (kind == .bush ? 0.28 : 1.1))
        let x = own.real(-0.05, 1.05) * view.width
        things.append(Tree(kind, x: x, base: row, height: height, color: foliage, &own))
    }

    /// A bank of fog on the ground: wide, flat and without a source.
    private mutating func fog() {
        var own = stream()
        let row = own.real(view.ground, view.ground + (view.height - view.ground) * 0.6)
        let width = own.real(0.3, 1.2) * view.width
        things.append(
            Smoke(
                bankAt: Point(own.real(0, 1) * view.width, row), width: width, height: width * own.real(0.08, 0.2),
                in: world, depth: view.depth(at: row), base: row, &own))
    }
}
