import Configuration
import Tensors

/// Which images may join an image in a mosaic or a mixup.
///
/// Any image of a split that is small enough to be kept in memory; otherwise those that the same shard has shown in its
/// last steps, as in the reference: these were decoded a moment ago, so that a mosaic costs one decoded picture, not
/// four. The rule looks at sizes only, never at memory, ranks or threads.
struct Mates: Sendable {
    /// Steps that are looked back, and images at most.
    static let steps = 8, images = 1000

    /// Images to draw from.
    enum Pool: Equatable {
        /// Any of so many.
        case all(Int)
        case some([Int])

        func draw(_ stream: inout RandomStream) -> Int {
            switch self {
            case .all(let count): stream.integer(below: count)
            case .some(let list): list[stream.integer(below: list.count)]
            }
        }
    }

    private let plan: ShardPlan
    private let seed: Int
    private let drawsFromAll: Bool

    init(plan: ShardPlan, catalog: ImageCatalog, recipe: Recipe, assumesLarge: Bool) {
        let bytes = assumesLarge ? .max : PictureStore.bytes(of: catalog, target: recipe.imageSize)
        self.init(plan: plan, seed: recipe.seed, drawsFromAll: bytes <= PictureStore.unasked)
    }

    init(plan: ShardPlan, seed: Int, drawsFromAll: Bool) {
        self.plan = plan
        self.seed = seed
        self.drawsFromAll = drawsFromAll
    }

    /// Pictures that a shard asks for again soon.
    static func recent(batch: Int) -> Int { min((steps + 2) * batch, images + 2 * batch) }

    /// For the images of one shard of one step.
    func pool(for request: BatchRequest) -> Pool {
        if drawsFromAll { return .all(plan.images) }
        let found = (1...Mates.steps).reversed().flatMap { indices(request, before: $0) }
        // The only step of an epoch may leave a shard empty.
        return found.isEmpty ? .all(plan.images) : .some(found.suffix(Mates.images))
    }

    /// Images of the shard some steps ago; before the first epoch, of its end.
    private func indices(_ request: BatchRequest, before steps: Int) -> [Int] {
        let perEpoch = plan.stepsPerEpoch
        var epoch = request.epoch, step = request.step - steps
        while step < 0 {
            step += perEpoch
            epoch = max(epoch - 1, 0)
        }
        let order = EpochOrder(count: plan.images, seed: seed, epoch: epoch)
        return plan.positions(step: step, shard: request.shard).map { order[$0] }
    }
}
