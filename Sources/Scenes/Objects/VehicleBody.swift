import Tensors

/// The shape of a vehicle in metres: parts with a side profile that is pulled across the width.
struct VehicleBody {
    /// A convex profile: x along the length from the middle, y up; points run around it.
    struct Part {
        var profile: [Point]
        var width: Float
        var color: Color
        /// Edges (from point i to i + 1) that are windows.
        var glass: [Int] = []
        /// Windows and doors in the side.
        var panes: [([Point], Color?)] = []
        /// What carries it is drawn first.
        var level = 0
    }

    enum Kind: CaseIterable { case car, offroad, pickup, van, truck, engine, tractor, bus }

    let parts: [Part]
    /// Place and radius of the wheels.
    let wheels: [(x: Float, radius: Float)]
    let length: Float
    let height: Float
    /// Where flashing lights are, when it has any.
    let beacon: Point?

    init(_ kind: Kind, _ random: inout RandomStream) {
        let paint = random.vary(random.pick(VehicleBody.paints))
        let stretch = random.real(0.92, 1.1)
        (parts, wheels) = VehicleBody.make(kind, paint, &random)
        var low = Point(repeating: 10)
        var high = Point(repeating: -10)
        for point in parts.flatMap(\.profile) {
            low = pointwiseMin(low, point)
            high = pointwiseMax(high, point)
        }
        length = (high.x - low.x) * stretch
        height = high.y
        let flashing = kind == .engine || (kind != .tractor && kind != .bus && random.chance(0.15))
        beacon = flashing ? Point(kind == .engine ? 2.2 : 0, high.y) : nil
    }

    private static let paints: [Color] = [
        rgb(0.9, 0.9, 0.9), rgb(0.6, 0.62, 0.64), rgb(0.1, 0.1, 0.11), rgb(0.65, 0.1, 0.08), rgb(0.12, 0.2, 0.45),
        rgb(0.25, 0.32, 0.2), rgb(0.55, 0.48, 0.36), rgb(0.2, 0.35, 0.36), rgb(0.85, 0.7, 0.15),
    ]

    /// Parts, and the place and radius of the wheels.
    private static func make(
        _ kind: Kind, _ paint: Color, _ random: inout RandomStream
    ) -> ([Part], [(x: Float, radius: Float)]) {
        switch kind {
        case .car:
            let roof = random.real(1.35, 1.5)
            return (cabin(low: 0.25, belt: 0.82, roof: roof, length: 4.3, paint), [(-1.3, 0.32), (1.35, 0.32)])
        case .offroad:
            let roof = random.real(1.75, 1.95)
            let parts = cabin(low: 0.4, belt: 1.05, roof: roof, length: 4.5, paint, back: 2.15)
            return (parts, [(-1.35, 0.42), (1.4, 0.42)])
        case .pickup: return (pickup(paint), [(-1.6, 0.42), (1.65, 0.42)])
        case .van:
            return (van(paint, length: 5.2, roof: random.real(2, 2.5)), [(-1.6, 0.36), (1.65, 0.36)])
        case .bus: return (van(paint, length: 9.5, roof: 3), [(-2.9, 0.5), (3, 0.5)])
        case .truck:
            let load = random.vary(random.pick(paints))
            let parts = truck(paint, load: load, tall: random.real(2.4, 3.4))
            return (parts, [(-2.6, 0.5), (-1.5, 0.5), (2.7, 0.5)])
        case .engine:
            let red = random.pick([rgb(0.75, 0.08, 0.06), rgb(0.8, 0.75, 0.15), rgb(0.85, 0.4, 0.08)])
            return (engine(random.vary(red)), [(-2, 0.5), (2.4, 0.5)])
        case .tractor:
            let paint = random.pick([rgb(0.85, 0.6, 0.1), rgb(0.2, 0.42, 0.15)])
            return (tractor(random.vary(paint)), [(-0.9, 0.85), (1.3, 0.5)])
        }
    }

    private static func quad(_ left: Float, _ bottom: Float, _ right: Float, _ top: Float) -> [Point] {
        [Point(left, bottom), Point(left, top), Point(right, top), Point(right, bottom)]
    }

    private static func cabin(
        low: Float, belt: Float, roof: Float, length: Float, _ paint: Color, back: Float = 1.7
    ) -> [Part] {
        let half = length / 2
        let hull: [Point] = [
            Point(-half, low), Point(-half, belt), Point(half - 1.1, belt), Point(half, belt - 0.18), Point(half, low),
        ]
        let house: [Point] = [
            Point(-back, belt), Point(-back + 0.45, roof), Point(0.35, roof), Point(half - 1.15, belt),
        ]
        let sill = belt + 0.05
        let top = roof - 0.1
        let panes: [([Point], Color?)] = [
            ([Point(-back + 0.3, sill), Point(-back + 0.58, top), Point(-0.3, top), Point(-0.3, sill)], nil),
            ([Point(-0.15, sill), Point(-0.15, top), Point(0.3, top), Point(0.85, sill)], nil),
        ]
        return [
            Part(profile: hull, width: 1.75, color: paint),
            Part(profile: house, width: 1.5, color: paint, glass: [0, 2], panes: panes, level: 1),
        ]
    }

    private static func pickup(_ paint: Color) -> [Part] {
        let hull: [Point] = [
            Point(-2.7, 0.5), Point(-2.7, 1.05), Point(1.5, 1.05), Point(2.6, 0.95), Point(2.6, 0.45),
        ]
        let house: [Point] = [Point(-0.6, 1.05), Point(-0.5, 1.8), Point(0.8, 1.8), Point(1.5, 1.05)]
        let panes: [([Point], Color?)] = [
            ([Point(-0.4, 1.1), Point(-0.35, 1.68), Point(0.1, 1.68), Point(0.1, 1.1)], nil),
            ([Point(0.2, 1.1), Point(0.2, 1.68), Point(0.7, 1.68), Point(1.2, 1.1)], nil),
        ]
        return [
            Part(profile: hull, width: 1.85, color: paint),
            Part(profile: house, width: 1.6, color: paint, glass: [0, 2], panes: panes, level: 1),
        ]
    }

    private static func van(_ paint: Color, length: Float, roof: Float) -> [Part] {
        let half = length / 2
        let hull: [Point] = [
            Point(-half, 0.35), Point(-half, roof), Point(half - 1, roof), Point(half - 0.25, 1.2), Point(half, 1),
            Point(half, 0.35),
        ]
        var panes: [([Point], Color?)] = [
            (quad(half - 1.55, 1.25, half - 0.75, roof - 0.3), nil)
        ]
        if length > 6 {
            var x = -half + 0.4
            while x < half - 2.4 {
                panes.append((quad(x, 1.4, x + 1, roof - 0.4), nil))
                x += 1.2
            }
        }
        return [Part(profile: hull, width: length > 6 ? 2.5 : 1.95, color: paint, glass: [2], panes: panes)]
    }

    private static func truck(_ paint: Color, load: Color, tall: Float) -> [Part] {
        [
            Part(profile: quad(-3.9, 0.5, 3.6, 0.85), width: 2.1, color: rgb(0.12, 0.12, 0.12)),
            Part(profile: quad(-3.9, 0.85, 1.7, tall), width: 2.4, color: load, level: 1),
            Part(
                profile: [Point(1.9, 0.6), Point(1.9, 2.4), Point(3.2, 2.4), Point(3.6, 1.4), Point(3.6, 0.6)],
                width: 2.2, color: paint, glass: [2], panes: [(quad(2.2, 1.45, 3.0, 2.15), nil)], level: 1),
        ]
    }

    private static func engine(_ paint: Color) -> [Part] {
        let white = rgb(0.9, 0.9, 0.88)
        let grey = rgb(0.6, 0.6, 0.62)
        return [
            Part(
                profile: quad(-3.6, 0.45, 1.2, 2.6), width: 2.4, color: paint,
                panes: [
                    (quad(-3.4, 1.2, -2.3, 2.3), grey), (quad(-1.7, 1.2, -0.6, 2.3), grey),
                    (quad(-0.4, 1.2, 0.9, 2.3), grey), (quad(-3.6, 0.8, 1.2, 1.02), white),
                ], level: 1),
            Part(profile: quad(-3.3, 2.6, 0.9, 2.78), width: 0.7, color: grey, level: 2),
            Part(
                profile: [Point(1.2, 0.45), Point(1.2, 2.6), Point(3.3, 2.6), Point(3.5, 1.4), Point(3.5, 0.45)],
                width: 2.4, color: paint, glass: [2],
                panes: [
                    (quad(1.45, 1.45, 2.1, 2.3), nil), (quad(2.3, 1.45, 3.15, 2.3), nil),
                    (quad(1.2, 0.8, 3.5, 1.02), white),
                ], level: 1),
        ]
    }

    private static func tractor(_ paint: Color) -> [Part] {
        [
            Part(profile: quad(-1.2, 0.6, 1.9, 1.3), width: 0.9, color: paint),
            Part(
                profile: [Point(-1.3, 1.2), Point(-1.1, 2.5), Point(0.1, 2.5), Point(0.4, 1.2)], width: 1.3,
                color: paint, glass: [0, 2],
                panes: [([Point(-1.0, 1.3), Point(-0.95, 2.3), Point(0, 2.3), Point(0.2, 1.3)], nil)], level: 1),
        ]
    }
}
