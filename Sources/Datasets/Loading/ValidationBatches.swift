import Configuration
import Tensors

/// The batches of a validation, the same for every number of ranks.
///
/// Rectangular batches hold images of similar aspect, padded as little as their group allows; images keep their index in
/// the catalog in `Batch.sources`. Source: spec of the data sets, section 6.
public struct ValidationBatches: Sendable {
    /// One batch: its images and their common extent.
    public struct Group: Equatable, Sendable {
        /// Indices in the catalog.
        public var indices: [Int]
        /// Rows of every picture, a multiple of the stride.
        public var height: Int
        /// Columns of every picture, a multiple of the stride.
        public var width: Int
    }

    /// The batches in order.
    public let groups: [Group]
    /// What the batches have cost so far.
    public let times = LoadingTimes()
    private let store: PictureStore

    /// - Parameters:
    ///   - store: pictures at the recipe's `imgsz`.
    ///   - batch: images per batch; the reference takes twice the training batch.
    ///   - stride: sides of rectangular batches are multiples of it, which is the model's `sideMultiple`.
    public init(store: PictureStore, batch: Int, recipe: Recipe, stride: Int = 32) {
        precondition(batch > 0, "batch of \(batch)")
        self.store = store
        let size = recipe.imageSize
        // Rectangular shapes are derived from one side, so an input that is not square keeps its shape.
        if recipe.rect && size.height == size.width {
            groups = ValidationBatches.rectangular(store.catalog, side: size.height, batch: batch, stride: stride)
        } else {
            groups = ValidationBatches.parts(Array(0..<store.catalog.count), batch).map {
                Group(indices: $0, height: size.height, width: size.width)
            }
        }
    }

    /// Number of batches.
    public var count: Int { groups.count }

    private static func parts(_ indices: [Int], _ batch: Int) -> [[Int]] {
        stride(from: 0, to: indices.count, by: batch).map { Array(indices[$0..<min($0 + batch, indices.count)]) }
    }

    static func rectangular(_ catalog: ImageCatalog, side: Int, batch: Int, stride: Int) -> [Group] {
        let aspects = catalog.entries.map { Double($0.height) / Double($0.width) }
        let order = aspects.indices.sorted { (aspects[$0], $0) < (aspects[$1], $1) }
        return parts(order, batch).map { indices in
            let low = aspects[indices[0]], high = aspects[indices[indices.count - 1]]
            let shape = high < 1 ? SIMD2(high, 1) : low > 1 ? SIMD2(1, 1 / low) : SIMD2(1, 1)
            let units = (shape * Double(side) / Double(stride) + 0.5).rounded(.up)
            return Group(indices: indices, height: Int(units.x) * stride, width: Int(units.y) * stride)
        }
    }

    /// Batch `number`, letterboxed; labels are fractions of the padded picture.
    ///
    /// Throws when a file has become unreadable since the scan.
    public func batch(_ number: Int) throws -> Batch {
        let timer = StageTimer()
        let group = groups[number]
        defer { times.add(timer, images: group.indices.count) }
        let images = Tensor(Shape(group.indices.count, group.height, group.width, 3))
        var objects: [BoxLabels.Object] = []
        var sources: [ImageSource] = []
        for (place, index) in group.indices.enumerated() {
            let (picture, source, labels) = try letterboxed(index, image: place, into: group, timer)
            timer.measure(.hsv) {
                Finish().write(picture, to: images.pointer + place * group.height * group.width * 3)
            }
            objects += labels
            sources.append(source)
        }
        return Batch(
            images: images, labels: BoxLabels(objects: objects, imageCount: group.indices.count), sources: sources)
    }

    private func letterboxed(
        _ index: Int, image: Int, into group: Group, _ timer: StageTimer
    ) throws -> (Picture, ImageSource, [BoxLabels.Object]) {
        var sample = try Sample(store, index, timer)
        let loaded = sample.picture
        let box = Letterbox(
            height: loaded.height, width: loaded.width, into: (group.height, group.width), enlarges: false)
        let shift = SIMD4(Float(box.left), Float(box.top), Float(box.left), Float(box.top))
        sample.picture = timer.measure(.letterbox) { box.apply(to: loaded) }
        for i in sample.objects.indices { sample.objects[i].box = sample.objects[i].box * Float(box.ratio) + shift }
        let entry = store.catalog.entries[index]
        let gain =
            SIMD2(
                Double(loaded.width) / Double(entry.width), Double(loaded.height) / Double(entry.height)) * box.ratio
        let source = ImageSource(
            index: index, path: store.catalog.path(index), height: entry.height, width: entry.width,
            gain: SIMD2<Float>(gain), padding: SIMD2(Float(box.left), Float(box.top)))
        return (sample.picture, source, sample.labels(image: image))
    }
}
