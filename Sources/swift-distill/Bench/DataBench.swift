import CHost
import Collectives
import Configuration
import Datasets
import Diagnostics
import Tensors

/// Measures the way from files to batches alone: no model, all cores.
struct DataBench {
    /// What is measured.
    enum Path: String, CaseIterable, Codable {
        /// As in most epochs of a run.
        case training
        /// As in its last ones.
        case closing
        /// As in a validation: whole pictures, letterboxed.
        case validation
    }

    let data: String
    let options: BenchOptions
    let ranks: any Communicator
    private let recipe: Recipe

    /// - Parameter data: a folder or a data set file, as in a recipe.
    init(_ data: String, _ options: BenchOptions, ranks: any Communicator) throws {
        self.data = data
        self.options = options
        self.ranks = ranks
        var recipe = Recipe()
        let isFile = data.hasSuffix(".yaml") || data.hasSuffix(".yml")
        (recipe.data, recipe.distillationDataset) = isFile ? (data, "") : ("", data)
        recipe.threads = options.threads
        recipe.imgsz = [options.size]
        recipe.batch = options.batch
        self.recipe = recipe
    }

    /// The result on rank 0, nil elsewhere.
    func run() throws -> DataBenchResult? {
        try Machine.start(recipe, ranks: ranks)
        let naming = try DataNaming(recipe, ranks: ranks, print: { _ in })
        let loading = try DataLoading(recipe, naming, training: true, ranks: ranks, print: { _ in })
        guard let train = loading.train else { preconditionFailure("training data were asked for") }
        let own = try Path.allCases.map { path in
            ranks.report(phase: path.rawValue, step: 0)
            return switch path {
            case .training: try training(train, closesMosaic: false)
            case .closing: try training(train, closesMosaic: true)
            case .validation: try validation(loading.val)
            }
        }
        return try DataBenchResult(own, self, training: train, validation: loading.val)
    }

    /// Every picture is decoded when its turn comes, as in a data set that is too large to be kept: a small one is taken
    /// as many times as that needs.
    private func training(_ own: ImageCatalog, closesMosaic: Bool) throws -> DataBenchResult.Own {
        var catalog = own
        // The first mosaics show pictures of the epoch's end, which are not to be met again.
        let needed = (2 * DataBench.warmup + options.steps) * options.batch
        while catalog.count < needed { catalog.entries += own.entries }
        var recipe = recipe
        recipe.epochs = .max / 2
        if closesMosaic { recipe.mosaic = 0 }
        let plan = ShardPlan(images: catalog.count, shards: 1, batch: recipe.batch)
        let picture = recipe.imageSize.height * recipe.imageSize.width * 3
        let store = PictureStore(
            catalog, target: recipe.imageSize, limit: BatchLoader.recentPictures(batch: recipe.batch) * picture,
            keeping: .recent, reduces: true)
        let loader = BatchLoader(store: store, plan: plan, recipe: recipe, assumesLarge: true)
        let steps = plan.stepsPerEpoch
        return try measure(loader.times) { number in
            try loader.batch(epoch: number / steps, step: number % steps, shard: 0)
        }
    }

    private func validation(_ catalog: ImageCatalog) throws -> DataBenchResult.Own {
        let store = PictureStore(catalog, target: recipe.imageSize, limit: 0)
        let batches = ValidationBatches(store: store, batch: recipe.batch, recipe: recipe)
        return try measure(batches.times) { try batches.batch($0 % batches.count) }
    }

    /// What was shown in the steps before must be at hand, as in the middle of an epoch.
    private static let warmup = 9

    private func measure(
        _ times: LoadingTimes, _ batch: @escaping @Sendable (Int) throws -> Batch
    ) throws -> DataBenchResult.Own {
        func load(_ range: Range<Int>) throws {
            let prefetcher = Prefetcher(count: range.count, threads: Threads.count, ahead: Threads.count + 2) {
                try batch(range.lowerBound + $0)
            }
            while try prefetcher.next() != nil {}
        }
        try load(0..<DataBench.warmup)
        let before = times.sums, start = chost_seconds()
        try load(DataBench.warmup..<DataBench.warmup + options.steps)
        return DataBenchResult.Own(seconds: chost_seconds() - start, sums: times.sums.since(before))
    }
}
