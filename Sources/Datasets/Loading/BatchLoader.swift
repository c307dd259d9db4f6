import Configuration
import Diagnostics
import Tensors

/// The shard of a step of an epoch.
public struct BatchRequest: Hashable, Sendable {
    /// From 0.
    public var epoch: Int
    /// Within the epoch, from 0.
    public var step: Int
    /// Within the step, from 0.
    public var shard: Int

    /// The shard with these numbers.
    public init(epoch: Int, step: Int, shard: Int) {
        self.epoch = epoch
        self.step = step
        self.shard = shard
    }
}

/// Training batches as a pure function of (epoch, step, shard).
public struct BatchLoader: Sendable {
    /// How the images are divided.
    public let plan: ShardPlan
    /// What the batches have cost so far.
    public let times = LoadingTimes()
    private var recipe: Recipe
    private let store: PictureStore
    private let mates: Mates

    /// Epochs of the run, whose last ones are without mosaic.
    public var epochs: Int {
        get { recipe.epochs }
        set { recipe.epochs = newValue }
    }

    /// - Parameters:
    ///   - store: pictures at the recipe's `imgsz`.
    ///   - assumesLarge: whether mosaics are drawn as in a data set that is too large to be kept in memory.
    public init(store: PictureStore, plan: ShardPlan, recipe: Recipe, assumesLarge: Bool = false) {
        precondition(plan.images == store.catalog.count, "a plan for \(plan.images) of \(store.catalog.count) images")
        self.store = store
        self.plan = plan
        self.recipe = recipe
        mates = Mates(plan: plan, catalog: store.catalog, recipe: recipe, assumesLarge: assumesLarge)
    }

    /// Pictures that a shard's mosaics ask for again soon, so that a store should keep them.
    public static func recentPictures(batch: Int) -> Int { Mates.recent(batch: batch) }

    /// Indices in the catalog of the images of a shard, in order.
    public func indices(_ request: BatchRequest) -> [Int] {
        let order = EpochOrder(count: plan.images, seed: recipe.seed, epoch: request.epoch)
        return plan.positions(step: request.step, shard: request.shard).map { order[$0] }
    }

    /// The augmented images and labels of a shard; without images where the last step is too small.
    ///
    /// Throws when a file has become unreadable since the scan.
    public func batch(epoch: Int, step: Int, shard: Int) throws -> Batch {
        try batch(BatchRequest(epoch: epoch, step: step, shard: shard))
    }

    /// As `batch(epoch:step:shard:)`.
    public func batch(_ request: BatchRequest) throws -> Batch {
        let timer = StageTimer()
        let indices = indices(request)
        defer { times.add(timer, images: indices.count) }
        let size = recipe.imageSize
        let augmentation = Augmentation(
            recipe: recipe, store: store, epoch: request.epoch, mates: mates.pool(for: request), timer: timer)
        let images = Tensor(lasting: Shape(indices.count, size.height, size.width, 3))
        var objects: [BoxLabels.Object] = []
        var sources: [ImageSource] = []
        for (place, index) in indices.enumerated() {
            let (sample, finish) = try augmentation.sample(index)
            timer.measure(.hsv) {
                finish.write(sample.picture, to: images.pointer + place * size.height * size.width * 3)
            }
            objects += sample.labels(image: place)
            let entry = store.catalog.entries[index]
            sources.append(
                ImageSource(
                    index: index, path: store.catalog.path(index), height: entry.height, width: entry.width,
                    gain: SIMD2(1, 1), padding: SIMD2(0, 0)))
        }
        return Batch(
            images: images, labels: BoxLabels(objects: objects, imageCount: indices.count), sources: sources)
    }
}
