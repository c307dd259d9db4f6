import Tensors

/// A hiker or a firefighter: a jointed figure in some pose, with clothes and things to carry.
struct Person: Thing {
    enum Posture: CaseIterable { case standing, walking, running, crouching, sitting, waving, working }

    struct Clothes {
        var top: Color
        var bottom: Color
        var skin: Color
        var head: Color
        var stripes: Bool
        var pack: Color?
    }

    let base: Float
    let category: Category? = .person
    let x: Float
    let height: Float
    let pose: Pose
    private let clothes: Clothes
    private let helmet: Bool
    private let tool: Bool
    private let noise: Noise

    init(x: Float, base: Float, height: Float, _ random: inout RandomStream) {
        self.x = x
        self.base = base
        self.height = height
        let posture = random.pick(Posture.allCases)
        pose = Pose(posture, &random)
        let firefighter = random.chance(0.4)
        clothes = firefighter ? Person.uniform(&random) : Person.outdoor(&random)
        helmet = firefighter || random.chance(0.3)
        tool = posture == .working || random.chance(0.2)
        noise = Noise(&random)
    }

    private static let skins: [Color] = [
        rgb(0.87, 0.67, 0.55), rgb(0.75, 0.55, 0.42), rgb(0.5, 0.34, 0.25), rgb(0.32, 0.22, 0.17),
    ]

    private static func uniform(_ random: inout RandomStream) -> Clothes {
        let tops: [Color] = [
            rgb(0.85, 0.75, 0.2), rgb(0.85, 0.4, 0.12), rgb(0.18, 0.2, 0.24), rgb(0.62, 0.53, 0.33),
            rgb(0.75, 0.15, 0.12),
        ]
        let top = random.vary(random.pick(tops))
        let bottom = random.chance(0.5) ? top.times(0.85) : random.vary(rgb(0.2, 0.23, 0.2))
        let hats: [Color] = [rgb(0.9, 0.85, 0.2), rgb(0.85, 0.12, 0.1), rgb(0.9, 0.9, 0.9), rgb(0.1, 0.1, 0.1)]
        return Clothes(
            top: top, bottom: bottom, skin: random.pick(skins), head: random.pick(hats), stripes: random.chance(0.7),
            pack: random.chance(0.4) ? rgb(0.15, 0.15, 0.14) : nil)
    }

    private static func outdoor(_ random: inout RandomStream) -> Clothes {
        let loud = rgb(random.real(0.05, 0.95), random.real(0.05, 0.95), random.real(0.05, 0.95))
        let quiet = random.vary(rgb(0.34, 0.34, 0.24), by: 0.3)
        let legs: [Color] = [rgb(0.18, 0.22, 0.36), rgb(0.2, 0.19, 0.18), rgb(0.5, 0.44, 0.32), rgb(0.3, 0.32, 0.22)]
        let hairs: [Color] = [rgb(0.1, 0.08, 0.07), rgb(0.3, 0.2, 0.12), rgb(0.7, 0.55, 0.3), rgb(0.6, 0.6, 0.6)]
        let pack = random.vary(random.pick([rgb(0.8, 0.2, 0.1), rgb(0.1, 0.3, 0.6), rgb(0.25, 0.28, 0.18)]))
        return Clothes(
            top: random.chance(0.6) ? loud : quiet, bottom: random.vary(random.pick(legs)),
            skin: random.pick(skins), head: random.pick(hairs), stripes: false,
            pack: random.chance(0.45) ? pack : nil)
    }

    func draw(on canvas: Canvas, in world: World) {
        let depth = world.view.depth(at: base)
        func cloth(_ color: Color) -> (Float, Float) -> Color { folds(color, depth: depth, in: world) }
        func at(_ joint: Point) -> Point { Point(x + joint.x * height, base - joint.y * height) }
        shadow(on: canvas, in: world)
        let leg = height * pose.girth
        let trousers = cloth(clothes.bottom)
        let shirt = cloth(clothes.top)
        let dim = cloth(clothes.top.times(0.82))
        for (hip, knee, foot) in [pose.farLeg, pose.nearLeg] {
            canvas.limb(at(hip), at(knee), leg * 1.25, leg, trousers)
            canvas.limb(at(knee), at(foot), leg, leg * 0.8, trousers)
            let toe = at(foot) + Point(height * 0.045 * pose.facing, -height * 0.005)
            canvas.limb(at(foot), toe, leg * 0.75, leg * 0.6, world.air.lit(rgb(0.14, 0.12, 0.1), depth: depth))
        }
        arm(pose.farArm, leg * 0.8, dim, on: canvas, at, depth: depth, in: world)
        if let pack = clothes.pack {
            let back = Point(-0.085 * pose.facing, 0)
            canvas.limb(
                at(pose.hip + back + Point(0, 0.06)), at(pose.neck + back - Point(0, 0.05)), height * 0.065,
                height * 0.06, cloth(pack))
        }
        canvas.limb(at(pose.hip), at(pose.neck - Point(0, 0.035)), height * 0.075, height * pose.shoulder, shirt)
        if clothes.stripes {
            let middle = at((pose.hip + pose.neck) * 0.5)
            let band = Point(height * 0.075, 0)
            let paint = world.air.lit(rgb(0.92, 0.92, 0.8), depth: depth)
            canvas.limb(middle - band, middle + band, height * 0.012, height * 0.012, paint)
        }
        head(on: canvas, at(pose.head), depth: depth, cloth)
        arm(pose.nearArm, leg * 0.8, shirt, on: canvas, at, depth: depth, in: world)
    }

    /// Cloth, lit on the side of the sun.
    private func folds(_ color: Color, depth: Float, in world: World) -> (Float, Float) -> Color {
        let bright = world.air.lit(color, depth: depth)
        let dark = world.air.lit(color.times(world.air.shade), depth: depth)
        let (x, height, side, noise) = (x, height, world.air.side, noise)
        return { px, py in
            let across = (px - x) / (height * 0.13) * side
            let fold = noise.value(px * 9 / height * 2, py * 7 / height * 2) * 0.5 - 0.25
            return mix(dark, bright, min(max(0.5 + across * 0.45 + fold, 0), 1))
        }
    }

    private func arm(
        _ arm: (Point, Point, Point), _ radius: Float, _ sleeve: (Float, Float) -> Color, on canvas: Canvas,
        _ at: (Point) -> Point, depth: Float, in world: World
    ) {
        canvas.limb(at(arm.0), at(arm.1), radius, radius * 0.85, sleeve)
        canvas.limb(at(arm.1), at(arm.2), radius * 0.85, radius * 0.7, sleeve)
        let skin = world.air.lit(clothes.skin, depth: depth)
        canvas.ellipse(at(arm.2), Point(radius, radius) * 0.9, skin)
        guard tool, arm.2 == pose.nearArm.2 else { return }
        let end = at(arm.2 + Point(0.28 * pose.facing, -0.36))
        let top = at(arm.2 + Point(-0.12 * pose.facing, 0.16))
        canvas.limb(top, end, height * 0.011, height * 0.011, world.air.lit(rgb(0.45, 0.33, 0.2), depth: depth))
        canvas.ellipse(end, Point(height, height) * 0.035, world.air.lit(rgb(0.3, 0.3, 0.32), depth: depth))
    }

    private func head(on canvas: Canvas, _ place: Point, depth: Float, _ cloth: (Color) -> (Float, Float) -> Color) {
        let radius = height * 0.062
        canvas.ellipse(place, Point(radius * 0.85, radius * 1.1), cloth(clothes.skin))
        let crown = place - Point(pose.facing * radius * (helmet ? 0 : 0.25), radius * 0.5)
        canvas.ellipse(crown, Point(radius * (helmet ? 1.15 : 0.9), radius * 0.75), cloth(clothes.head))
        if helmet {
            let rim = Point(radius * 1.35, 0)
            canvas.limb(crown - rim, crown + rim, radius * 0.18, radius * 0.18, cloth(clothes.head.times(0.9)))
        }
    }

    private func shadow(on canvas: Canvas, in world: World) {
        guard world.air.shade < 0.7, !world.air.isDark else { return }
        let width = height * 0.2
        // A shadow is no part of the person: it only takes light away.
        let centre = Point(x - world.air.side * width, base)
        canvas.halo(at: centre, radius: width * 1.6, light: rgb(-0.13, -0.13, -0.12, 0), squash: 0.18)
    }
}
