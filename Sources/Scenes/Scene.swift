import Tensors

/// What decides how scenes look.
public struct SceneOptions: Codable, Equatable, Sendable {
    /// Columns of a picture, at most.
    public var width: Int
    /// Rows of a picture, at most.
    public var height: Int
    /// Lets some pictures be wide or tall: cut from `width` × `height`, never larger.
    public var varied: Bool
    /// Everything random depends on this and on the number of the scene.
    public var seed: Int
    /// From 0 (large, clear objects) to 1 (small, faint and hidden ones too).
    public var difficulty: Double

    /// Options for pictures of `width` × `height` pixels.
    public init(
        width: Int = 320, height: Int = 320, varied: Bool = true, difficulty: Double = 0.6, seed: Int = 0
    ) {
        self.difficulty = difficulty
        self.width = width
        self.height = height
        self.varied = varied
        self.seed = seed
    }

    /// Pixels of the scene with this number.
    func extent(of index: Int) -> (width: Int, height: Int) {
        var random = RandomStream(seed, index, 0)
        guard varied, random.chance(0.4) else { return (width, height) }
        let part = random.pick([0.5625, 0.667, 0.75, 0.8])
        if random.chance(0.75) { return (width, max(Int(Double(height) * part), 32)) }
        return (max(Int(Double(width) * part), 32), height)
    }
}

/// A labelled picture.
public struct Scene: Equatable, Sendable {
    /// An object that can be seen: its class, and the corners of its box in pixels.
    public struct Object: Equatable, Sendable {
        /// Index into `SceneDataset.categories`.
        public let category: Int
        /// Left, top, right, bottom; right and bottom are outside.
        public let box: SIMD4<Float>
    }

    /// Red, green, blue; rows from top to bottom.
    public let pixels: [UInt8]
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    /// In drawing order, far things first.
    public let objects: [Object]
    /// Quality that its JPEG should have.
    public let quality: Int
}

/// Draws one scene; the same options and number give the same bytes, on any thread and in any order.
public func drawScene(index: Int, options: SceneOptions) -> Scene {
    var attempt = 0
    while true {
        if let scene = drawScene(index: index, attempt: attempt, options: options) { return scene }
        attempt += 1
    }
}

/// Scenes that hide all their objects are drawn anew, a few times.
private let attempts = 3

private func drawScene(index: Int, attempt: Int, options: SceneOptions) -> Scene? {
    let (width, height) = options.extent(of: index)
    let composition = Composition(
        width: width, height: height, options: options, index: index, attempt: attempt)
    let canvas = Canvas(width: width, height: height)
    for thing in composition.things {
        canvas.begin(thing.category?.rawValue)
        thing.draw(on: canvas, in: composition.world)
    }
    let objects = Visibility.sightings(on: canvas).map { sighting in
        let bounds = sighting.bounds
        return Scene.Object(
            category: sighting.category,
            box: SIMD4(Float(bounds.left), Float(bounds.top), Float(bounds.right), Float(bounds.bottom)))
    }
    if objects.isEmpty, !composition.isBackground, attempt + 1 < attempts { return nil }
    var random = RandomStream(options.seed, index, 3)
    let lens = Lens(in: composition.world.air, difficulty: Float(options.difficulty), &random)
    let quality = random.count(55, 96)
    return Scene(
        pixels: lens.expose(canvas, &random), width: width, height: height, objects: objects, quality: quality)
}
